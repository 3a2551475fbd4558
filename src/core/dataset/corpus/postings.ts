/**
 * Which texts have a hash, from 0 to 2^30: one text or a set of them. A table with open addresses, since a map of the
 * engine takes several times as long for keys that come and go by the hundred thousand.
 */
export class Postings<T extends object> implements Iterable<T | Set<T>> {
  /** Hash + 1; 0 where nothing was ever. */
  #keys = new Int32Array(1024);
  #values = new Array<T | Set<T> | undefined>(1024);
  /** Places with a key, also those whose value is gone; and those with a value. */
  #used = 0;
  #living = 0;

  get(key: number): T | Set<T> | undefined {
    return this.#values[this.#place(key)];
  }

  /** Adds a text; gives back the set that it is in now, or the text itself if nothing else has the hash. */
  add(key: number, text: T): T | Set<T> {
    if (2 * this.#used >= this.#keys.length) {
      this.#grow();
    }
    const place = this.#place(key);
    if (this.#keys[place] === 0) {
      this.#keys[place] = key + 1;
      this.#used += 1;
    }
    const known = this.#values[place];
    if (known instanceof Set) {
      return known.add(text);
    }
    this.#living += known === undefined ? 1 : 0;
    const now = known === undefined || known === text ? text : new Set([known, text]);
    this.#values[place] = now;
    return now;
  }

  /** Takes a text away; gives back the set that it was in. */
  delete(key: number, text: T): Set<T> | undefined {
    const place = this.#place(key);
    const known = this.#values[place];
    if (!(known instanceof Set)) {
      this.#living -= known === undefined ? 0 : 1;
      this.#values[place] = undefined;
      return undefined;
    }
    known.delete(text);
    const [only] = known;
    if (known.size === 1 && only) {
      this.#values[place] = only;
    }
    return known;
  }

  *[Symbol.iterator](): IterableIterator<T | Set<T>> {
    for (const value of this.#values) {
      if (value !== undefined) {
        yield value;
      }
    }
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
    const length = 4 * this.#living < keys.length ? keys.length : keys.length < 65_536 ? 4 * keys.length : 2 * keys.length;
    this.#keys = new Int32Array(length);
    this.#values = new Array<T | Set<T> | undefined>(length);
    this.#used = this.#living;
    for (let at = 0; at < keys.length; at += 1) {
      const value = values[at];
      if (value !== undefined) {
        const key = (keys[at] ?? 0) - 1;
        const place = this.#place(key);
        this.#keys[place] = key + 1;
        this.#values[place] = value;
      }
    }
  }
}
