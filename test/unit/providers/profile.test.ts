import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { findBaseModel, isInRange, isValidSuffix } from '../../../src/core/providers/profile.ts';
import { tunesmithTiny } from '../../../src/engine/model/config.ts';
import { limits } from '../../../src/engine/server/limits.ts';

const profiles = [localProfile, openaiProfile, compatibleProfile];

/** Every object with a value, a date and a source, wherever it is. */
function* datedFacts(value: unknown): Generator<{ readonly value: unknown; readonly asOf: unknown; readonly source: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  if ('asOf' in value) yield value as { value: unknown; asOf: unknown; source: unknown };
  for (const inner of Object.values(value)) yield* datedFacts(inner);
}

describe('provider profiles', () => {
  it('date every fact and name its source', () => {
    const facts = profiles.flatMap((profile) => [...datedFacts(profile)]);
    assert.ok(facts.length > 15);
    for (const fact of facts) {
      assert.match(String(fact.asOf), /^\d{4}-\d\d-\d\d$/);
      assert.match(String(fact.source), /^(https:\/\/|src\/)/);
      assert.notEqual(fact.value, undefined);
    }
  });

  it('say what the Local engine does', () => {
    const [tiny] = localProfile.baseModels;
    assert.equal(tiny?.id, tunesmithTiny.id);
    assert.equal(tiny.exampleTokens?.value, tunesmithTiny.contextLength);
    assert.equal(tiny.autoEpochs?.value.target, tunesmithTiny.auto.epochs);
    assert.equal(localProfile.maxFileBytes?.value, limits.fileBytes);
  });

  it('know when OpenAI ends jobs and models', () => {
    assert.equal(openaiProfile.creationEnds?.value, '2027-01-06');
    for (const model of openaiProfile.baseModels) assert.equal(model.shutdown?.value, '2027-01-14', model.id);
  });

  it('know the base model of a tuned model', () => {
    assert.equal(findBaseModel(openaiProfile, 'ft:gpt-4o-2024-08-06:org:suffix:abcd1234')?.id, 'gpt-4o-2024-08-06');
    assert.equal(findBaseModel(openaiProfile, 'gpt-4.1-2025-04-14')?.id, 'gpt-4.1-2025-04-14');
    assert.equal(findBaseModel(openaiProfile, 'gpt-9'), undefined);
  });

  it('take the suffixes that the engine and OpenAI take', () => {
    for (const profile of profiles) {
      for (const suffix of ['a', 'my-model_2', 'x'.repeat(64)]) assert.ok(isValidSuffix(profile, suffix), suffix);
      for (const suffix of ['', 'a:b', 'a b', 'a/b', 'ç', 'x'.repeat(65), 'a\n']) assert.ok(!isValidSuffix(profile, suffix), suffix);
    }
  });

  it('keep numbers in their ranges', () => {
    const { nEpochs, learningRateMultiplier } = openaiProfile.hyperparameters;
    assert.deepEqual([0, 1, 50, 51, 1.5, Number.NaN].map((value) => isInRange(nEpochs, value)), [false, true, true, false, false, false]);
    assert.deepEqual([0, 1e-9, 1000, Infinity].map((value) => isInRange(learningRateMultiplier, value)), [false, true, true, false]);
  });
});
