import { toCells, type Row } from '../core/prepare/row.ts';
import { LineTooLongError, splitLines } from '../disk/files.ts';
import { SourceError } from './sourceError.ts';

const maxRowBytes = 64 * 1024 * 1024;

/** A row, and every key of its object, those that hold null included. */
export type JsonRow = Row & { readonly keys: readonly string[] };

/** The objects of a JSON lines file. Blank lines are skipped. @throws SourceError naming the bad line */
export async function* jsonLineRows(
  utf8: AsyncIterable<Uint8Array>,
  trim: boolean,
): AsyncGenerator<JsonRow, void, undefined> {
  try {
    for await (const { number, text } of splitLines(utf8, { maxLineBytes: maxRowBytes })) {
      if (text.trim() !== '') yield toRow(text, number, trim);
    }
  } catch (error) {
    if (!(error instanceof LineTooLongError)) throw error;
    throw new SourceError({ kind: 'rowTooLong', line: error.line, maxBytes: error.maxBytes });
  }
}

/**
 * The objects of a JSON array, one at a time: only the element being read is in memory.
 * @throws SourceError naming the line on which the bad element begins
 */
export async function* jsonArrayRows(
  utf8: AsyncIterable<Uint8Array>,
  trim: boolean,
): AsyncGenerator<JsonRow, void, undefined> {
  const splitter = new ArraySplitter();
  for await (const chunk of utf8) {
    for (const { text, line } of splitter.push(chunk)) yield toRow(text, line, trim);
  }
  splitter.end();
}

function toRow(text: string, line: number, trim: boolean): JsonRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SourceError({ kind: 'jsonSyntax', line, detail: error instanceof Error ? error.message : String(error) });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SourceError({ kind: 'rowNotObject', line });
  }
  try {
    const cells = toCells(value, text);
    if (trim) for (const [column, cell] of cells) cells.set(column, cell.trim());
    return { line, cells, keys: Object.keys(value) };
  } catch (error) {
    if (error instanceof RangeError) throw new SourceError({ kind: 'rowTooDeep', line });
    throw error;
  }
}

type Element = { readonly text: string; readonly line: number };

const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;
const comma = 0x2c;

/**
 * Cuts the bytes of an array at the commas between its elements. It follows strings and brackets and nothing else;
 * whether an element is JSON is for the parser to say.
 */
class ArraySplitter {
  #state: 'before' | 'inside' | 'after' = 'before';
  #line = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #elementLine = 1;
  #elementBegun = false;
  #afterComma = false;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;

  *push(chunk: Uint8Array): Generator<Element, void, undefined> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed) this.#line += 1;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
        continue;
      }
      if (byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09) continue;
      if (this.#state === 'before') {
        if (byte !== 0x5b) throw new SourceError({ kind: 'notArray', line: this.#line });
        this.#state = 'inside';
        start = at + 1;
        continue;
      }
      if (this.#state === 'after') {
        throw new SourceError({ kind: 'jsonSyntax', line: this.#line, detail: 'Text after the end of the array' });
      }
      const ends = this.#depth === 0 && (byte === comma || byte === 0x5d);
      if (ends) {
        const element = this.#take(chunk.subarray(start, at), byte === 0x5d);
        if (element !== undefined) yield element;
        start = at + 1;
        if (byte === 0x5d) this.#state = 'after';
        continue;
      }
      if (!this.#elementBegun) {
        this.#elementBegun = true;
        this.#elementLine = this.#line;
      }
      if (byte === quote) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
      else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1;
    }
    if (this.#state === 'inside') this.#keep(chunk.subarray(start));
  }

  end(): void {
    if (this.#state === 'after') return;
    if (this.#state === 'before') throw new SourceError({ kind: 'empty' });
    throw new SourceError({ kind: 'jsonSyntax', line: this.#elementLine, detail: 'The array has no end' });
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > maxRowBytes) {
      throw new SourceError({ kind: 'rowTooLong', line: this.#elementLine, maxBytes: maxRowBytes });
    }
  }

  #take(last: Uint8Array, isEnd: boolean): Element | undefined {
    this.#keep(last);
    const text = Buffer.concat(this.#pieces, this.#pieceBytes).toString('utf8').trim();
    this.#pieces = [];
    this.#pieceBytes = 0;
    if (!this.#elementBegun) {
      if (isEnd && !this.#afterComma) return undefined;
      throw new SourceError({ kind: 'jsonSyntax', line: this.#line, detail: 'An element is missing at a comma' });
    }
    this.#elementBegun = false;
    this.#afterComma = !isEnd;
    return { text, line: this.#elementLine };
  }
}
