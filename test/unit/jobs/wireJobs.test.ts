import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseJob, parsePage } from '../../../src/api/answers.ts';
import { jobName, shortModelName } from '../../../src/core/jobs/jobName.ts';
import { describeStatus } from '../../../src/core/jobs/jobStatus.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import type { WireCheckpoint, WirePage } from '../../../src/core/providers/wire.ts';
import { statusText } from '../../../src/messages/jobs.ts';
import { job } from './builders.ts';

const folder = new URL('../../../../shared/data/jobs/', import.meta.url);
const skip = existsSync(folder) ? false : '../shared/data/jobs is absent';

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown;
}

test("a real list of OpenAI's, with fields left out and an error of nulls", { skip }, () => {
  const store = new JobStore();
  store.applyPage('c', parsePage(read('book_jobs_list.json'), parseJob, undefined), store.ask(0));
  const records = store.list('c');
  assert.deepEqual(
    records.map(({ job: each }) => [jobName(each), statusText(describeStatus(each.status)), each.fine_tuned_model]),
    [
      ['O1OEE7eE', 'Running', null],
      ['A32qtJOo', 'Succeeded', 'ft:gpt-4o-mini-2024-07-18:personal::A32qtJOo'],
      ['A32VfYIz', 'Succeeded', 'ft:gpt-4o-mini-2024-07-18:personal::A32VfYIz'],
    ],
  );
  assert.equal(records[0]?.job.error, null);
  assert.deepEqual(records[1]?.job.result_files, []);
});

test('a real job of Azure, with nulls and -1 for auto', { skip }, () => {
  const store = new JobStore();
  const given = parseJob(read('azure_job_pending.json'));
  store.applyJob('c', given, store.ask(0));
  const record = store.get({ connectionId: 'c', jobId: given.id });
  assert.deepEqual(record?.job.hyperparameters, { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 1 });
  assert.deepEqual(record.job.result_files, []);
  assert.equal(statusText(describeStatus(record.job.status)), 'Created');
});

test('real checkpoints of Azure', { skip }, () => {
  const store = new JobStore();
  const { data } = read('azure_checkpoints_list.json') as WirePage<WireCheckpoint>;
  const ref = { connectionId: 'c', jobId: data[0]!.fine_tuning_job_id };
  store.applyJob('c', job(ref.jobId), store.ask(0));
  store.applyCheckpoints(ref, data, store.ask(1));
  assert.deepEqual(
    store.get(ref)?.checkpoints.map((each) => [each.step_number, shortModelName(each.fine_tuned_model_checkpoint)]),
    [
      [100, '372c72db'],
      [90, '372c72db:ckpt-step-90'],
      [80, '372c72db:ckpt-step-80'],
    ],
  );
});

const models: [model: string, short: string][] = [
  ['ft:gpt-4.1-nano-2025-04-14:openai::BTz2REMH', 'BTz2REMH'],
  ['ft:gpt-4.1-nano-2025-04-14:openai:my-suffix:BTz2REMH', 'my-suffix:BTz2REMH'],
  ['ft:gpt-4.1-nano-2025-04-14:openai::BTz2REMH:ckpt-step-20', 'BTz2REMH:ckpt-step-20'],
  ['meta-llama/Llama-3.1-8B-Instruct-LoRa:abc', 'meta-llama/Llama-3.1-8B-Instruct-LoRa:abc'],
];

for (const [model, short] of models) test(`short name of ${model}`, () => assert.equal(shortModelName(model), short));
