/**
 * What a text is about in few numbers: the smallest hashes of its shingles of three words (bottom-k MinHash, Broder
 * 1997). The share that the sketches of two texts have in common estimates that of their shingles; it is exact for
 * texts of up to 64 different ones.
 */
export type Sketch = {
  /** Different hashes in rising order, 64 at most. */
  readonly smallest: Int32Array;
  /** Hash of the words with digits in order: texts that differ in a number tell different things. */
  readonly numbers: number;
};

const sketchSize = 64;
/** Hashes are small integers, which engines keep without a box. */
const mask = 0x3fffffff;
let scratch = new Int32Array(4096);

/** Case, punctuation, white space, invisible characters and the way letters are composed do not count. */
export function sketchOf(texts: readonly string[]): Sketch {
  let count = 0;
  let first = 0;
  let second = 0;
  let words = 0;
  let numbers = 7;
  const endWord = (hash: number, numeric: boolean): void => {
    words += 1;
    numbers = numeric ? Math.imul(numbers ^ hash, 0x85ebca6b) + 1 : numbers;
    if (words >= 3) {
      count = put(count, mixed(first, second, hash));
    }
    first = second;
    second = hash;
  };
  for (const raw of texts) {
    // eslint-disable-next-line no-control-regex
    const text = /[^\x00-\x7f]/.test(raw) ? raw.normalize('NFKC').toLowerCase() : raw;
    let hash = 0;
    let length = 0;
    let numeric = false;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      const letter = unit < 128 ? ascii[unit] ?? 0 : unit;
      if (unit >= 128 ? isWordUnit(unit) : letter !== 0) {
        hash = Math.imul(hash ^ letter, 0x9e3779b1);
        length += 1;
        numeric ||= unit >= 48 && unit <= 57;
        if (unit < 0x2e80) {
          continue;
        }
        // Scripts without spaces: each character is a word.
      } else if (unit >= 128 && isInvisible(unit)) {
        continue;
      }
      if (length > 0) {
        endWord(hash, numeric);
        hash = 0;
        length = 0;
        numeric = false;
      }
    }
    if (length > 0) {
      endWord(hash, numeric);
    }
  }
  if (words > 0 && words < 3) {
    count = put(count, mixed(words, first, second));
  }
  const sorted = scratch.subarray(0, count).sort();
  const smallest = new Int32Array(Math.min(sketchSize, count));
  let kept = 0;
  for (let at = 0; at < count && kept < sketchSize; at += 1) {
    if (kept === 0 || sorted[at] !== smallest[kept - 1]) {
      smallest[kept] = sorted[at] ?? 0;
      kept += 1;
    }
  }
  return { smallest: smallest.slice(0, kept), numbers };
}

/** Estimate of the share of the shingles of two texts that both have, 0 to 1. */
export function similarity(one: Int32Array, other: Int32Array): number {
  let a = 0;
  let b = 0;
  let all = 0;
  let common = 0;
  // Where a sketch is full, what lies behind its last hash is not known.
  while (all < sketchSize && (a < one.length || b < other.length)) {
    const left = a < one.length ? (one[a] ?? 0) : Number.POSITIVE_INFINITY;
    const right = b < other.length ? (other[b] ?? 0) : Number.POSITIVE_INFINITY;
    all += 1;
    common += left === right ? 1 : 0;
    a += left <= right ? 1 : 0;
    b += right <= left ? 1 : 0;
  }
  return all === 0 ? 0 : common / all;
}

function put(count: number, hash: number): number {
  if (count === scratch.length) {
    const larger = new Int32Array(scratch.length * 2);
    larger.set(scratch);
    scratch = larger;
  }
  scratch[count] = hash;
  return count + 1;
}

function mixed(first: number, second: number, third: number): number {
  let hash = Math.imul(first ^ 0x2545f491, 0x9e3779b1) ^ Math.imul(second ^ 0x6c078965, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) & mask;
}

/** Letters and digits, letters in lower case; 0 for all else. */
const ascii = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[a-z0-9]/i.test(String.fromCharCode(unit)) ? String.fromCharCode(unit).toLowerCase().charCodeAt(0) : 0,
);

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
