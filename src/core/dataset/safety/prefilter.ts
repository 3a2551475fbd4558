import { colonsOf } from './colons.ts';

/** What a text may hold, so that only this is searched for. */
export type Hints = {
  /** An unbroken run of letters and digits as keys are. */
  readonly token: boolean;
  /** Digits enough for the number of a person or an address of the internet. */
  readonly number: boolean;
  readonly at: boolean;
  /** Groups of hexadecimal digits between colons. */
  readonly groups: boolean;
};

/** Shortest unbroken run that is looked at, with a digit in it; and one without. */
const mixedRun = 16;
const letterRun = 24;

/**
 * Seven digits with at most two separators between neighbours, or four numbers with dots between. Each digit is
 * written out, since the engine skips ahead by what a fixed place of an expression may hold, not inside a repetition.
 */
const number = ((): RegExp => {
  const apart = '[ ./()-]{0,2}';
  return new RegExp(`${Array.from({ length: 7 }, () => '\\d').join(apart)}|\\d\\.\\d{1,3}\\.\\d{1,3}\\.\\d`);
})();

const tokenUnits = ((): Uint8Array => {
  const table = new Uint8Array(128);
  for (const unit of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-') {
    table[unit.charCodeAt(0)] = 1;
  }
  return table;
})();

/**
 * What a text may hold; undefined, which is by far the most common, if nothing. `groups` is for whoever looked at the
 * colons already.
 */
export function hintsOf(text: string, groups = colonsOf(text).groups): Hints | undefined {
  const at = text.includes('@');
  // Most lines hold no digit, and without one neither a number nor the shorter of the runs.
  const digit = /\d/.test(text);
  const digits = digit && number.test(text);
  const token = hasRun(text, digit ? mixedRun : letterRun);
  return at || token || digits || groups ? { at, token, number: digits, groups } : undefined;
}

/** True if a raw line hides ASCII characters behind escapes, which `hintsOf` does not decode. */
export function hidesCharacters(line: string): boolean {
  return line.includes('\\') && /\\(?:u00[2-7]|\/)/.test(line);
}

/**
 * True if a run is at least `shortest` long and has a digit, or is longer than most words. Looks at every `shortest`th
 * character only, as Boyer and Moore search: such a run covers one of them.
 */
function hasRun(text: string, shortest: number): boolean {
  const { length } = text;
  let at = shortest - 1;
  while (at < length) {
    const first = at - shortest;
    let before = at;
    while (before > first && isTokenUnit(text.charCodeAt(before))) {
      before -= 1;
    }
    if (before > first) {
      at = before + shortest;
      continue;
    }
    let end = at + 1;
    while (end < length && isTokenUnit(text.charCodeAt(end))) {
      end += 1;
    }
    if (end - first > letterRun || /\d/.test(text.slice(first + 1, end))) {
      return true;
    }
    at = end + shortest;
  }
  return false;
}

function isTokenUnit(unit: number): boolean {
  return unit < 128 && tokenUnits[unit] === 1;
}
