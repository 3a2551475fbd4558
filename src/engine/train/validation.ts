import type { ModelConfig } from '../model/config.ts';
import { makeBatch } from './batch.ts';
import type { Breath, Examples } from './examples.ts';
import type { DataParallel, Measure } from './dataParallel.ts';
import { deal, inputLength, Shapes } from './packing.ts';

/** Measures the validation file: one rolling batch per step, everything at the end of an epoch. */
export class Validation {
  readonly #examples: Examples;
  readonly #batches: readonly Uint32Array[];
  readonly #shapes: Shapes;
  readonly #replicas: number;

  /** `batchSize`: of the training. Half of it is enough for the rolling batch and costs a sixth of a step. */
  constructor(examples: Examples, config: ModelConfig, batchSize: number, replicas: number) {
    this.#examples = examples;
    this.#replicas = replicas;
    const size = Math.min(examples.count, Math.ceil(batchSize / 2));
    this.#batches = Array.from({ length: Math.ceil(examples.count / size) }, (_, batch) => {
      const start = batch * size;
      return Uint32Array.from({ length: Math.min(size, examples.count - start) }, (__, place) => start + place);
    });
    this.#shapes = new Shapes(examples, config, this.#batches.flatMap((batch) => this.#deal(batch)), 1);
  }

  /** The batch whose turn it is at a step (from 1). */
  rolling(model: DataParallel, step: number): Promise<Measure> {
    return this.#measure(model, this.#batches[(step - 1) % this.#batches.length] as Uint32Array);
  }

  /** Mean over all trained tokens of the file. */
  async full(model: DataParallel, breath: Breath): Promise<Measure> {
    let [loss, hits, tokens] = [0, 0, 0];
    for (const indices of this.#batches) {
      const part = await this.#measure(model, indices);
      loss += part.loss * part.tokens;
      hits += part.accuracy * part.tokens;
      tokens += part.tokens;
      await breath();
    }
    return { loss: loss / Math.max(1, tokens), accuracy: hits / Math.max(1, tokens), tokens };
  }

  #measure(model: DataParallel, indices: Uint32Array): Promise<Measure> {
    return model.measure(
      this.#deal(indices).map((shard) => makeBatch(this.#examples, shard, this.#shapes.shapeFor(shard))),
    );
  }

  #deal(batch: Uint32Array): readonly Uint32Array[] {
    const byLength = batch.toSorted(
      (a, b) => inputLength(this.#examples, a) - inputLength(this.#examples, b) || a - b,
    );
    return deal(byLength, this.#replicas);
  }
}
