/** Deeper values are not looked at: hashing recurses. */
const deepest = 100;

/**
 * A 53-bit hash of a parsed JSON value; the order of an object's keys does not count. Undefined for a value that is
 * nested too deep. What `known` holds, by objects and arrays, is not hashed again. Two 32-bit multiplicative lanes, mixed at the end as in MurmurHash3's finalizer.
 */
export function hashOf(value: unknown, known: Map<object, number>, depth = 0): number | undefined {
  if (typeof value === 'string') {
    return hashOfText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return hashOfText(`\u0000${String(value)}`);
  }
  if (depth >= deepest) {
    return undefined;
  }
  const before = known.get(value);
  if (before !== undefined) {
    return before;
  }
  if (Array.isArray(value)) {
    let hash = 17;
    for (const item of value) {
      const inner = hashOf(item, known, depth + 1);
      if (inner === undefined) {
        return undefined;
      }
      hash = combine(hash, inner);
    }
    known.set(value, hash);
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
  known.set(value, sum);
  return sum;
}

/** Joins two hashes; their order counts. */
export function combine(one: number, other: number): number {
  const low = Math.imul(one ^ (other >>> 0), 0x9e3779b1) ^ Math.imul(Math.floor(other / 0x100000000) + 0x7f4a7c15, 0x85ebca77);
  const high = Math.imul(Math.floor(one / 0x100000000) ^ other, 0xc2b2ae3d) + Math.imul(one ^ 0x27d4eb2f, 0x165667b1);
  return finish(low, high);
}

export function hashOfText(text: string): number {
  let low = 0x2c1b3c6d;
  let high = 0x297a2d39;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  return finish(low ^ text.length, high);
}

function finish(low: number, high: number): number {
  let one = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  let other = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  one ^= one >>> 15;
  other ^= other >>> 14;
  return (other & 0x1fffff) * 0x100000000 + (one >>> 0);
}
