/** A set that mostly holds one item, which then costs next to nothing. Items keep the order in which they came. */
export class Few<T extends object> implements Iterable<T> {
  #items: T | Set<T> | undefined;

  get size(): number {
    return this.#items instanceof Set ? this.#items.size : this.#items === undefined ? 0 : 1;
  }

  get first(): T | undefined {
    return this.#items instanceof Set ? this.#items.values().next().value : this.#items;
  }

  has(item: T): boolean {
    return this.#items instanceof Set ? this.#items.has(item) : this.#items === item;
  }

  add(item: T): void {
    if (this.#items instanceof Set) {
      this.#items.add(item);
    } else if (this.#items === undefined) {
      this.#items = item;
    } else if (this.#items !== item) {
      this.#items = new Set([this.#items, item]);
    }
  }

  delete(item: T): void {
    if (this.#items instanceof Set) {
      this.#items.delete(item);
      if (this.#items.size === 1) {
        this.#items = this.first;
      }
    } else if (this.#items === item) {
      this.#items = undefined;
    }
  }

  *[Symbol.iterator](): IterableIterator<T> {
    if (this.#items instanceof Set) {
      yield* this.#items;
    } else if (this.#items !== undefined) {
      yield this.#items;
    }
  }
}
