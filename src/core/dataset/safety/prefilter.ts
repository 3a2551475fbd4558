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

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const tokenUnits = tableOf(`${letters}0123456789_-`);
const numberUnits = tableOf('0123456789 .()/-');
const groupUnits = tableOf('0123456789abcdefABCDEF:');

/** Shortest unbroken run that is looked at, with a digit in it; and one without. */
const mixedRun = 16;
const letterRun = 24;
/** Fewest digits of a number that tells a person. */
const personDigits = 7;
/** Length of the shortest IPv6 address that is written in full. */
const wholeAddress = 15;

/**
 * What a text may hold; undefined, which is by far the most common, if nothing. It looks at every few characters only
 * (as Boyer and Moore search): a run of at least n characters covers one of each n.
 */
export function hintsOf(text: string): Hints | undefined {
  const at = text.includes('@');
  const token = hasRun(text, tokenUnits, mixedRun, isToken);
  const number = hasRun(text, numberUnits, personDigits, isNumber);
  const groups = text.includes('::') || hasRun(text, groupUnits, wholeAddress, isGroups);
  return at || token || number || groups ? { at, token, number, groups } : undefined;
}

/** True if a raw line hides ASCII characters behind escapes, which `hintsOf` does not decode. */
export function hidesCharacters(line: string): boolean {
  return line.includes('\\') && /\\(?:u00[2-7]|\/)/.test(line);
}

function hasRun(
  text: string,
  units: Uint8Array,
  shortest: number,
  accepts: (text: string, start: number, end: number) => boolean,
): boolean {
  const { length } = text;
  let at = shortest - 1;
  while (at < length) {
    if (!isOf(units, text.charCodeAt(at))) {
      at += shortest;
      continue;
    }
    const first = at - shortest + 1;
    let start = at;
    while (start > first && isOf(units, text.charCodeAt(start - 1))) {
      start -= 1;
    }
    if (start > first) {
      at = start + shortest - 1;
      continue;
    }
    let end = at + 1;
    while (end < length && isOf(units, text.charCodeAt(end))) {
      end += 1;
    }
    if (accepts(text, start, end)) {
      return true;
    }
    at = end + shortest;
  }
  return false;
}

function isOf(units: Uint8Array, unit: number): boolean {
  return unit < 128 && units[unit] === 1;
}

function isToken(text: string, start: number, end: number): boolean {
  return end - start >= letterRun || count(text, start, end, isDigit) > 0;
}

function isNumber(text: string, start: number, end: number): boolean {
  let digits = 0;
  let dots = 0;
  let apart = 0;
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    if (isDigit(unit)) {
      digits = apart > 2 ? 1 : digits + 1;
      apart = 0;
      if (digits >= personDigits || (dots >= 3 && digits >= 4)) {
        return true;
      }
    } else {
      dots = unit === 46 && apart === 0 ? dots + 1 : 0;
      apart += 1;
    }
  }
  return false;
}

function isGroups(text: string, start: number, end: number): boolean {
  return count(text, start, end, isColon) >= 3;
}

function count(text: string, start: number, end: number, counts: (unit: number) => boolean): number {
  let found = 0;
  for (let at = start; at < end; at += 1) {
    found += counts(text.charCodeAt(at)) ? 1 : 0;
  }
  return found;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function isColon(unit: number): boolean {
  return unit === 58;
}

function tableOf(units: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const unit of units) {
    table[unit.charCodeAt(0)] = 1;
  }
  return table;
}
