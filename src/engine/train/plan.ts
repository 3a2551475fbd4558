import type { ModelConfig } from '../model/config.ts';
import type { Random } from '../model/random.ts';
import { makeBatch, type Batch } from './batch.ts';
import type { Examples } from './examples.ts';
import { deal, inputLength, Shapes } from './packing.ts';
import { TrainingProblem } from './problem.ts';
import type { Hyperparameters } from './schedule.ts';

/** Batches that are looked at to choose the shapes. */
const maxLookedAt = 400;
/** Positions of a shard beyond which a step could need more than the 4 GiB that WebAssembly can address. */
const maxPositions = 16_384;

/**
 * Which examples each step sees. Every epoch shows every example once. The examples are sorted by length and cut into
 * as many groups as a batch has places; a batch draws one from each group. So batches are random and yet of nearly
 * the same number of tokens, which is what makes one compiled shape fit them all.
 */
export class Plan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly #examples: Examples;
  readonly #groups: readonly Uint32Array[];
  readonly #random: Random;
  readonly #shapes: Shapes;
  readonly #replicas: number;
  #epoch = -1;

  /** @throws TrainingProblem if a batch is too large to compute */
  constructor(
    examples: Examples,
    config: ModelConfig,
    { nEpochs, batchSize }: Hyperparameters,
    random: Random,
    replicas: number,
  ) {
    this.#examples = examples;
    this.#replicas = replicas;
    this.#random = random;
    this.stepsPerEpoch = Math.ceil(examples.count / batchSize);
    this.totalSteps = nEpochs * this.stepsPerEpoch;
    const byLength = Uint32Array.from({ length: examples.count }, (_, index) => index).sort(
      (a, b) => inputLength(examples, a) - inputLength(examples, b) || a - b,
    );
    this.#groups = Array.from({ length: batchSize }, (_, place) => {
      const from = Math.floor((place * examples.count) / batchSize);
      return byLength.slice(from, Math.floor(((place + 1) * examples.count) / batchSize));
    });
    const lookedAt = Math.min(this.totalSteps, maxLookedAt);
    const shards = Array.from({ length: lookedAt }, (_, index) => deal(this.#indicesAt(index + 1), replicas)).flat();
    this.#shapes = new Shapes(examples, config, shards, this.totalSteps / lookedAt / replicas);
    const largest = Math.max(...shards.map((indices) => this.#shapes.shapeFor(indices).rows)) * this.#shapes.length;
    if (batchSize > 1 && largest > maxPositions) {
      const fitting = Math.max(1, Math.floor((batchSize * maxPositions) / largest));
      throw new TrainingProblem(
        'invalid_hyperparameters',
        `A batch of ${batchSize} of these examples does not fit into memory. Use a batch size of at most ${fitting}.`,
      );
    }
  }

  /** The batch of a step (from 1), one shard per replica. A last, smaller batch may leave some of them empty. */
  batchAt(step: number): readonly Batch[] {
    return deal(this.#indicesAt(step), this.#replicas).map((indices) =>
      makeBatch(this.#examples, indices, this.#shapes.shapeFor(indices)),
    );
  }

  #indicesAt(step: number): Uint32Array {
    const epoch = Math.floor((step - 1) / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      const random = this.#random.fork(epoch);
      for (const group of this.#groups) {
        group.sort((a, b) => a - b);
        random.shuffle(group);
      }
    }
    const turn = (step - 1) % this.stepsPerEpoch;
    return Uint32Array.from(this.#groups.filter((group) => turn < group.length), (group) => group[turn] as number);
  }
}
