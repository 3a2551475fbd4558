import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRequested } from '../../../src/core/jobs/createOnce.ts';
import { draftOf, toCreateRequest } from '../../../src/core/jobs/createRequest.ts';
import {
  autoSettings,
  isAllowedSuffix,
  newDraft,
  parseSetting,
  type JobDraft,
  type JobSettings,
} from '../../../src/core/jobs/jobDraft.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import type { ProviderProfile } from '../../../src/core/providers/profile.ts';
import { job } from './builders.ts';

const typed: [name: keyof JobSettings, text: string, value: number | 'auto' | undefined][] = [
  ['nEpochs', '', 'auto'],
  ['nEpochs', ' Auto ', 'auto'],
  ['nEpochs', '3', 3],
  ['nEpochs', '0', undefined],
  ['nEpochs', '51', undefined],
  ['nEpochs', '2.5', undefined],
  ['nEpochs', '0x10', undefined],
  ['nEpochs', 'Infinity', undefined],
  ['batchSize', '256', 256],
  ['learningRateMultiplier', '0', undefined],
  ['learningRateMultiplier', '2e-5', 0.00002],
  ['learningRateMultiplier', '.5', 0.5],
  ['learningRateMultiplier', '-1', undefined],
  ['seed', '0', 0],
  ['seed', '2147483647', 2_147_483_647],
  ['seed', '2147483648', undefined],
  ['seed', '1,5', undefined],
  ['beta', '2', 2],
  ['beta', '0', undefined],
  ['beta', '2.1', undefined],
  ['computeMultiplier', '11', undefined],
  ['evalSamples', '1.5', undefined],
];

for (const [name, text, value] of typed) {
  test(`${name} «${text}»`, () => assert.equal(parseSetting(openaiProfile, name, text), value));
}

const suffixes: [suffix: string, allowed: boolean][] = [
  ['', true],
  ['science-qa_2', true],
  ['with space', false],
  ['a:b', false],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
];

for (const [suffix, allowed] of suffixes) {
  test(`suffix «${suffix}»`, () => assert.equal(isAllowedSuffix(localProfile, suffix), allowed));
}

const facts = { trainingFile: 'file-1', validationFile: undefined, requestId: 'r' };

test('what is left to the service is left out', () => {
  assert.deepEqual(toCreateRequest(newDraft('m'), compatibleProfile, facts), {
    model: 'm',
    training_file: 'file-1',
    metadata: { tunesmith_request: 'r' },
  });
});

const chosen: JobDraft = {
  ...newDraft('m'),
  suffix: 's',
  settings: { ...autoSettings, nEpochs: 3, learningRateMultiplier: 0.5, seed: 7 },
};

test('what was chosen is sent where each kind of service reads it', () => {
  const common = {
    model: 'm',
    training_file: 'file-1',
    validation_file: 'file-2',
    suffix: 's',
    seed: 7,
    metadata: { tunesmith_request: 'r' },
  };
  const both = { ...facts, validationFile: 'file-2' };
  const hyperparameters = { n_epochs: 3, learning_rate_multiplier: 0.5 };
  const method = { type: 'supervised', supervised: { hyperparameters } };
  assert.deepEqual(toCreateRequest(chosen, compatibleProfile, both), { ...common, hyperparameters });
  assert.deepEqual(toCreateRequest(chosen, openaiProfile, both), { ...common, method });
  assert.deepEqual(toCreateRequest(chosen, localProfile, both), { ...common, method });
});

test('preference and reinforcement have settings of their own, and no others', () => {
  const settings = { ...chosen.settings, beta: 0.2, computeMultiplier: 2, evalInterval: 3, evalSamples: 4 };
  const dpo = toCreateRequest({ ...chosen, method: 'dpo', settings }, compatibleProfile, facts);
  const preference = { hyperparameters: { n_epochs: 3, learning_rate_multiplier: 0.5, beta: 0.2 } };
  assert.deepEqual([dpo.method, dpo.hyperparameters], [{ type: 'dpo', dpo: preference }, undefined]);
  const grader = { type: 'string_check' };
  const responseFormat = { type: 'json_schema' };
  const graded: JobDraft = { ...chosen, method: 'reinforcement', settings, grader, responseFormat, reasoningEffort: 'low' };
  assert.deepEqual(toCreateRequest(graded, openaiProfile, facts).method, {
    type: 'reinforcement',
    reinforcement: {
      grader,
      response_format: responseFormat,
      hyperparameters: {
        ...{ n_epochs: 3, learning_rate_multiplier: 0.5, compute_multiplier: 2, eval_interval: 3, eval_samples: 4 },
        reasoning_effort: 'low',
      },
    },
  });
});

test('metadata, integrations and the tier go only where they are read', () => {
  const rich: JobDraft = { ...chosen, wandb: { project: 'p' }, trainingType: 'globalStandard', metadata: { ticket: 'A' } };
  const noted = { ...facts, datasetHash: 'abc', recipe: 'science' };
  const request = toCreateRequest(rich, openaiProfile, noted);
  assert.deepEqual(request.metadata, { ticket: 'A', tunesmith_request: 'r', tunesmith_dataset: 'abc', tunesmith_recipe: 'science' });
  assert.deepEqual(request.integrations, [{ type: 'wandb', wandb: { project: 'p' } }]);
  assert.equal(request.trainingType, 'globalStandard');
  const bare: ProviderProfile = { ...compatibleProfile, capabilities: { ...compatibleProfile.capabilities, metadata: false } };
  const silent = toCreateRequest(rich, bare, noted);
  assert.deepEqual([silent.metadata, silent.integrations], [undefined, undefined]);
});

test('a job is made again as it was', () => {
  const draft: JobDraft = {
    ...chosen,
    method: 'reinforcement',
    settings: { ...chosen.settings, evalSamples: 4 },
    reasoningEffort: 'high',
    grader: { type: 'string_check' },
    wandb: { project: 'p', tags: ['t'] },
    metadata: { ticket: 'A' },
  };
  const request = toCreateRequest(draft, openaiProfile, facts);
  const { model, seed, metadata, method = null, integrations, suffix } = request;
  const made = job('a', 1, {
    ...{ model, seed: seed ?? 0, metadata: metadata ?? null, method, hyperparameters: null },
    ...{ integrations: integrations ?? null, user_provided_suffix: suffix ?? null },
  });
  assert.deepEqual(draftOf(made), draft);
  const old = job('b', 1, { hyperparameters: { n_epochs: 3, batch_size: 'auto' }, seed: 0 });
  assert.deepEqual(draftOf(old), { ...newDraft('base-1'), settings: { ...autoSettings, nEpochs: 3 } });
});

test('a job whose answer was lost is found by the id of its request, or by a file that only it can have', () => {
  const [other, ours] = [{ tunesmith_request: 'other' }, { tunesmith_request: 'r' }];
  const request = { model: 'm', training_file: 'f', metadata: ours };
  const jobs = [job('b', 2, { metadata: other, training_file: 'f' }), job('a', 1, { metadata: ours })];
  assert.equal(findRequested(jobs, request, false)?.id, 'a');
  const unnamed = [job('b', 2, { metadata: other, training_file: 'f' }), job('c', 1, { training_file: 'f' })];
  assert.equal(findRequested(unnamed, request, true)?.id, 'c');
  assert.equal(findRequested(unnamed, request, false), undefined, 'a file that was there before tells nothing');
  assert.equal(findRequested([job('d', 1)], request, true), undefined);
});
