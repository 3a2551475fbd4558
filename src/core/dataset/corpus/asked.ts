import type { Format } from '../format.ts';
import type { Copies } from './corpus.ts';
import { Few } from './few.ts';

/** All examples that ask the same. */
export class Asked {
  readonly prompt: number;
  readonly format: Format;
  readonly copies = new Few<Copies>();
  /** How many of them give which answer, once there are two. */
  #answers: Map<number, number> | undefined;

  constructor(prompt: number, format: Format) {
    this.prompt = prompt;
    this.format = format;
  }

  /** Different answers. */
  get answers(): number {
    return this.#answers?.size ?? this.copies.size;
  }

  get contradicts(): boolean {
    return this.answers > 1;
  }

  add(copies: Copies): void {
    this.copies.add(copies);
    if (this.#answers) {
      this.#answers.set(copies.answer, (this.#answers.get(copies.answer) ?? 0) + 1);
    } else if (this.copies.size > 1) {
      this.#answers = new Map();
      for (const { answer } of this.copies) {
        this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
      }
    }
  }

  delete(copies: Copies): void {
    this.copies.delete(copies);
    const left = (this.#answers?.get(copies.answer) ?? 1) - 1;
    if (left === 0) {
      this.#answers?.delete(copies.answer);
    } else {
      this.#answers?.set(copies.answer, left);
    }
  }
}
