import { jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { ModelConfig } from '../model/config.ts';
import { decode, decoderConstants, logits, type DecoderConstants } from '../model/decoder.ts';
import { listParameters, mapParameters, parameterShapes, type Parameters } from '../model/parameters.ts';
import { adamW, type Update } from './adamW.ts';
import type { Batch } from './batch.ts';
import { parametersIn, type TrainingMemory } from './trainingMemory.ts';

type Arrays = Parameters<np.Array>;
type Inputs = {
  readonly inputs: np.Array;
  readonly segments: np.Array;
  readonly positions: np.Array;
  readonly targets: np.Array;
  readonly weights: np.Array;
};

/** Sums over the trained tokens of a shard: its part of the step's mean loss (nats), and correct greedy predictions. */
export type Score = { readonly loss: number; readonly hits: number };

/** A part of a step: the examples of one replica, and the trained tokens of all, which the loss is the mean over. */
export type Shard = { readonly batch: Batch; readonly stepTokens: number };

/**
 * One of the copies of the model that share a training step: it computes the gradient of its shard of the examples,
 * and updates its share of the weights in the memory that all of them see. One compiled function per batch shape.
 * Not to be used by two callers at the same time.
 */
export class Replica {
  readonly #config: ModelConfig;
  readonly #memory: TrainingMemory;
  readonly #index: number;
  readonly #constants = new Map<number, DecoderConstants>();
  readonly #gradient;
  readonly #measure;
  /** The weights for the library; absent while those in the shared memory are newer. */
  #weights: Arrays | undefined;

  constructor(config: ModelConfig, memory: TrainingMemory, index: number) {
    this.#config = config;
    this.#memory = memory;
    this.#index = index;
    const loss = lossFunction(config);
    const lossAndGradient = valueAndGrad(loss, { hasAux: true });
    this.#gradient = jit((weights: Arrays, constants: DecoderConstants, inputs: Inputs, scale: np.Array) => {
      const [[value, hits], gradient] = lossAndGradient(weights, constants, inputs, scale);
      return { value, hits, gradient: gradient as Arrays };
    });
    this.#measure = jit((weights: Arrays, constants: DecoderConstants, inputs: Inputs, scale: np.Array) => {
      const [value, hits] = loss(weights, constants, inputs, scale);
      return { value, hits };
    });
  }

  /** Writes the shard's part of the gradient into the replica's vector of the shared memory. */
  async differentiate(shard: Shard): Promise<Score> {
    const target = this.#memory.gradients[this.#index] as Float32Array;
    if (shard.batch.trainedTokens === 0) {
      target.fill(0);
      return { loss: 0, hits: 0 };
    }
    const { value, hits, gradient } = this.#gradient(...this.#arguments(shard));
    let offset = 0;
    for (const [, array] of listParameters(gradient)) {
      const data = (await array.data()) as Float32Array;
      target.set(data, offset);
      offset += data.length;
    }
    return toScore(value, hits);
  }

  /** Applies the sum of all gradients to this replica's share of the weights. All replicas do so before a next step. */
  update(update: Update): void {
    const { gradients, parameters } = this.#memory;
    const border = (replica: number): number => Math.floor((replica * parameters.length) / gradients.length);
    adamW(this.#memory, gradients, update, border(this.#index), border(this.#index + 1));
    tree.dispose(this.#weights);
    this.#weights = undefined;
  }

  /** The score of examples that are not trained on; changes nothing. */
  async measure(shard: Shard): Promise<Score> {
    if (shard.batch.trainedTokens === 0) {
      return { loss: 0, hits: 0 };
    }
    const { value, hits } = this.#measure(...this.#arguments(shard));
    return toScore(value, hits);
  }

  dispose(): void {
    tree.dispose(this.#weights);
    for (const constants of this.#constants.values()) {
      tree.dispose(constants);
    }
    this.#gradient.dispose();
    this.#measure.dispose();
  }

  #arguments({ batch, stepTokens }: Shard): [Arrays, DecoderConstants, Inputs, np.Array] {
    this.#weights ??= this.#readWeights();
    const scale = np.array([1 / Math.max(1, stepTokens)]).reshape([]);
    return [tree.ref(this.#weights), this.#constantsFor(batch.length), toInputs(batch), scale];
  }

  #readWeights(): Arrays {
    const views = parametersIn(this.#config, this.#memory.parameters);
    return mapParameters(parameterShapes(this.#config), (shape, name) =>
      np.array(views.get(name) as Float32Array<ArrayBuffer>).reshape([...shape]),
    );
  }

  #constantsFor(length: number): DecoderConstants {
    let constants = this.#constants.get(length);
    if (constants === undefined) {
      constants = decoderConstants(this.#config, length);
      this.#constants.set(length, constants);
    }
    return tree.ref(constants);
  }
}

function toInputs(batch: Batch): Inputs {
  const shape = [batch.rows, batch.length];
  return {
    inputs: np.array(batch.inputs).reshape(shape),
    segments: np.array(batch.segments).reshape(shape),
    positions: np.array(batch.positions),
    targets: np.array(batch.targets),
    weights: np.array(batch.weights),
  };
}

async function toScore(value: np.Array, hits: np.Array): Promise<Score> {
  const [loss] = await value.data();
  const [count] = await hits.data();
  return { loss: loss as number, hits: count as number };
}

/** Cross-entropy over the predictions of weight 1, times `scale`, and how many have the target as the highest score. */
function lossFunction(config: ModelConfig) {
  return (parameters: Arrays, constants: DecoderConstants, batch: Inputs, scale: np.Array): [np.Array, np.Array] => {
    const hidden = decode(config, parameters, constants, batch.inputs, batch.segments);
    // Scores cost a fifth of a step; only those in front of a trained token are needed.
    // The product with the weights also keeps jax-js 0.1.25 able to compile the gradient: it scatters no bare view.
    const used = np.take(hidden, batch.positions, 0).mul(np.expandDims(batch.weights.ref, 1));
    const scores = logits(parameters.embedding, used);
    const targets = np.expandDims(batch.targets, 1);
    const isTarget = np.equal(np.arange(config.vocabularySize).reshape([1, config.vocabularySize]), targets);
    const targetScore = np.where(isTarget, scores.ref, 0).sum(-1);
    const highest = np.max(scores.ref, -1);
    const { weights } = batch;
    const hits = np.greaterEqual(targetScore.ref, highest).astype(np.float32).mul(weights.ref).sum();
    const nats = nn.logsumexp(scores, -1).sub(targetScore).mul(weights).sum();
    return [nats.mul(scale), hits];
  };
}
