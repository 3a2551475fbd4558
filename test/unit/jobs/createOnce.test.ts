import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOnce, searchRequested } from '../../../src/core/jobs/createOnce.ts';
import { ServiceError, type ServiceErrorKind } from '../../../src/core/providers/port.ts';
import { trainingNames, validationNames } from '../../../src/core/jobs/validationName.ts';
import { job } from './builders.ts';
import { ScriptedService } from './scriptedService.ts';

const signal = new AbortController().signal;
const request = { model: 'm', training_file: 'f', metadata: { tunesmith_request: 'r1' } };
const ours = job('ours', 5, { metadata: { tunesmith_request: 'r1' } });
const other = job('other', 6, { metadata: { tunesmith_request: 'r2' } });

function lose(service: ScriptedService, kind: ServiceErrorKind, made: boolean): void {
  service.onCreate = () => {
    if (made) service.jobs = [other, ours];
    throw new ServiceError(kind, { kind });
  };
}

test('an answer is the job', async () => {
  const service = new ScriptedService();
  service.onCreate = () => ours;
  assert.deepEqual(await createOnce(service, request, signal), { kind: 'created', job: ours });
  assert.deepEqual(service.asked, ['create']);
});

for (const kind of ['cutOff', 'serverFault', 'cancelled'] as const) {
  test(`${kind}: the job that was made is found, and not made again`, async () => {
    const service = new ScriptedService();
    lose(service, kind, true);
    const outcome = await createOnce(service, request, signal);
    assert.equal(outcome.kind === 'created' && outcome.job.id, 'ours');
    assert.deepEqual(service.asked, ['create', 'jobs']);
  });
}

for (const kind of ['unreachable', 'rejected', 'unauthorized', 'forbidden', 'notFound', 'rateLimited'] as const) {
  test(`${kind}: no job was made, so nothing is searched`, async () => {
    const service = new ScriptedService();
    lose(service, kind, false);
    await assert.rejects(createOnce(service, request, signal), { name: 'ServiceError', message: kind });
    assert.deepEqual(service.asked, ['create']);
  });
}

test('an answer that is lost, and a job that is not there', async () => {
  const service = new ScriptedService();
  service.jobs = [other];
  lose(service, 'cutOff', false);
  const outcome = await createOnce(service, request, signal);
  assert.deepEqual([outcome.kind, outcome.kind === 'lost' && outcome.looked], ['lost', true]);
});

test('nobody can look: that is said too, and looking again finds the job', async () => {
  const service = new ScriptedService();
  lose(service, 'cutOff', true);
  service.onAsk = (call) => {
    if (call === 'jobs') throw new ServiceError('offline', { kind: 'unreachable' });
  };
  const outcome = await createOnce(service, request, signal);
  assert.ok(outcome.kind === 'lost' && !outcome.looked);
  service.onAsk = () => {};
  const again = await searchRequested(service, request, outcome.error, signal);
  assert.equal(again.kind === 'created' && again.job.id, 'ours');
});

test('88: the time of the request is over: the looks have their own', async () => {
  const service = new ScriptedService();
  const over = new AbortController();
  service.onCreate = () => {
    service.jobs = [other, ours];
    over.abort();
    throw new ServiceError('cutOff', { kind: 'cutOff', code: 'timeout' });
  };
  const outcome = await createOnce(service, request, over.signal, { lookSignal: () => signal });
  assert.equal(outcome.kind === 'created' && outcome.job.id, 'ours');
});

test('88: a job that appears late is waited for', async () => {
  const service = new ScriptedService();
  lose(service, 'cutOff', false);
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    if (waits.length === 2) service.jobs = [ours];
  };
  const outcome = await createOnce(service, request, signal, { wait });
  assert.deepEqual([outcome.kind, waits], ['created', [1_000, 3_000]]);
});

const names: [training: string, validation: string][] = [
  ['science.train.jsonl', 'science.validation.jsonl'],
  ['train.jsonl', 'validation.jsonl'],
  ['qa_training.jsonl', 'qa_validation.jsonl'],
  ['qa.jsonl', 'qa.validation.jsonl'],
  ['.jsonl', '.jsonl.validation.jsonl'],
];

for (const [training, validation] of names) {
  test(`${training} is validated by ${validation}`, () => assert.equal(validationNames(training)[0], validation));
}

test('no training file validates itself', () => {
  for (const [training] of names) assert.ok(!validationNames(training).includes(training));
});

test('a validation file tells the names of its training file, any other none', () => {
  const table: readonly (readonly [validation: string, trainings: readonly string[]])[] = [
    ['x.validation.jsonl', ['x.train.jsonl', 'x.training.jsonl', 'x.jsonl']],
    ['qa_val.jsonl', ['qa_train.jsonl', 'qa_training.jsonl', 'qa.jsonl']],
    ['test.jsonl', ['train.jsonl', 'training.jsonl']],
    ['x.train.jsonl', []],
    ['latest.jsonl', []],
    ['validation', []],
  ];
  for (const [validation, trainings] of table) assert.deepEqual(trainingNames(validation), trainings);
  for (const [training, validation] of names.slice(0, 3)) assert.ok(trainingNames(validation).includes(training));
});
