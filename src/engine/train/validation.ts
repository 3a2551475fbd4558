import { makeBatch, PaddedLengths, type Batch } from './batch.ts';
import type { Breath, Examples } from './examples.ts';
import type { Measure, Stepper } from './step.ts';

/**
 * Measures the validation file: one rolling batch per step, everything at the end of an epoch. Every batch has the
 * same shape, so it is compiled once.
 */
export class Validation {
  readonly #examples: Examples;
  readonly #rows: number;
  readonly #length: number;
  #next = 0;

  /** `batchSize`: of the training. Half of it is enough for the rolling batch and costs a sixth of a step. */
  constructor(examples: Examples, batchSize: number) {
    this.#examples = examples;
    this.#rows = Math.min(examples.count, Math.ceil(batchSize / 2));
    const indices = Uint32Array.from({ length: examples.count }, (_, index) => index);
    this.#length = new PaddedLengths([{ examples, indices }], 1).lengthFor(examples, indices);
  }

  rolling(stepper: Stepper): Promise<Measure> {
    const indices = Uint32Array.from({ length: this.#rows }, (_, row) => (this.#next + row) % this.#examples.count);
    this.#next = (this.#next + this.#rows) % this.#examples.count;
    return stepper.measure(this.#batch(indices));
  }

  /** Mean over all trained tokens of the file. */
  async full(stepper: Stepper, breath: Breath): Promise<Measure> {
    let [loss, hits, tokens] = [0, 0, 0];
    for (let start = 0; start < this.#examples.count; start += this.#rows) {
      const length = Math.min(this.#rows, this.#examples.count - start);
      const part = await stepper.measure(this.#batch(Uint32Array.from({ length }, (_, row) => start + row)));
      loss += part.loss * part.tokens;
      hits += part.accuracy * part.tokens;
      tokens += part.tokens;
      await breath();
    }
    return { loss: loss / Math.max(1, tokens), accuracy: hits / Math.max(1, tokens), tokens };
  }

  #batch(indices: Uint32Array): Batch {
    return makeBatch(this.#examples, indices, this.#rows, this.#length);
  }
}
