import type { SketchPages } from './sketchPages.ts';
import { wordsOf } from './words.ts';

/**
 * What a text is about in few numbers: the smallest hashes of its shingles of three words (bottom-k MinHash, Broder
 * 1997). The share that the sketches of two texts have in common estimates that of their shingles; it is exact for
 * texts of up to 64 different ones.
 */
export type Sketch = {
  /** Where its different hashes stand in rising order, 64 at most. */
  readonly page: Int32Array;
  readonly start: number;
  readonly size: number;
  /** Hash of the words with digits in order: texts that differ in a number tell different things. */
  readonly numbers: number;
};

export const sketchSize = 64;
/** Hashes are small integers, which engines keep without a box. */
const bits = 30;
const mask = 2 ** bits - 1;
let shingles = new Int32Array(4096);

/** The sketch of texts, kept in pages whose owner releases it. */
export function sketchOf(texts: readonly string[], pages: SketchPages): Sketch {
  const { count: words, hashes, numeric } = wordsOf(texts);
  if (words > shingles.length) {
    shingles = new Int32Array(2 * words);
  }
  let numbers = 7;
  for (let word = 0; word < words; word += 1) {
    if (numeric[word] === 1) {
      numbers = Math.imul(numbers ^ (hashes[word] ?? 0), 0x85ebca6b) + 1;
    }
  }
  let count = 0;
  if (words === 1 || words === 2) {
    shingles[0] = mixed(words, words === 1 ? 0 : (hashes[0] ?? 0), hashes[words - 1] ?? 0);
    count = 1;
  }
  let first = hashes[0] ?? 0;
  let second = hashes[1] ?? 0;
  for (let word = 2; word < words; word += 1) {
    const third = hashes[word] ?? 0;
    shingles[count] = mixed(first, second, third);
    count += 1;
    first = second;
    second = third;
  }
  return pages.keep(smallestOf(count), numbers);
}

/** Estimate of the share of the shingles of two texts that both have, 0 to 1. */
export function similarity(one: Sketch, other: Sketch): number {
  let a = 0;
  let b = 0;
  let all = 0;
  let common = 0;
  // Where a sketch is full, what lies behind its last hash is not known.
  while (all < sketchSize && (a < one.size || b < other.size)) {
    const left = a < one.size ? (one.page[one.start + a] ?? 0) : Number.POSITIVE_INFINITY;
    const right = b < other.size ? (other.page[other.start + b] ?? 0) : Number.POSITIVE_INFINITY;
    all += 1;
    common += left === right ? 1 : 0;
    a += left <= right ? 1 : 0;
    b += right <= left ? 1 : 0;
  }
  return all === 0 ? 0 : common / all;
}

const bucketBits = 7;
const buckets = new Int32Array(2 ** bucketBits + 1);
const mostInBuckets = 512;
const candidates = new Int32Array(mostInBuckets);
const sorted = new Int32Array(mostInBuckets);

/** The smallest different ones of the first `count` shingles. Hashes spread evenly, so buckets sort them in one pass. */
function smallestOf(count: number): Int32Array {
  // In a long text as many as are wanted lie most likely below this.
  const bound = count <= 2 * sketchSize ? mask : Math.floor((mask / count) * 2 * sketchSize);
  let few = 0;
  for (let at = 0; at < count && few < mostInBuckets; at += 1) {
    const hash = shingles[at] ?? 0;
    candidates[few] = hash;
    few += hash <= bound ? 1 : 0;
  }
  if (few < mostInBuckets) {
    const smallest = distinct(sortInBuckets(few, bound));
    if (smallest.length === sketchSize || bound === mask) {
      return smallest;
    }
  }
  return distinct(shingles.subarray(0, count).sort());
}

function sortInBuckets(count: number, bound: number): Int32Array {
  const shift = Math.max(0, 32 - Math.clz32(bound) - bucketBits);
  buckets.fill(0);
  for (let at = 0; at < count; at += 1) {
    const bucket = ((candidates[at] ?? 0) >> shift) + 1;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (let bucket = 1; bucket < buckets.length; bucket += 1) {
    buckets[bucket] = (buckets[bucket] ?? 0) + (buckets[bucket - 1] ?? 0);
  }
  for (let at = 0; at < count; at += 1) {
    const hash = candidates[at] ?? 0;
    const place = buckets[hash >> shift] ?? 0;
    buckets[hash >> shift] = place + 1;
    sorted[place] = hash;
  }
  for (let at = 1; at < count; at += 1) {
    const hash = sorted[at] ?? 0;
    let before = at - 1;
    while (before >= 0 && (sorted[before] ?? 0) > hash) {
      sorted[before + 1] = sorted[before] ?? 0;
      before -= 1;
    }
    sorted[before + 1] = hash;
  }
  return sorted.subarray(0, count);
}

const smallest = new Int32Array(sketchSize);

function distinct(rising: Int32Array): Int32Array {
  let kept = 0;
  for (let at = 0; at < rising.length && kept < sketchSize; at += 1) {
    if (kept === 0 || rising[at] !== smallest[kept - 1]) {
      smallest[kept] = rising[at] ?? 0;
      kept += 1;
    }
  }
  return kept === sketchSize ? smallest : smallest.subarray(0, kept);
}

function mixed(first: number, second: number, third: number): number {
  let hash = Math.imul(first ^ 0x2545f491, 0x9e3779b1) ^ Math.imul(second ^ 0x6c078965, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) & mask;
}
