import { Numbered } from './numbered.ts';

/**
 * Which texts have a hash, from 0 to 2^30: one text or a set of them. A table with open addresses in typed arrays:
 * a map of the engine takes several times the time and the memory for millions of keys.
 */
export class Postings<T extends { number: number }> implements Iterable<T | Set<T>> {
  readonly #texts = new Numbered<T>();
  readonly #sets = new Numbered<Set<T>>();
  /** Hash + 1; 0 where nothing was ever. */
  #keys = new Int32Array(1024);
  /** Number of a text, or that of a set below 0; 0 where nothing is any more. */
  #values = new Int32Array(1024);
  /** Places with a key, and those with a value. */
  #used = 0;
  #living = 0;

  /** Gives a text its number, before it is added. */
  enter(text: T): void {
    text.number = this.#texts.add(text);
  }

  /** Takes the number of a text back, after it was deleted. */
  leave(text: T): void {
    this.#texts.delete(text.number);
  }

  get(key: number): T | Set<T> | undefined {
    return this.#valueOf(this.#values[this.#place(key)] ?? 0);
  }

  /** Adds a text; gives back the set that it is in now, or undefined if nothing else has the hash. */
  add(key: number, text: T): Set<T> | undefined {
    if (3 * this.#used >= 2 * this.#keys.length) {
      this.#grow();
    }
    const place = this.#place(key);
    if (this.#keys[place] === 0) {
      this.#keys[place] = key + 1;
      this.#used += 1;
    }
    const known = this.#valueOf(this.#values[place] ?? 0);
    if (known === undefined) {
      this.#living += 1;
      this.#values[place] = text.number;
      return undefined;
    }
    if (known instanceof Set) {
      return known.add(text);
    }
    const set = new Set([known, text]);
    this.#values[place] = -this.#sets.add(set);
    return set;
  }

  /** Takes a text away; gives back the set that it was in. */
  delete(key: number, text: T): Set<T> | undefined {
    const place = this.#place(key);
    const value = this.#values[place] ?? 0;
    const known = this.#valueOf(value);
    if (!(known instanceof Set)) {
      this.#living -= known === undefined ? 0 : 1;
      this.#values[place] = 0;
      return undefined;
    }
    known.delete(text);
    const [only] = known;
    if (known.size === 1 && only) {
      this.#sets.delete(-value);
      this.#values[place] = only.number;
    }
    return known;
  }

  *[Symbol.iterator](): IterableIterator<T | Set<T>> {
    for (const value of this.#values) {
      const known = this.#valueOf(value);
      if (known !== undefined) {
        yield known;
      }
    }
  }

  #valueOf(value: number): T | Set<T> | undefined {
    return value > 0 ? this.#texts.get(value) : value < 0 ? this.#sets.get(-value) : undefined;
  }

  #place(key: number): number {
    const last = this.#keys.length - 1;
    // The smallest hashes of texts are small numbers, so their bits are spread first.
    const spread = Math.imul(key, 0x9e3779b1);
    let place = (spread ^ (spread >>> 15)) & last;
    while (this.#keys[place] !== 0 && this.#keys[place] !== key + 1) {
      place = (place + 1) & last;
    }
    return place;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    const length = 3 * this.#living < keys.length ? keys.length : keys.length < 65_536 ? 4 * keys.length : 2 * keys.length;
    this.#keys = new Int32Array(length);
    this.#values = new Int32Array(length);
    this.#used = this.#living;
    for (let at = 0; at < keys.length; at += 1) {
      const value = values[at] ?? 0;
      if (value !== 0) {
        const place = this.#place((keys[at] ?? 0) - 1);
        this.#keys[place] = keys[at] ?? 0;
        this.#values[place] = value;
      }
    }
  }
}
