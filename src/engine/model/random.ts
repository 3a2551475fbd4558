/**
 * Seeded random numbers, the same on every machine. `fork` gives an independent stream, so that one consumer's
 * appetite (initial weights) does not change what another one draws (the order of examples).
 */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** In [0, 1), 32 bits. Mulberry32 by Tommy Ettinger (public domain). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Permutes in place (Fisher and Yates). */
  shuffle(items: Uint32Array): void {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.next() * (last + 1));
      const held = items[last] as number;
      items[last] = items[other] as number;
      items[other] = held;
    }
  }

  fork(label: number): Random {
    const child = new Random(Math.imul(this.#seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(label + 1, 0xc2b2ae35));
    child.next();
    return child;
  }
}
