import { endOfString } from '../../jsonl/scan.ts';
import type { Span } from '../../jsonl/position.ts';

/** A string of a line as it is written. */
export type RawString = {
  readonly raw: string;
  /** Where it starts in the line. */
  readonly offset: number;
  /** False for text that stands outside of quotes. */
  readonly quoted: boolean;
  /** What stands before it in the line: the end of the string before it, and what lies between. */
  readonly before: string;
};

/** A string as it reads, and where in the line `start` to `end` of its text stand. */
export type ReadString = {
  readonly text: string;
  readonly spanOf: (start: number, end: number) => Span;
};

/** So much of what stands before a string is told. */
const longestName = 40;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/**
 * The strings of a line, keys among them. A line that is broken need not be JSON: what is outside quotes is given as
 * it stands, since somebody's key may be there.
 */
export function* stringsOf(line: string): IterableIterator<RawString> {
  let at = 0;
  let last = '';
  while (at < line.length) {
    const open = line.indexOf('"', at);
    const between = line.slice(at, open === -1 ? line.length : open);
    if (/\w/.test(between)) {
      yield { raw: between, offset: at, quoted: false, before: last };
    }
    if (open === -1) {
      return;
    }
    const close = endOfString(line, open);
    const end = close === -1 ? line.length : close;
    const raw = line.slice(open + 1, end);
    yield { raw, offset: open + 1, quoted: true, before: last + between.slice(-longestName) };
    last = raw.slice(-longestName);
    at = end + 1;
  }
}

/** Decodes the escapes of a string. */
export function readString({ raw, offset, quoted }: RawString): ReadString {
  if (!quoted || !raw.includes('\\')) {
    return { text: raw, spanOf: (start, end) => ({ start: offset + start, end: offset + end }) };
  }
  // Places in the text from which on its characters stand further left than in the line, and by how much.
  const from: number[] = [];
  const shift: number[] = [];
  let text = '';
  let at = 0;
  for (let slash = raw.indexOf('\\'); slash !== -1; slash = raw.indexOf('\\', at)) {
    text += raw.slice(at, slash);
    const next = raw[slash + 1] ?? '';
    const code = next === 'u' ? raw.slice(slash + 2, slash + 6) : '';
    if (/^[0-9a-f]{4}$/i.test(code)) {
      text += String.fromCharCode(Number.parseInt(code, 16));
      at = slash + 6;
    } else {
      text += escapes[next] ?? next;
      at = slash + 2;
    }
    from.push(text.length);
    shift.push(at - text.length);
  }
  text += raw.slice(at);
  const placeOf = (index: number): number => offset + Math.min(raw.length, index + shiftAt(index, from, shift));
  return { text, spanOf: (start, end) => ({ start: placeOf(start), end: placeOf(end) }) };
}

function shiftAt(index: number, from: readonly number[], shift: readonly number[]): number {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((from[middle] ?? 0) <= index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return shift[low - 1] ?? 0;
}
