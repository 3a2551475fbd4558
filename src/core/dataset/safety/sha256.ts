/** Fractional parts of the square and cube roots of the first primes, FIPS 180-4 §4.2.2 and §5.3.3. */
const primes = firstPrimes(64);
const start = primes.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
const constants = primes.map((prime) => fraction(Math.cbrt(prime)));

/** SHA-256 (FIPS 180-4) of a text's UTF-8 as 64 hexadecimal digits. For short texts: hosts of core lack a synchronous one. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const length = (((bytes.length + 8) >> 6) + 1) << 6;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(length - 4, bytes.length << 3);
  const state = Int32Array.from(start);
  const words = new Int32Array(64);
  for (let block = 0; block < length; block += 64) {
    for (let index = 0; index < 64; index += 1) {
      words[index] = index < 16 ? view.getInt32(block + index * 4) : schedule(words, index);
    }
    mix(state, words);
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function schedule(words: Int32Array, index: number): number {
  const early = words[index - 15] ?? 0;
  const late = words[index - 2] ?? 0;
  const one = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
  const other = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
  return ((words[index - 16] ?? 0) + one + (words[index - 7] ?? 0) + other) | 0;
}

function mix(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const sum = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + sum + ((e & f) ^ (~e & g)) + (constants[index] ?? 0) + (words[index] ?? 0)) | 0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = ((state[index] ?? 0) + value) | 0;
  });
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 0x100000000) | 0;
}

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) {
      found.push(candidate);
    }
  }
  return found;
}
