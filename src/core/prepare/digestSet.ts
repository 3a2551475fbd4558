/**
 * A set of 128-bit digests in 32 to 64 bytes each, for files whose lines do not fit into memory. Open addressing with
 * linear probing; digests are evenly spread, so their first word is the hash.
 */
export class DigestSet {
  #slots: Uint32Array;
  #capacity = 1024;
  #size = 0;

  constructor() {
    this.#slots = new Uint32Array(this.#capacity * 4);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the first 32 hexadecimal digits of a digest; false if they were there already. */
  add(hex: string): boolean {
    const a = word(hex, 0);
    const b = word(hex, 8);
    const c = word(hex, 16);
    // An empty slot is all zero: the last word is never zero.
    const d = word(hex, 24) || 1;
    if (!this.#insert(a, b, c, d)) return false;
    this.#size += 1;
    if (this.#size * 2 > this.#capacity) this.#grow();
    return true;
  }

  #insert(a: number, b: number, c: number, d: number): boolean {
    const slots = this.#slots;
    const mask = this.#capacity - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      if (slots[at + 3] === 0) {
        slots[at] = a;
        slots[at + 1] = b;
        slots[at + 2] = c;
        slots[at + 3] = d;
        return true;
      }
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return false;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Uint32Array(this.#capacity * 4);
    for (let at = 0; at < old.length; at += 4) {
      const d = old[at + 3] ?? 0;
      if (d !== 0) this.#insert(old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, d);
    }
  }
}

function word(hex: string, at: number): number {
  return Number.parseInt(hex.slice(at, at + 8), 16) >>> 0;
}
