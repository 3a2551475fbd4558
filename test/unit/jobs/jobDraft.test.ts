import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  autoSettings,
  findRequested,
  isAllowedSuffix,
  parseSetting,
  toCreateRequest,
  type JobSettings,
} from '../../../src/core/jobs/jobDraft.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
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

const files = { trainingFile: 'file-1', validationFile: undefined };

test('what is left to the service is left out', () => {
  const draft = { model: 'm', suffix: '', settings: autoSettings };
  assert.deepEqual(toCreateRequest(draft, compatibleProfile, files, 'r'), {
    model: 'm',
    training_file: 'file-1',
    metadata: { tunesmith_request: 'r' },
  });
});

const chosen = {
  model: 'm',
  suffix: 's',
  settings: { nEpochs: 3, batchSize: 'auto', learningRateMultiplier: 0.5, seed: 7 },
} as const;

test('what was chosen is sent where each kind of service reads it', () => {
  const common = {
    model: 'm',
    training_file: 'file-1',
    validation_file: 'file-2',
    suffix: 's',
    seed: 7,
    metadata: { tunesmith_request: 'r' },
  };
  const both = { trainingFile: 'file-1', validationFile: 'file-2' };
  const hyperparameters = { n_epochs: 3, learning_rate_multiplier: 0.5 };
  const method = { type: 'supervised', supervised: { hyperparameters } };
  assert.deepEqual(toCreateRequest(chosen, compatibleProfile, both, 'r'), { ...common, hyperparameters });
  assert.deepEqual(toCreateRequest(chosen, openaiProfile, both, 'r'), { ...common, method });
  assert.deepEqual(toCreateRequest(chosen, localProfile, both, 'r'), { ...common, method });
});

test('a job whose answer was lost is found by the id of its request', () => {
  const [other, ours] = [{ tunesmith_request: 'other' }, { tunesmith_request: 'r' }];
  const jobs = [job('b', 2, { metadata: other }), job('a', 1, { metadata: ours })];
  assert.equal(findRequested(jobs, 'r')?.id, 'a');
  assert.equal(findRequested(jobs, 'none'), undefined);
});
