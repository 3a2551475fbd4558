import type { Format } from '../format.ts';
import type { Copies } from './corpus.ts';

/** Different examples that ask the same. */
export class Asked {
  readonly format: Format;
  readonly copies = new Set<Copies>();
  /** How many of them give which answer. */
  readonly #answers = new Map<number, number>();

  constructor(format: Format, first: Copies) {
    this.format = format;
    this.add(first);
  }

  /** Different answers. */
  get answers(): number {
    return this.#answers.size;
  }

  get contradicts(): boolean {
    return this.answers > 1;
  }

  add(copies: Copies): void {
    this.copies.add(copies);
    this.#answers.set(copies.answer, (this.#answers.get(copies.answer) ?? 0) + 1);
  }

  delete(copies: Copies): void {
    this.copies.delete(copies);
    const left = (this.#answers.get(copies.answer) ?? 1) - 1;
    if (left === 0) {
      this.#answers.delete(copies.answer);
    } else {
      this.#answers.set(copies.answer, left);
    }
  }
}
