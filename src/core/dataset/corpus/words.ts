/** The words of texts as hashes, in scratch memory that the next call uses again. */
export type Words = {
  readonly count: number;
  readonly hashes: Int32Array;
  /** 1 for a word with a digit. */
  readonly numeric: Uint8Array;
};

let hashes = new Int32Array(4096);
let numeric = new Uint8Array(4096);

/** Case, punctuation, white space, invisible characters and the way letters are composed do not count. */
export function wordsOf(texts: readonly string[]): Words {
  let count = 0;
  for (const text of texts) {
    makeRoom(count + text.length + 1);
    const after = addAscii(text, count);
    count = after === -1 ? addAny(text, count) : after;
  }
  return { count, hashes, numeric };
}

const multiplier = 0x9e3779b1;

/** By ASCII unit: 0 for what is no part of a word; else the letter in lower case or the digit, and these two bits. */
const ofWord = -0x80000000;
const ofNumber = 0x100;
const units = Int32Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code).toLowerCase();
  return /[a-z0-9]/.test(unit) ? unit.charCodeAt(0) | ofWord | (/\d/.test(unit) ? ofNumber : 0) : 0;
});

/**
 * The number of words after a text of ASCII and printers' punctuation; -1 for another text. Where words end cannot be
 * foretold, so the loop does not branch there: it writes down the word at each unit and moves on at ends.
 */
function addAscii(text: string, start: number): number {
  const words = hashes;
  const flags = numeric;
  let count = start;
  let hash = 0;
  let digit = 0;
  let inside = 0;
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at);
    if (code >= 0x2010 && code <= 0x201f && code !== 0x2011 && code !== 0x2017) {
      // Dashes and quotation marks of printed text; they stand for themselves in every normal form.
      code = 32;
    }
    seen |= code;
    const unit = units[code & 127] ?? 0;
    const mask = unit >> 31;
    words[count] = hash;
    flags[count] = digit;
    count -= inside & ~mask;
    hash = Math.imul(hash ^ (unit & 127), multiplier) & mask;
    digit = (digit | ((unit & ofNumber) >> 8)) & mask;
    inside = mask;
  }
  if (seen > 127) {
    return -1;
  }
  words[count] = hash;
  flags[count] = digit;
  return count - inside;
}

function addAny(raw: string, start: number): number {
  const text = raw.normalize('NFKC').toLowerCase();
  makeRoom(start + text.length + 1);
  let count = start;
  let hash = 0;
  let length = 0;
  let digit = 0;
  const endWord = (): void => {
    if (length > 0) {
      hashes[count] = hash;
      numeric[count] = digit;
      count += 1;
    }
    hash = 0;
    length = 0;
    digit = 0;
  };
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const letter = unit < 128 ? (units[unit] ?? 0) & 127 : unit;
    if (unit >= 128 ? isWordUnit(unit) : letter !== 0) {
      hash = Math.imul(hash ^ letter, multiplier);
      length += 1;
      digit |= unit < 128 ? ((units[unit] ?? 0) & ofNumber) >> 8 : 0;
      // Scripts without spaces: each character is a word.
      if (unit >= 0x2e80) {
        endWord();
      }
    } else if (unit < 128 || !isInvisible(unit)) {
      endWord();
    }
  }
  endWord();
  return count;
}

function makeRoom(count: number): void {
  if (count > hashes.length) {
    const length = Math.max(count, 2 * hashes.length);
    const more = new Int32Array(length);
    more.set(hashes);
    hashes = more;
    const flags = new Uint8Array(length);
    flags.set(numeric);
    numeric = flags;
  }
}

function isWordUnit(unit: number): boolean {
  return unit >= 0xaa && !(unit >= 0x2000 && unit <= 0x206f) && !(unit >= 0x3000 && unit <= 0x303f) &&
    !(unit >= 0xff00 && unit <= 0xff0f) && !(unit >= 0xfe00 && unit <= 0xfe0f) && unit !== 0xfeff && unit !== 0xd7 &&
    unit !== 0xf7 && unit !== 0xab && unit !== 0xad && unit !== 0xbb && unit !== 0xbf;
}

/** Soft hyphens, joiners, marks of direction, variation selectors. */
function isInvisible(unit: number): boolean {
  return unit === 0xad || (unit >= 0x200b && unit <= 0x200f) || (unit >= 0x202a && unit <= 0x202e) ||
    (unit >= 0x2060 && unit <= 0x206f) || (unit >= 0xfe00 && unit <= 0xfe0f) || unit === 0xfeff;
}
