import type { ValidationSplit } from './recipe.ts';

/** Hexadecimal SHA-256 of a text; handed in, because core has no cryptography of its own. */
export type Digest = (text: string) => string;

/**
 * The place of an example in the draw, in [0, 2^52). It depends on the seed and the example's own line only, so
 * adding, removing or moving other rows changes little, and equal examples always fall on the same side.
 */
export function drawKey(seed: number, line: string, digest: Digest): number {
  return Number.parseInt(digest(`${seed}\n${line}`).slice(0, 13), 16);
}

/** How many of `examples` go into validation; at least 1. */
export function validationSize(size: ValidationSplit['size'], examples: number): number {
  return size.kind === 'count' ? size.value : Math.max(1, Math.round(size.value * examples));
}

/**
 * Which examples are for validation: those with the smallest draw keys, `wanted` of them. Equal keys are equal
 * examples and stay together, so there may be fewer (or, if all candidates are equal, more).
 * @returns a test on a draw key, or null if no example would be left for training
 */
export function drawValidation(keys: Float64Array, wanted: number): ((key: number) => boolean) | null {
  const sorted = keys.slice().sort();
  const last = sorted[wanted - 1];
  const next = sorted[wanted];
  if (last === undefined || next === undefined) return null;
  const first = sorted[0] ?? 0;
  if (last < next) return (key) => key <= last;
  if (first < last) return (key) => key < last;
  return (sorted[sorted.length - 1] ?? last) > last ? (key) => key <= last : null;
}

/** Numbers that arrive one by one, 8 bytes each. */
export class NumberList {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  toArray(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
