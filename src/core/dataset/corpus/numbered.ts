/** Things that go by a number from 1, so that typed arrays can hold them. Numbers are used again. */
export class Numbered<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  add(item: T): number {
    const number = this.#free.pop() ?? this.#items.length + 1;
    this.#items[number - 1] = item;
    return number;
  }

  get(number: number): T | undefined {
    return this.#items[number - 1];
  }

  delete(number: number): void {
    this.#items[number - 1] = undefined;
    this.#free.push(number);
  }
}
