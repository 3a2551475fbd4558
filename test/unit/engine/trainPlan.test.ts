import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configOf, tunesmithTiny } from '../../../src/engine/model/config.ts';
import { Random } from '../../../src/engine/model/random.ts';
import { makeBatch } from '../../../src/engine/train/batch.ts';
import { learnVocabulary, readExamples, type Examples } from '../../../src/engine/train/examples.ts';
import { deal, inputLength, pack, Shapes, trainedLength } from '../../../src/engine/train/packing.ts';
import { Plan } from '../../../src/engine/train/plan.ts';
import { TrainingProblem } from '../../../src/engine/train/problem.ts';
import { learningRateShare, resolveHyperparameters } from '../../../src/engine/train/schedule.ts';

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-plan-'));
after(() => rm(folder, { recursive: true }));
const breath = (): undefined => undefined;

async function examplesOf(answers: readonly string[], contextLength = 512): Promise<Examples> {
  const path = join(folder, 'file.jsonl');
  const lines = answers.map((content) =>
    JSON.stringify({ messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content }] }),
  );
  await writeFile(path, `\uFEFF${lines.join('\r\n')}\r\n\n`);
  return readExamples(path, await learnVocabulary(path, 261, breath), contextLength, breath);
}

const config = configOf(tunesmithTiny, 261, 1);
const letters = (count: number): string => 'x'.repeat(count);
/** Role, q, end, role before the answer; the answer; its end. */
const length = (answer: number): number => 4 + answer + 1;

test('examples are tokenized end to end, cut at the context and counted', async () => {
  const examples = await examplesOf([letters(3), letters(40), letters(5)], 20);
  assert.equal(examples.count, 3);
  assert.deepEqual([...examples.starts], [0, length(3), length(3) + 20, length(3) + 20 + length(5)]);
  assert.equal(examples.longest, 20);
  assert.equal(examples.truncated, 1);
  // 3 letters and the end; 16 letters, whose end was cut; 5 letters and the end.
  assert.equal(examples.trainedTokens, 4 + 16 + 6);
  assert.equal(examples.trained.reduce((sum, flag) => sum + flag, 0), examples.trainedTokens);
  assert.equal(examples.turns, 1);
});

test('packing gives every example one place, and no row more than its length', async () => {
  const random = new Random(2);
  const examples = await examplesOf(Array.from({ length: 40 }, () => letters(Math.floor(random.next() * 60))));
  const all = Uint32Array.from({ length: 40 }, (_, index) => index);
  for (const rowLength of [64, 80, 200]) {
    const rows = pack(examples, all, rowLength);
    assert.deepEqual(rows.flat().sort((a, b) => a - b), [...all]);
    for (const row of rows) {
      assert.ok(row.reduce((sum, index) => sum + inputLength(examples, index), 0) <= rowLength);
    }
  }
});

test('a batch holds each example with what follows each token, and weights only on answers', async () => {
  const examples = await examplesOf([letters(2), letters(9), letters(4)]);
  const indices = Uint32Array.of(2, 0, 1);
  const batch = makeBatch(examples, indices, { rows: 2, length: 16, predictions: 20 });
  assert.equal(batch.inputs.length, 32);
  for (const index of indices) {
    const places = [...batch.segments.keys()].filter((at) => batch.segments[at] === index);
    const start = examples.starts[index] as number;
    const tokens = [...examples.tokens.subarray(start, examples.starts[index + 1])];
    assert.deepEqual(places.map((at) => batch.inputs[at]), tokens.slice(0, -1));
    const predicted = [...batch.positions.keys()].filter((at) => batch.segments[batch.positions[at] ?? -1] === index && batch.weights[at] === 1);
    // The answer begins after role, q, end and role.
    assert.deepEqual(predicted.map((at) => batch.positions[at]), places.slice(3));
    assert.deepEqual(predicted.map((at) => batch.targets[at]), tokens.slice(4));
    assert.equal(new Set(places.map((at) => Math.floor(at / 16))).size, 1);
  }
  assert.equal(batch.weights.reduce((sum, weight) => sum + weight, 0), batch.trainedTokens);
  assert.equal(batch.trainedTokens, 3 + 10 + 5);
  assert.deepEqual([...batch.weights.subarray(18)], [0, 0]);
  assert.throws(() => makeBatch(examples, indices, { rows: 1, length: 16, predictions: 20 }), RangeError);
  assert.throws(() => makeBatch(examples, indices, { rows: 2, length: 16, predictions: 17 }), RangeError);
});

test('dealing gives each replica every length in turn', () => {
  const hands = deal(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 2);
  assert.deepEqual(hands.map((hand) => [...hand]), [
    [1, 4, 5, 8, 9],
    [2, 3, 6, 7],
  ]);
  assert.deepEqual(deal(Uint32Array.of(7), 3).map((hand) => hand.length), [1, 0, 0]);
});

test('shapes hold every batch they were made for, and are few', async () => {
  const random = new Random(4);
  const examples = await examplesOf(Array.from({ length: 200 }, () => letters(Math.floor(80 * random.next() ** 3))));
  const batches = Array.from({ length: 100 }, () =>
    Uint32Array.from({ length: 8 }, () => Math.floor(random.next() * 200)),
  );
  const shapes = new Shapes(examples, config, batches, 1);
  const used = new Set<number>();
  for (const indices of batches) {
    const shape = shapes.shapeFor(indices);
    assert.ok(pack(examples, indices, shape.length).length <= shape.rows);
    assert.ok(trainedLength(examples, indices) <= shape.predictions);
    assert.deepEqual(shapes.shapeFor(indices), shape);
    assert.equal(shape.length % 16, 0);
    used.add(shape.rows);
  }
  assert.ok(used.size <= 3);
});

test('every epoch shows every example once, in an order of its own, the same for the same seed', async () => {
  const examples = await examplesOf(Array.from({ length: 23 }, (_, index) => letters(index)));
  const seen = (seed: number, replicas = 1): number[][] => {
    const settings = { nEpochs: 3, batchSize: 4, learningRateMultiplier: 1 };
    const plan = new Plan(examples, config, settings, new Random(seed), replicas);
    assert.equal(plan.stepsPerEpoch, 6);
    assert.equal(plan.totalSteps, 18);
    return Array.from({ length: 18 }, (_, step) => {
      const shards = plan.batchAt(step + 1);
      assert.equal(shards.length, replicas);
      const members = new Set(shards.flatMap(({ segments }) => [...segments]));
      members.delete(-1);
      return [...members].sort((a, b) => a - b);
    });
  };
  const steps = seen(1);
  for (const epoch of [0, 1, 2]) {
    const shown = steps.slice(6 * epoch, 6 * epoch + 6).flat();
    assert.deepEqual(shown.sort((a, b) => a - b), Array.from({ length: 23 }, (_, index) => index));
  }
  assert.notDeepEqual(steps.slice(0, 6), steps.slice(6, 12));
  assert.deepEqual(seen(1), steps);
  assert.notDeepEqual(seen(2), steps);
  // Who computes an example does not change when it is shown.
  assert.deepEqual(seen(1, 3), steps);
});

test('a batch that cannot be computed is refused with the size that can', async () => {
  const examples = await examplesOf(Array.from({ length: 100 }, () => letters(500)));
  const plan = (batchSize: number): Plan =>
    new Plan(examples, config, { nEpochs: 1, batchSize, learningRateMultiplier: 1 }, new Random(1), 1);
  assert.throws(
    () => plan(100),
    (error) => error instanceof TrainingProblem && /batch size of at most 32\./.test(error.message),
  );
  assert.equal(plan(32).totalSteps, 4);
});

test('auto follows the base model: 20 epochs, fewer for large files, smaller batches for small ones', () => {
  const auto = { nEpochs: 'auto', batchSize: 'auto', learningRateMultiplier: 'auto' } as const;
  const cases: readonly [examples: number, nEpochs: number, batchSize: number][] = [
    [10, 20, 1],
    [40, 20, 4],
    [75, 20, 8],
    [1250, 20, 8],
    [5000, 5, 8],
    [100_000, 1, 8],
  ];
  for (const [examples, nEpochs, batchSize] of cases) {
    assert.deepEqual(resolveHyperparameters(auto, tunesmithTiny, examples), {
      nEpochs,
      batchSize,
      learningRateMultiplier: 1,
    });
  }
  const given = { nEpochs: 3, batchSize: 16, learningRateMultiplier: 0.5 };
  assert.deepEqual(resolveHyperparameters(given, tunesmithTiny, 100), given);
  assert.equal(resolveHyperparameters(given, tunesmithTiny, 5).batchSize, 5);
});

test('the learning rate warms up to its peak and ends at a tenth of it', () => {
  assert.equal(learningRateShare(20, 200), 1);
  assert.equal(learningRateShare(10, 200), 0.5);
  assert.ok(Math.abs(learningRateShare(200, 200) - 0.1) < 1e-12);
  assert.ok(Math.abs(learningRateShare(110, 200) - 0.55) < 1e-12);
  assert.equal(learningRateShare(30, 5000), 1);
  assert.equal(learningRateShare(2, 20), 1);
  assert.equal(learningRateShare(1, 1), 1);
});
