import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openaiProfile } from '../../../src/core/providers/openai.ts';
import { ServiceError, type Service, type ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { tryService, verdictOf, type TrialVerdict } from '../../../src/core/providers/trial.ts';

type Answers = { readonly [call in 'listModels' | 'listJobs' | 'listFiles']?: readonly string[] | ServiceErrorFacts };

/** A service that has these lists, or refuses them; nothing else is asked. */
function serviceOf(answers: Answers): Service {
  const answer = (call: keyof Answers): readonly { readonly id: string }[] => {
    const given = answers[call] ?? [];
    if ('kind' in given) throw new ServiceError('No.', given);
    return given.map((id) => ({ id }));
  };
  const page = (call: keyof Answers) => async () => ({ object: 'list', data: answer(call), has_more: answer(call).length > 1 });
  return { listModels: async () => answer('listModels'), listJobs: page('listJobs'), listFiles: page('listFiles') } as unknown as Service;
}

const signal = new AbortController().signal;
const forbidden: ServiceErrorFacts = { kind: 'forbidden', status: 403 };
const missing: ServiceErrorFacts = { kind: 'notFound', status: 404 };

describe('a test of a connection', () => {
  it('tells what is allowed, and what can be trained', async () => {
    const models = ['gpt-4o-2024-08-06', 'ft:gpt-4o-2024-08-06:me::1', 'gpt-9', 'gpt-4o'];
    const trial = await tryService(serviceOf({ listModels: models, listJobs: ['a', 'b'], listFiles: forbidden }), openaiProfile, signal);
    assert.deepEqual(trial.answers.models, { kind: 'allowed', count: 4, hasMore: false });
    assert.deepEqual(trial.answers.jobs, { kind: 'allowed', count: 2, hasMore: true });
    assert.equal(trial.answers.files.kind, 'failed');
    assert.deepEqual(trial.trainable, ['gpt-4o-2024-08-06']);
  });

  const verdicts: readonly (readonly [name: string, answers: Answers, verdict: TrialVerdict['kind']])[] = [
    ['all of it', {}, 'ready'],
    ['jobs alone', { listModels: missing, listFiles: forbidden }, 'ready'],
    ['models alone', { listJobs: missing, listFiles: missing }, 'partly'],
    ['files alone', { listModels: forbidden, listJobs: forbidden }, 'partly'],
    ['nothing', { listModels: forbidden, listJobs: forbidden, listFiles: forbidden }, 'failed'],
  ];
  for (const [name, answers, verdict] of verdicts) {
    it(`${name}: ${verdict}`, async () => {
      assert.equal(verdictOf(await tryService(serviceOf(answers), openaiProfile, signal)).kind, verdict);
    });
  }

  it('that is cancelled has no result', async () => {
    await assert.rejects(tryService(serviceOf({ listFiles: { kind: 'cancelled' } }), openaiProfile, signal), ServiceError);
  });
});
