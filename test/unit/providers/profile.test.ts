import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { azureProfile } from '../../../src/core/providers/azure.ts';
import { findBaseModel, isInRange, isValidSuffix, trainableModels } from '../../../src/core/providers/profile.ts';
import { builtInProviders, profileOf } from '../../../src/core/providers/providers.ts';
import { tunesmithTiny } from '../../../src/engine/model/config.ts';
import { limits } from '../../../src/engine/server/limits.ts';

const profiles = Object.values(builtInProviders);

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

  it('know until when Azure trains and serves', () => {
    const [mini] = azureProfile.baseModels;
    assert.deepEqual([mini?.trainingEnds?.value, mini?.shutdown?.value], ['2027-04-14', '2027-10-14']);
    const ids = (today: string): readonly string[] => trainableModels(azureProfile, today).filter(({ openWeights }) => !openWeights).map(({ id }) => id);
    assert.equal(ids('2027-03-31').length, 6);
    assert.ok(!ids('2027-04-01').includes('gpt-4o-2024-08-06'));
    assert.deepEqual(ids('2027-04-16'), []);
    assert.deepEqual(trainableModels(openaiProfile, '2027-01-14'), []);
  });

  it('name a price only where a source has it', () => {
    const priced = profiles.flatMap(({ id, baseModels }) => (baseModels.some(({ price }) => price !== undefined) ? [id] : []));
    assert.deepEqual(priced, ['openai', 'nebius']);
  });

  it('are told by the host, and the rules of files with them: one list of hosts', () => {
    const table: readonly (readonly [baseURL: string, id: string])[] = [
      ['https://api.openai.com/v1', 'openai'],
      ['https://eu.api.openai.com/v1', 'openai'],
      ['https://xapi.openai.com/v1', 'compatible'],
      ['https://api.openai.com.example/v1', 'compatible'],
      ['https://me.openai.azure.com/openai/v1', 'azure'],
      ['https://me.services.ai.azure.com/api/projects/p/openai/v1', 'azure'],
      ['https://me.cognitiveservices.azure.com/openai/v1', 'azure'],
      ['https://openai.azure.com.example/v1', 'compatible'],
      ['https://api.tokenfactory.nebius.com/v1', 'nebius'],
      ['https://api.studio.nebius.com/v1', 'nebius'],
      ['https://nebius.com/v1', 'compatible'],
      ['https://api.together.xyz/v1', 'together'],
      ['https://api.together.ai/v1', 'together'],
      ['http://127.0.0.1:8000/v1', 'compatible'],
    ];
    for (const [baseURL, id] of table) assert.equal(profileOf(baseURL), id, baseURL);
    for (const { id } of profiles) assert.equal(datasetProfiles[id]?.id, id, `rules of files for ${id}`);
    for (const profile of profiles) if (profile.baseURL !== undefined) assert.equal(profileOf(profile.baseURL), profile.id);
  });

  it('know the base model of a tuned model', () => {
    assert.equal(findBaseModel(openaiProfile, 'ft:gpt-4o-2024-08-06:org:suffix:abcd1234')?.id, 'gpt-4o-2024-08-06');
    assert.equal(findBaseModel(openaiProfile, 'gpt-4.1-2025-04-14')?.id, 'gpt-4.1-2025-04-14');
    assert.equal(findBaseModel(openaiProfile, 'gpt-9'), undefined);
    const ofAzure = ['gpt-4.1-2025-04-14.ft-0123456789abcdef0123456789abcdef:ckpt-step-90', 'gpt-4.1', 'gpt-oss-20b.ft-0123456789abcdef-mine'];
    assert.deepEqual(ofAzure.map((model) => findBaseModel(azureProfile, model)?.id), ['gpt-4.1-2025-04-14', 'gpt-4.1-2025-04-14', 'gpt-oss-20b']);
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
