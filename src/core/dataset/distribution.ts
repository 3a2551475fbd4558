/** Values of one kind, how they spread, and bars to draw them. Whole numbers of at least 0. */
export type Distribution = {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly most: number;
  readonly median: number;
  /** 95 of 100 values are at most this. */
  readonly high: number;
  readonly buckets: readonly Bucket[];
};

/** Values from `from` to `to`, both included. */
export type Bucket = { readonly from: number; readonly to: number; readonly examples: number };

const mostBuckets = 20;
/** Longer tails become one open bar, so that a single giant does not press all others into the first. */
const tail = 1.5;

/** Undefined of no values. Linear in their number; negative values are left out. */
export function distributionOf(values: Int32Array): Distribution | undefined {
  let count = 0;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value < 0) continue;
    count += 1;
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (count === 0) return undefined;
  const coarse = coarseCounts(values);
  const quantile = (share: number): number => quantileOf(values, coarse, Math.ceil(share * count) - 1);
  const top = quantile(0.99);
  const buckets = bucketsOf(values, least, most > top * tail ? top : most, most);
  return { count, sum, least, most, median: quantile(0.5), high: quantile(0.95), buckets };
}

function bucketsOf(values: Int32Array, least: number, top: number, most: number): readonly Bucket[] {
  const width = niceWidth(least, top);
  const first = Math.floor(least / width);
  const number = Math.floor(top / width) - first + 1;
  const open = most >= (first + number) * width;
  const counts = new Uint32Array(number + (open ? 1 : 0));
  for (const value of values) {
    if (value < 0) continue;
    const index = Math.min(counts.length - 1, Math.floor(value / width) - first);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Array.from(counts, (examples, index) => {
    const from = (first + index) * width;
    return { from, to: index === number ? most : from + width - 1, examples };
  });
}

/** The least of 1, 2, 5, 10, 20, ... with which the bars are few enough. */
function niceWidth(least: number, top: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) {
      const width = digit * power;
      if (Math.floor(top / width) - Math.floor(least / width) < mostBuckets) return width;
    }
  }
}

/** Bits of a value that the coarse counts tell apart; so sorting is never needed, whatever the number of values. */
const kept = 10;
const perShift = 1 << (kept - 1);

/** Place of a value among the coarse counts: exact below 1024, to one part in 512 above, in order. */
function coarseOf(value: number): number {
  const shift = Math.max(0, 32 - Math.clz32(value) - kept);
  return shift * perShift + (value >>> shift);
}

function coarseCounts(values: Int32Array): Uint32Array {
  const counts = new Uint32Array(coarseOf(0x7fffffff) + 1);
  for (const value of values) {
    if (value >= 0) {
      const at = coarseOf(value);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return counts;
}

/** The value of a rank from 0, exactly: only values of its own coarse count are sorted. */
function quantileOf(values: Int32Array, coarse: Uint32Array, rank: number): number {
  let before = 0;
  let at = 0;
  while (before + (coarse[at] ?? 0) <= rank) {
    before += coarse[at] ?? 0;
    at += 1;
  }
  // Below 1024 all values of a place are equal.
  if (at < 2 * perShift) return at;
  const near = values.filter((value) => value >= 0 && coarseOf(value) === at).sort();
  return near[rank - before] ?? 0;
}
