import { splitLines } from './lines.ts';

export type DecodedLine =
  /** Without its line break. Bytes that are no UTF-8 became U+FFFD. */
  | { readonly text: string; readonly validUtf8: boolean }
  /** A line longer than the limit, which was thrown away. */
  | { readonly text: undefined; readonly bytes: number };

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Lines of a UTF-8 file that arrives in pieces. It breaks lines where editors do (CRLF, LF, CR) and never holds
 * more than one piece and one line. A byte-order mark stays on the first line. What follows the last line break is a
 * line only if it is not empty.
 */
export class LineDecoder {
  readonly #maxLineBytes: number;
  readonly #strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Bytes of a line over the limit that were thrown away. */
  #skipped = 0;
  #total = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes received. */
  get bytes(): number {
    return this.#total;
  }

  /** The lines that the piece completes. The piece may be kept; it must not be changed afterwards. */
  *push(piece: Uint8Array): IterableIterator<DecodedLine> {
    this.#total += piece.length;
    // A carriage return at the very end may be the first half of CRLF, so it waits for the next piece.
    const settled = piece.at(-1) === carriageReturn ? piece.subarray(0, -1) : piece;
    const end = Math.max(settled.lastIndexOf(lineFeed), settled.lastIndexOf(carriageReturn)) + 1;
    if (end === 0) {
      this.#hold(piece);
      return;
    }
    if (this.#skipped > 0) {
      const first = firstBreak(piece);
      yield { text: undefined, bytes: this.#skipped + first };
      this.#skipped = 0;
      const after = piece[first] === carriageReturn && piece[first + 1] === lineFeed ? first + 2 : first + 1;
      if (after < end) {
        yield* this.#decode(piece.subarray(after, end));
      }
    } else {
      const whole = this.#take(piece.subarray(0, end));
      yield* this.#decode(whole);
    }
    this.#hold(piece.subarray(end));
  }

  /** What is left after the last piece. */
  *end(): IterableIterator<DecodedLine> {
    if (this.#skipped > 0) {
      yield { text: undefined, bytes: this.#skipped };
    } else if (this.#heldBytes > 0) {
      const rest = this.#take(new Uint8Array(0));
      const ended = rest[rest.length - 1] === carriageReturn;
      yield* this.#decode(rest, ended);
    }
    this.#held = [];
    this.#heldBytes = 0;
    this.#skipped = 0;
  }

  #hold(piece: Uint8Array): void {
    if (piece.length === 0) {
      return;
    }
    if (this.#skipped > 0 || this.#heldBytes + piece.length > this.#maxLineBytes) {
      this.#skipped += this.#heldBytes + piece.length;
      this.#held = [];
      this.#heldBytes = 0;
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  #take(last: Uint8Array): Uint8Array {
    if (this.#held.length === 0) {
      return last;
    }
    const whole = new Uint8Array(this.#heldBytes + last.length);
    let offset = 0;
    for (const piece of [...this.#held, last]) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  *#decode(block: Uint8Array, ended = true): IterableIterator<DecodedLine> {
    const text = this.#tryDecode(block);
    if (text !== undefined) {
      const lines = splitLines(text);
      if (ended && lines.at(-1) === '') {
        lines.pop();
      }
      for (const line of lines) {
        yield { text: line, validUtf8: true };
      }
      return;
    }
    for (const line of splitBytes(block)) {
      const valid = this.#tryDecode(line);
      yield { text: valid ?? this.#lenient.decode(line), validUtf8: valid !== undefined };
    }
  }

  #tryDecode(bytes: Uint8Array): string | undefined {
    try {
      return this.#strict.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

function firstBreak(bytes: Uint8Array): number {
  const feed = bytes.indexOf(lineFeed);
  const carriage = bytes.indexOf(carriageReturn);
  return feed === -1 ? carriage : carriage === -1 ? feed : Math.min(feed, carriage);
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
  if (start < block.length) {
    yield block.subarray(start);
  }
}
