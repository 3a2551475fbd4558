import { jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { ModelConfig } from '../model/config.ts';
import { decode, decoderConstants, logits, type DecoderConstants } from '../model/decoder.ts';
import { mapParameters, type Parameters, type Tensor } from '../model/parameters.ts';
import type { Batch } from './batch.ts';

/** AdamW (Loshchilov and Hutter 2019). A short second moment, for runs of a few hundred steps. */
const beta1 = 0.9;
const beta2 = 0.95;
const epsilon = 1e-8;
const weightDecay = 0.01;

type Arrays = Parameters<np.Array>;
type Inputs = {
  readonly inputs: np.Array;
  readonly segments: np.Array;
  readonly positions: np.Array;
  readonly targets: np.Array;
  readonly weights: np.Array;
};
type Rates = { readonly learningRate: np.Array; readonly mean: np.Array; readonly variance: np.Array };

/** Mean loss in nats and share of correct greedy predictions, over `tokens` trained tokens. */
export type Measure = { readonly loss: number; readonly accuracy: number; readonly tokens: number };

/**
 * Holds weights and optimiser state as jax arrays; one compiled function per batch shape does loss, gradients and
 * update together. Call `dispose` at the end. Not to be used by two callers at the same time.
 */
export class Stepper {
  readonly #config: ModelConfig;
  readonly #constants = new Map<number, DecoderConstants>();
  #parameters: Arrays;
  #mean: Arrays;
  #variance: Arrays;
  #steps = 0;
  readonly #train;
  readonly #measure;

  constructor(config: ModelConfig, parameters: Parameters<Tensor>) {
    this.#config = config;
    this.#parameters = mapParameters(parameters, ({ data, shape }) => np.array(data).reshape([...shape]));
    this.#mean = mapParameters(parameters, ({ shape }) => np.zeros([...shape]));
    this.#variance = mapParameters(parameters, ({ shape }) => np.zeros([...shape]));
    const loss = lossFunction(config);
    const lossAndGradient = valueAndGrad(loss, { hasAux: true });
    this.#train = jit((p: Arrays, m: Arrays, v: Arrays, constants: DecoderConstants, batch: Inputs, rates: Rates) => {
      const [[value, hits], gradient] = lossAndGradient(tree.ref(p), constants, batch);
      return { value, hits, ...adamW(p, m, v, gradient as Arrays, rates) };
    });
    this.#measure = jit((p: Arrays, constants: DecoderConstants, batch: Inputs) => {
      const [value, hits] = loss(p, constants, batch);
      return { value, hits };
    });
  }

  /** One optimiser step. Returns what the weights before it made of the batch. */
  async train(batch: Batch, learningRate: number): Promise<Measure> {
    this.#steps += 1;
    const rates: Rates = {
      learningRate: scalar(learningRate),
      mean: scalar(1 / (1 - beta1 ** this.#steps)),
      variance: scalar(1 / (1 - beta2 ** this.#steps)),
    };
    const out = this.#train(
      this.#parameters,
      this.#mean,
      this.#variance,
      this.#constantsFor(batch.length),
      toInputs(batch),
      rates,
    );
    this.#parameters = out.parameters;
    this.#mean = out.mean;
    this.#variance = out.variance;
    const measure = await toMeasure(out.value, out.hits, batch);
    // The update is still queued behind the loss; without waiting, queued steps would pile up their memory.
    await Promise.all(tree.leaves(this.#parameters).map((array) => array.blockUntilReady()));
    return measure;
  }

  /** Loss and accuracy on a batch; changes nothing. */
  async measure(batch: Batch): Promise<Measure> {
    const out = this.#measure(tree.ref(this.#parameters), this.#constantsFor(batch.length), toInputs(batch));
    return toMeasure(out.value, out.hits, batch);
  }

  /** A copy of the weights. */
  async weights(): Promise<Parameters<Tensor>> {
    const copies = new Map<np.Array, Float32Array<ArrayBuffer>>();
    for (const array of tree.leaves(this.#parameters)) {
      copies.set(array, Float32Array.from((await array.ref.data()) as Float32Array));
    }
    return mapParameters(this.#parameters, (array) => ({
      shape: [...array.shape],
      data: copies.get(array) as Float32Array<ArrayBuffer>,
    }));
  }

  dispose(): void {
    tree.dispose(this.#parameters);
    tree.dispose(this.#mean);
    tree.dispose(this.#variance);
    for (const constants of this.#constants.values()) {
      tree.dispose(constants);
    }
    this.#train.dispose();
    this.#measure.dispose();
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

function scalar(value: number): np.Array {
  return np.array([value]).reshape([]);
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

async function toMeasure(value: np.Array, hits: np.Array, { trainedTokens }: Batch): Promise<Measure> {
  const [loss] = await value.data();
  const [count] = await hits.data();
  return {
    loss: loss as number,
    accuracy: trainedTokens === 0 ? 0 : (count as number) / trainedTokens,
    tokens: trainedTokens,
  };
}

/** Mean cross-entropy over the predictions of weight 1, and how many of them have the target as the highest score. */
function lossFunction(config: ModelConfig) {
  return (parameters: Arrays, constants: DecoderConstants, batch: Inputs): [np.Array, np.Array] => {
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
    const nats = nn.logsumexp(scores, -1).sub(targetScore).mul(weights.ref).sum();
    // A batch whose answers were all cut off has no weight; its loss is 0, not 0/0.
    return [nats.div(np.maximum(weights.sum(), 1)), hits];
  };
}

function adamW(
  parameters: Arrays,
  mean: Arrays,
  variance: Arrays,
  gradient: Arrays,
  rates: Rates,
): { readonly parameters: Arrays; readonly mean: Arrays; readonly variance: Arrays } {
  const newMean = tree.map((m: np.Array, g: np.Array) => m.mul(beta1).add(g.ref.mul(1 - beta1)), mean, gradient);
  const newVariance = tree.map(
    (v: np.Array, g: np.Array) => v.mul(beta2).add(np.square(g).mul(1 - beta2)),
    variance,
    gradient,
  );
  const newParameters = tree.map(
    (p: np.Array, m: np.Array, v: np.Array) => {
      const direction = m.mul(rates.mean.ref).div(np.sqrt(v.mul(rates.variance.ref)).add(epsilon));
      return p.ref.sub(direction.add(p.mul(weightDecay)).mul(rates.learningRate.ref));
    },
    parameters,
    tree.ref(newMean),
    tree.ref(newVariance),
  );
  tree.dispose(rates);
  return { parameters: newParameters, mean: newMean, variance: newVariance };
}
