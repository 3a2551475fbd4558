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

/** By ASCII unit: the letter in lower case or the digit; all bits for those, none for others; 1 for digits. */
const units = Array.from({ length: 128 }, (_, unit) => String.fromCharCode(unit));
const letters = Uint8Array.from(units, (unit) => (/[a-z0-9]/i.test(unit) ? unit.toLowerCase().charCodeAt(0) : 0));
const masks = Int32Array.from(letters, (letter) => (letter === 0 ? 0 : -1));
const digits = Uint8Array.from(units, (unit) => (/\d/.test(unit) ? 1 : 0));

/**
 * The number of words after an ASCII text; -1 for another text. Where words end cannot be foretold, so the loop does
 * not branch there: it writes down the word at each unit and moves on at ends.
 */
function addAscii(text: string, start: number): number {
  let count = start;
  let hash = 0;
  let digit = 0;
  let inside = 0;
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    seen |= unit;
    const mask = masks[unit & 127] ?? 0;
    hashes[count] = hash;
    numeric[count] = digit;
    count -= inside & ~mask;
    hash = Math.imul(hash ^ (letters[unit & 127] ?? 0), multiplier) & mask;
    digit = (digit | (digits[unit & 127] ?? 0)) & mask;
    inside = mask;
  }
  if (seen > 127) {
    return -1;
  }
  hashes[count] = hash;
  numeric[count] = digit;
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
    const letter = unit < 128 ? (letters[unit] ?? 0) : unit;
    if (unit >= 128 ? isWordUnit(unit) : letter !== 0) {
      hash = Math.imul(hash ^ letter, multiplier);
      length += 1;
      digit |= unit < 128 ? (digits[unit] ?? 0) : 0;
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
