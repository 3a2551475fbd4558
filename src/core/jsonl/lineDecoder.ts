import type { Elision } from './elision.ts';
import { HeldLine } from './heldLine.ts';
import { splitLines } from './lines.ts';

export type DecodedLine =
  /** Without its line break. Bytes that are no UTF-8 became U+FFFD. `elided`: what is missing of a long line. */
  | { readonly text: string; readonly validUtf8: boolean; readonly elided?: readonly Elision[] }
  /** A line longer than the limit, which was thrown away. */
  | { readonly text: undefined; readonly bytes: number };

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Lines of a UTF-8 file that arrives in pieces. It breaks lines where editors do (CRLF, LF, CR) and never holds
 * more than one piece and one line. A byte-order mark stays on the first line. What follows the last line break is a
 * line only if it is not empty. `elides`: embedded files are left out of lines of more than a megabyte, which then
 * count as long as what is left of them.
 */
export class LineDecoder {
  readonly #strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #held: HeldLine;
  /** The last piece ended with a carriage return, which may be the first half of CRLF. */
  #halfBreak = false;
  #total = 0;

  constructor(maxLineBytes: number, { elides = false }: { readonly elides?: boolean } = {}) {
    this.#held = new HeldLine(maxLineBytes, elides);
  }

  /** Bytes received. */
  get bytes(): number {
    return this.#total;
  }

  /** The lines that the piece completes. Once all of them are taken the piece is not needed any more. */
  *push(piece: Uint8Array): IterableIterator<DecodedLine> {
    if (piece.length === 0) {
      return;
    }
    this.#total += piece.length;
    let start = 0;
    if (this.#halfBreak) {
      this.#halfBreak = false;
      yield this.#heldLine();
      start = piece[0] === lineFeed ? 1 : 0;
    }
    this.#halfBreak = start < piece.length && piece[piece.length - 1] === carriageReturn;
    const rest = piece.subarray(start, this.#halfBreak ? -1 : undefined);
    const end = endOfLines(rest);
    let from = 0;
    if (end > 0 && !this.#held.isEmpty) {
      const first = firstBreak(rest);
      this.#held.push(rest.subarray(0, first));
      yield this.#heldLine();
      from = rest[first] === carriageReturn && rest[first + 1] === lineFeed ? first + 2 : first + 1;
    }
    if (from < end) {
      yield* this.#decode(rest.subarray(from, end));
    }
    this.#held.push(rest.subarray(end));
  }

  /** What is left after the last piece. */
  *end(): IterableIterator<DecodedLine> {
    if (this.#halfBreak || !this.#held.isEmpty) {
      this.#halfBreak = false;
      yield this.#heldLine();
    }
  }

  #heldLine(): DecodedLine {
    const line = this.#held.take();
    if (line.bytes === undefined) {
      return { text: undefined, bytes: line.skipped };
    }
    const decoded = this.#decodeLine(line.bytes);
    return line.elided.length === 0 ? decoded : { ...decoded, elided: line.elided };
  }

  *#decode(block: Uint8Array): IterableIterator<DecodedLine> {
    const text = this.#tryDecode(block);
    if (text === undefined) {
      for (const line of splitBytes(block)) {
        yield this.#decodeLine(line);
      }
      return;
    }
    const lines = splitLines(text);
    // Nothing follows the last line break.
    lines.pop();
    for (const line of lines) {
      yield { text: line, validUtf8: true };
    }
  }

  #decodeLine(bytes: Uint8Array): { readonly text: string; readonly validUtf8: boolean } {
    const valid = this.#tryDecode(bytes);
    return { text: valid ?? this.#lenient.decode(bytes), validUtf8: valid !== undefined };
  }

  #tryDecode(bytes: Uint8Array): string | undefined {
    try {
      return this.#strict.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

/** Offset after the last line break; 0 if there is none. */
function endOfLines(bytes: Uint8Array): number {
  const feed = bytes.lastIndexOf(lineFeed) + 1;
  // Most files have no carriage return: what stands before the last line feed need not be searched for one.
  const carriage = bytes.subarray(feed).lastIndexOf(carriageReturn) + 1;
  return feed + carriage;
}

function firstBreak(bytes: Uint8Array): number {
  const feed = bytes.indexOf(lineFeed);
  const carriage = (feed === -1 ? bytes : bytes.subarray(0, feed)).indexOf(carriageReturn);
  return carriage === -1 ? feed : carriage;
}

function* splitBytes(block: Uint8Array): IterableIterator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < block.length; at += 1) {
    if (block[at] === lineFeed || block[at] === carriageReturn) {
      yield block.subarray(start, at);
      at += block[at] === carriageReturn && block[at + 1] === lineFeed ? 1 : 0;
      start = at + 1;
    }
  }
}
