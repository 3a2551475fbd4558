import { defaultDevice, init, numpy as np } from '@jax-js/jax';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Forward } from '../../../src/engine/generate/forward.ts';
import { configOf, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { decode, decoderConstants, logits } from '../../../src/engine/model/decoder.ts';
import { mapParameters, randomParameters, type Parameters, type Tensor } from '../../../src/engine/model/parameters.ts';
import { Random } from '../../../src/engine/model/random.ts';

const config = configOf({ ...tunesmithTiny, width: 24, hidden: 40, layers: 2, heads: 3 }, 300, 1);
const parameters = allRandom(7);

before(async () => {
  await init('wasm');
  defaultDevice('wasm');
});

/** Fresh weights leave the layers without effect; here every tensor must count. */
function allRandom(seed: number): Parameters<Tensor> {
  const random = new Random(seed);
  return mapParameters(randomParameters(config, random), ({ shape, data }) => ({
    shape,
    data: data.map(() => 0.4 * random.normal()),
  }));
}

async function jaxScores(tokens: readonly number[], segments: readonly number[], rows: number): Promise<number[][]> {
  const length = tokens.length / rows;
  const arrays = mapParameters(parameters, ({ shape, data }) => np.array(data).reshape([...shape]));
  const grid = (values: readonly number[]): np.Array =>
    np.array(Int32Array.from(values)).reshape([rows, length]);
  const hidden = decode(config, arrays, decoderConstants(config, length), grid(tokens), grid(segments));
  const flat = await logits(arrays.embedding, hidden).data();
  return tokens.map((_, position) =>
    Array.from(flat.subarray(position * config.vocabularySize, (position + 1) * config.vocabularySize)),
  );
}

function plainScores(tokens: readonly number[]): number[][] {
  const forward = new Forward(config, parameters);
  const cache = forward.newCache();
  return tokens.map((token) => {
    forward.append(token, cache);
    return Array.from(forward.logits());
  });
}

function assertClose(actual: readonly number[][], expected: readonly number[][]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((row, position) =>
    row.forEach((value, token) => {
      const other = expected[position]?.[token] ?? Number.NaN;
      assert.ok(Math.abs(value - other) < 2e-3 * (1 + Math.abs(other)), `${position}, ${token}: ${value} and ${other}`);
    }),
  );
}

const first = [3, 299, 17, 120, 5, 5, 260];
const second = [8, 44, 290];

test('the plain forward pass gives the scores that jax gives', async () => {
  assertClose(plainScores(first), await jaxScores(first, first.map(() => 0), 1));
});

test('examples that share a row, or lie in different rows, do not see each other', async () => {
  const shared = await jaxScores([...first, ...second], [...first.map(() => 0), ...second.map(() => 1)], 1);
  assertClose(shared.slice(0, first.length), plainScores(first));
  assertClose(shared.slice(first.length), plainScores(second));
  const rows = await jaxScores([...first, ...second, 0, 0, 0, 0], [...first, ...second, 0, 0, 0, 0].map((_, i) => (i < 10 ? 0 : -1)), 2);
  assertClose(rows.slice(first.length, first.length + second.length), plainScores(second));
});

test('a later token changes nothing before it', () => {
  const changed = [...first.slice(0, -1), 99];
  assert.deepEqual(plainScores(changed).slice(0, -1), plainScores(first).slice(0, -1));
});

test('interleaved sequences do not disturb each other', () => {
  const forward = new Forward(config, parameters);
  const [one, other] = [forward.newCache(), forward.newCache()];
  const scores: number[][] = [];
  first.forEach((token, position) => {
    forward.append(token, one);
    scores.push(Array.from(forward.logits()));
    forward.append(second[position % second.length] as number, other);
  });
  assert.deepEqual(scores, plainScores(first));
});

test('a full context is an error', () => {
  const forward = new Forward({ ...config, contextLength: 2 }, parameters);
  const cache = forward.newCache();
  forward.append(1, cache);
  forward.append(1, cache);
  assert.throws(() => forward.append(1, cache), /context of 2 tokens is full/);
});
