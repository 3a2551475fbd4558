/** Deeper values are not looked at: hashing recurses. */
const deepest = 100;

/**
 * A 53-bit hash of a parsed JSON value; the order of an object's keys does not count. Undefined for a value that is
 * nested too deep. `known` is an array in it whose hash is known.
 */
export function hashOf(value: unknown, known?: { readonly array: unknown; readonly hash: number }, depth = 0): number | undefined {
  if (typeof value === 'string') {
    return hashOfText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return hashOfText(`\u0000${String(value)}`);
  }
  if (value === known?.array) {
    return known.hash;
  }
  if (depth >= deepest) {
    return undefined;
  }
  if (Array.isArray(value)) {
    let hash = emptyArray;
    for (const item of value) {
      const inner = hashOf(item, known, depth + 1);
      if (inner === undefined) {
        return undefined;
      }
      hash = combine(hash, inner);
    }
    return hash;
  }
  let sum = 29;
  for (const key in value) {
    const inner = hashOf((value as Readonly<Record<string, unknown>>)[key], known, depth + 1);
    if (inner === undefined) {
      return undefined;
    }
    sum = (sum + combine(hashOfText(key), inner)) % Number.MAX_SAFE_INTEGER;
  }
  return sum;
}

/** Hash of an array that holds nothing; each item is combined with what stands before it. */
export const emptyArray = 17;

/** Joins two hashes; their order counts. */
export function combine(one: number, other: number): number {
  const low = Math.imul(one ^ (other >>> 0), 0x9e3779b1) ^ Math.imul(Math.floor(other / 0x100000000) + 0x7f4a7c15, 0x85ebca77);
  const high = Math.imul(Math.floor(one / 0x100000000) ^ other, 0xc2b2ae3d) + Math.imul(one ^ 0x27d4eb2f, 0x165667b1);
  return finish(low, high);
}

/** Keys, roles, system messages and answers come again and again: the last text of each length is remembered. */
const remembered = 256;
const longestRemembered = 4096;
const texts: string[] = Array.from<string>({ length: remembered }).fill('');
const hashes = new Float64Array(remembered);

/** Two 32-bit multiplicative lanes over pairs of UTF-16 units, mixed at the end as in MurmurHash3's finalizer. */
export function hashOfText(text: string): number {
  const { length } = text;
  const slot = length % remembered;
  if (length > 0 && texts[slot] === text) {
    return hashes[slot] ?? 0;
  }
  let low = 0x2c1b3c6d;
  let high = 0x297a2d39;
  const even = length & ~1;
  for (let at = 0; at < even; at += 2) {
    const pair = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    low = Math.imul(low ^ pair, 0x9e3779b1);
    low ^= low >>> 15;
    high = Math.imul(high ^ pair, 0x5f356495);
    high ^= high >>> 13;
  }
  if (even < length) {
    low = Math.imul(low ^ text.charCodeAt(even), 0x9e3779b1);
    high = Math.imul(high ^ text.charCodeAt(even), 0x5f356495);
  }
  const hash = finish(low ^ length, high);
  if (length <= longestRemembered) {
    texts[slot] = text;
    hashes[slot] = hash;
  }
  return hash;
}

function finish(low: number, high: number): number {
  let one = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  let other = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  one ^= one >>> 15;
  other ^= other >>> 14;
  return (other & 0x1fffff) * 0x100000000 + (one >>> 0);
}
