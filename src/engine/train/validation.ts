import type { ModelConfig } from '../model/config.ts';
import { makeBatch } from './batch.ts';
import type { Breath, Examples } from './examples.ts';
import { Shapes } from './packing.ts';
import type { Measure, Stepper } from './step.ts';

/** Measures the validation file: one rolling batch per step, everything at the end of an epoch. */
export class Validation {
  readonly #examples: Examples;
  readonly #batches: readonly Uint32Array[];
  readonly #shapes: Shapes;
  #next = 0;

  /** `batchSize`: of the training. Half of it is enough for the rolling batch and costs a sixth of a step. */
  constructor(examples: Examples, config: ModelConfig, batchSize: number) {
    this.#examples = examples;
    const size = Math.min(examples.count, Math.ceil(batchSize / 2));
    this.#batches = Array.from({ length: Math.ceil(examples.count / size) }, (_, batch) => {
      const start = batch * size;
      return Uint32Array.from({ length: Math.min(size, examples.count - start) }, (__, place) => start + place);
    });
    this.#shapes = new Shapes(examples, config, this.#batches, 1);
  }

  rolling(stepper: Stepper): Promise<Measure> {
    const indices = this.#batches[this.#next] as Uint32Array;
    this.#next = (this.#next + 1) % this.#batches.length;
    return this.#measure(stepper, indices);
  }

  /** Mean over all trained tokens of the file. */
  async full(stepper: Stepper, breath: Breath): Promise<Measure> {
    let [loss, hits, tokens] = [0, 0, 0];
    for (const indices of this.#batches) {
      const part = await this.#measure(stepper, indices);
      loss += part.loss * part.tokens;
      hits += part.accuracy * part.tokens;
      tokens += part.tokens;
      await breath();
    }
    return { loss: loss / Math.max(1, tokens), accuracy: hits / Math.max(1, tokens), tokens };
  }

  #measure(stepper: Stepper, indices: Uint32Array): Promise<Measure> {
    return stepper.measure(makeBatch(this.#examples, indices, this.#shapes.shapeFor(indices)));
  }
}
