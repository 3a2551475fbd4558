import { defaultDevice, init } from '@jax-js/jax';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Forward } from '../../../src/engine/generate/forward.ts';
import { configOf, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { listParameters, mapParameters, randomParameters, type Parameters, type Tensor } from '../../../src/engine/model/parameters.ts';
import { Random } from '../../../src/engine/model/random.ts';
import { makeBatch } from '../../../src/engine/train/batch.ts';
import type { Examples } from '../../../src/engine/train/examples.ts';
import { DataParallel, type Start } from '../../../src/engine/train/dataParallel.ts';

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

const trainerProgram = new URL('../../../src/engine/trainerThread.ts', import.meta.url);

function parallel(parameters: Start['parameters'], replicas = 1): DataParallel {
  return new DataParallel(config, { parameters }, replicas, (start) => new Worker(trainerProgram, { workerData: start }));
}

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
  const model = parallel(parameters);
  const measure = await model.measure([batch]);
  const { loss, hits } = expected(parameters);
  assert.ok(Math.abs(measure.loss - loss) < 1e-3, `${measure.loss} and ${loss}`);
  assert.equal(measure.accuracy, hits / 5);
  assert.equal(measure.tokens, 5);
  await model.dispose();
});

test('a first AdamW step moves each weight by the learning rate against its numerical gradient', async () => {
  const parameters = weights(2);
  const model = parallel(parameters);
  const rate = 1e-3;
  await model.train([batch], rate);
  const after = new Map(listParameters(model.weights()));
  await model.dispose();
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
  const model = parallel(randomParameters(config, new Random(3)));
  const { loss: first } = await model.measure([batch]);
  for (let step = 0; step < 60; step += 1) {
    await model.train([batch], 1e-2);
  }
  const last = await model.measure([batch]);
  assert.ok(last.loss < 0.2 * first, `${first} to ${last.loss}`);
  assert.equal(last.accuracy, 1);
  assert.deepEqual(await model.measure([batch]), last);
  await model.dispose();
});

test('a batch without trained tokens has loss 0 and does not break the weights', async () => {
  const model = parallel(randomParameters(config, new Random(4)));
  const empty = { ...batch, weights: new Float32Array(8), trainedTokens: 0 };
  assert.deepEqual(await model.train([empty], 1e-2), { loss: 0, accuracy: 0, tokens: 0 });
  const { embedding } = model.weights();
  assert.ok(embedding.data.every(Number.isFinite));
  await model.dispose();
});

test('two replicas learn what one does, bit for bit the same in every run', async () => {
  const shards = [0, 1].map((index) => makeBatch(examples, Uint32Array.of(index), { rows: 1, length: 16, predictions: 8 }));
  const nothing = makeBatch(examples, Uint32Array.of(), { rows: 1, length: 16, predictions: 8 });
  const learn = async () => {
    const model = parallel(weights(5), 2);
    const measures = [await model.train(shards, 1e-3), await model.train([batch, nothing], 1e-3), await model.measure(shards)];
    const { embedding } = model.weights();
    await model.dispose();
    return { measures, embedding: embedding.data };
  };
  const [first, second] = [await learn(), await learn()];
  assert.deepEqual(first, second);
  const alone = parallel(weights(5));
  const measures = [await alone.train([batch], 1e-3), await alone.train([batch], 1e-3), await alone.measure([batch])];
  measures.forEach(({ loss, accuracy, tokens }, index) => {
    const other = first.measures[index];
    assert.ok(Math.abs(loss - (other?.loss ?? Number.NaN)) < 1e-4);
    assert.deepEqual([accuracy, tokens], [other?.accuracy, other?.tokens]);
  });
  await alone.dispose();
});

test('a replica that dies ends the step with an error', async () => {
  let thread: Worker | undefined;
  const model = new DataParallel(config, { parameters: weights(6) }, 2, (start) => {
    thread = new Worker(trainerProgram, { workerData: start });
    return thread;
  });
  await model.train([batch, batch], 1e-3);
  const dying = model.train([batch, batch], 1e-3);
  void thread?.terminate();
  await assert.rejects(dying.then(() => model.train([batch, batch], 1e-3)), /thread of the training has ended/);
  await model.dispose();
});
