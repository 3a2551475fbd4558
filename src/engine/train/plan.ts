import type { Random } from '../model/random.ts';
import { PaddedLengths } from './batch.ts';
import type { Examples } from './examples.ts';
import type { Hyperparameters } from './schedule.ts';

/** A compiled length costs about as long as this many steps save. */
const minStepsPerLength = 40;
/** More batches than this are not looked at when the padded lengths are chosen. */
const maxLookedAt = 5_000;

/** Which examples each step sees: every epoch is a new permutation, cut into batches; the last may be short. */
export class Plan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly lengths: PaddedLengths;
  readonly #examples: Examples;
  readonly #batchSize: number;
  readonly #random: Random;
  #epoch = -1;
  #order = new Uint32Array(0);

  constructor(examples: Examples, { nEpochs, batchSize }: Hyperparameters, random: Random) {
    this.#examples = examples;
    this.#batchSize = batchSize;
    this.#random = random;
    this.stepsPerEpoch = Math.ceil(examples.count / batchSize);
    this.totalSteps = nEpochs * this.stepsPerEpoch;
    this.lengths = new PaddedLengths(this.#lookAhead(), minStepsPerLength);
  }

  /** The examples of a step (from 1). The array is valid until another epoch is asked for. */
  indicesAt(step: number): Uint32Array {
    const epoch = Math.floor((step - 1) / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = Uint32Array.from({ length: this.#examples.count }, (_, index) => index);
      this.#random.fork(epoch).shuffle(this.#order);
    }
    const start = ((step - 1) % this.stepsPerEpoch) * this.#batchSize;
    return this.#order.subarray(start, start + this.#batchSize);
  }

  *#lookAhead(): Generator<{ readonly examples: Examples; readonly indices: Uint32Array }> {
    for (let step = 1; step <= Math.min(this.totalSteps, maxLookedAt); step += 1) {
      yield { examples: this.#examples, indices: this.indicesAt(step) };
    }
  }
}
