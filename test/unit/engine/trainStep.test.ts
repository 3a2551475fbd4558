import { defaultDevice, init } from '@jax-js/jax';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Forward } from '../../../src/engine/generate/forward.ts';
import { configOf, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { listParameters, mapParameters, randomParameters, type Parameters, type Tensor } from '../../../src/engine/model/parameters.ts';
import { Random } from '../../../src/engine/model/random.ts';
import { makeBatch } from '../../../src/engine/train/batch.ts';
import type { Examples } from '../../../src/engine/train/examples.ts';
import { Stepper } from '../../../src/engine/train/step.ts';

const config = configOf({ ...tunesmithTiny, width: 16, hidden: 24, layers: 1, heads: 2 }, 270, 1);

const examples: Examples = {
  count: 2,
  tokens: Uint16Array.of(1, 50, 60, 0, 3, 70, 80, 0, 2, 33, 0, 3, 44, 0),
  trained: Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1),
  starts: Float64Array.of(0, 8, 14),
  longest: 8,
  truncated: 0,
  trainedTokens: 5,
  turns: 1,
};
const batch = makeBatch(examples, Uint32Array.of(0, 1), { rows: 1, length: 16, predictions: 8 });

before(async () => {
  await init('wasm');
  defaultDevice('wasm');
});

/** Weights that all have an effect. */
function weights(seed: number): Parameters<Tensor> {
  const random = new Random(seed);
  return mapParameters(randomParameters(config, random), ({ shape, data }) => ({
    shape,
    data: data.map(() => 0.3 * random.normal()),
  }));
}

/** Sum of nats and correct predictions over the trained tokens, from the forward pass without jax, in float64. */
function expected(parameters: Parameters<Tensor>): { loss: number; hits: number } {
  let [nats, hits] = [0, 0];
  for (let example = 0; example < examples.count; example += 1) {
    const forward = new Forward(config, parameters);
    const cache = forward.newCache();
    const start = examples.starts[example] as number;
    for (let at = start; at + 1 < (examples.starts[example + 1] as number); at += 1) {
      forward.append(examples.tokens[at] as number, cache);
      if (examples.trained[at + 1] === 1) {
        const scores = Array.from(forward.logits());
        const target = scores[examples.tokens[at + 1] as number] as number;
        nats += Math.log(scores.reduce((sum, score) => sum + Math.exp(score - target), 0));
        hits += Math.max(...scores) === target ? 1 : 0;
      }
    }
  }
  return { loss: nats / examples.trainedTokens, hits };
}

test('loss is the mean of nats over trained tokens, accuracy the share predicted', async () => {
  const parameters = weights(1);
  const stepper = new Stepper(config, parameters);
  const measure = await stepper.measure(batch);
  const { loss, hits } = expected(parameters);
  assert.ok(Math.abs(measure.loss - loss) < 1e-3, `${measure.loss} and ${loss}`);
  assert.equal(measure.accuracy, hits / 5);
  assert.equal(measure.tokens, 5);
  stepper.dispose();
});

test('a first AdamW step moves each weight by the learning rate against its numerical gradient', async () => {
  const parameters = weights(2);
  const stepper = new Stepper(config, parameters);
  const rate = 1e-3;
  await stepper.train(batch, rate);
  const after = new Map(listParameters(await stepper.weights()));
  stepper.dispose();
  for (const [name, { data, shape }] of listParameters(parameters)) {
    // In the embedding, a row that the batch uses.
    const index = name === 'embedding' ? 70 * (shape[1] as number) + 3 : 37;
    const original = data[index] as number;
    const lossAt = (value: number): number => {
      data[index] = value;
      const { loss } = expected(parameters);
      data[index] = original;
      return loss;
    };
    const gradient = (lossAt(original + 5e-3) - lossAt(original - 5e-3)) / 1e-2;
    // At the first step mean / sqrt(variance) is the sign of the gradient; decay is 0.01 of the weight.
    const wanted = original - rate * (Math.sign(gradient) + 0.01 * original);
    const actual = after.get(name)?.data[index] as number;
    assert.ok(Math.abs(gradient) > 1e-5, `${name} has no effect`);
    assert.ok(Math.abs(actual - wanted) < 2e-5, `${name}: ${actual} instead of ${wanted}`);
  }
});

test('steps learn the batch; measuring changes nothing', async () => {
  const stepper = new Stepper(config, randomParameters(config, new Random(3)));
  const { loss: first } = await stepper.measure(batch);
  for (let step = 0; step < 60; step += 1) {
    await stepper.train(batch, 1e-2);
  }
  const last = await stepper.measure(batch);
  assert.ok(last.loss < 0.2 * first, `${first} to ${last.loss}`);
  assert.equal(last.accuracy, 1);
  assert.deepEqual(await stepper.measure(batch), last);
  stepper.dispose();
});

test('a batch without trained tokens has loss 0 and does not break the weights', async () => {
  const stepper = new Stepper(config, randomParameters(config, new Random(4)));
  const empty = { ...batch, weights: new Float32Array(8), trainedTokens: 0 };
  assert.deepEqual(await stepper.train(empty, 1e-2), { loss: 0, accuracy: 0, tokens: 0 });
  const { embedding } = await stepper.weights();
  assert.ok(embedding.data.every(Number.isFinite));
  stepper.dispose();
});
