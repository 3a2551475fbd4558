import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochsFor } from '../../../src/core/cost/autoEpochs.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { tunesmithTiny } from '../../../src/engine/model/config.ts';
import { resolveHyperparameters } from '../../../src/engine/train/schedule.ts';

const [openai] = openaiProfile.baseModels;
const [local] = localProfile.baseModels;

test('epochs follow the size of the file', () => {
  assert.ok(openai?.autoEpochs);
  const rule = openai.autoEpochs.value;
  const cases: readonly [examples: number, epochs: number][] = [
    [0, 3],
    [3, 25],
    [10, 10],
    [33, 3],
    [34, 3],
    [8_333, 3],
    [8_334, 2],
    [25_000, 1],
    [100_000, 1],
  ];
  for (const [examples, epochs] of cases) assert.equal(epochsFor(rule, examples), epochs, String(examples));
});

test('the rule of the Local engine is what it does', () => {
  assert.ok(local?.autoEpochs);
  const auto = { nEpochs: 'auto', batchSize: 'auto', learningRateMultiplier: 'auto' } as const;
  for (const examples of [10, 69, 1_250, 1_300, 5_000, 100_000]) {
    assert.equal(epochsFor(local.autoEpochs.value, examples), resolveHyperparameters(auto, tunesmithTiny, examples).nEpochs);
  }
});
