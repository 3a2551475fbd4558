import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobProgress } from '../../../src/core/jobs/jobProgress.ts';
import type { JobRecord } from '../../../src/core/jobs/jobStore.ts';
import type { WireEvent, WireJob } from '../../../src/core/providers/wire.ts';
import { progressText } from '../../../src/messages/jobs.ts';
import { event, job } from './builders.ts';

function record(events: readonly WireEvent[], given: Partial<WireJob> = {}): JobRecord {
  return { connectionId: 'c', job: job('a', 0, given), checkpoints: [], events, seenAt: 0 };
}

test('no step, no progress', () => {
  assert.equal(jobProgress(record([event('1', 1, null, 'Fine-tuning job started')])), undefined);
});

test('the newest metrics event tells step, total and losses, the speed so far tells the end', () => {
  const progress = jobProgress(
    record([
      event('1', 100, { step: 1, total_steps: 21, train_loss: 3 }),
      event('2', 110, { step: 11, total_steps: 21, train_loss: 0.4213, valid_loss: 0.9 }),
      event('3', 111, null, 'Checkpoint created at step 11'),
    ]),
  );
  const told = { step: 11, totalSteps: 21, trainLoss: 0.4213, validLoss: 0.9 };
  assert.deepEqual(progress, { ...told, at: 110, finishAt: 120, secondsPerStep: 1 });
  assert.equal(progressText(progress, 'en'), 'step 11/21 · loss 0.421');
});

test('a job that stands still tells how far it is, but no end', () => {
  const events = [event('1', 100, { step: 1, total_steps: 21 }), event('2', 110, { step: 11, total_steps: 21 })];
  for (const status of ['queued', 'pausing', 'paused', 'cancelling', 'cancelled']) {
    const progress = jobProgress(record(events, { status, estimated_finish: 500 }));
    assert.deepEqual([progress?.step, progress?.finishAt], [11, undefined], status);
  }
});

const messages: [message: string, text: string][] = [
  ['Step 131/303: training loss=0.25, validation loss=0.37', 'step 131/303 · loss 0.25'],
  ['Step 300/300: training loss=0.15, validation loss=0.27, full validation loss=0.40', 'step 300/300 · loss 0.15'],
  ['Step 100: training loss=1.2e-05', 'step 100 · loss 0.000012'],
  ['Step 10/20 , train mean reward=0.42', 'step 10/20'],
];

for (const [message, text] of messages) {
  test(`«${message}»`, () => {
    const progress = jobProgress(record([event('1', 5, null, message)]));
    assert.equal(progress && progressText(progress, 'en'), text);
  });
}

test('what the newest event leaves out, an older one tells', () => {
  const progress = jobProgress(
    record([event('1', 1, { step: 1, total_steps: 9, valid_loss: 0.5 }), event('2', 2, { step: 2, train_loss: 0.3 })]),
  );
  assert.equal(progress?.totalSteps, 9);
  assert.equal(progress.validLoss, 0.5);
});

test("the service's own estimate comes first, and an ended job has no end to come", () => {
  const events = [event('1', 1, { step: 1, total_steps: 9 }), event('2', 2, { step: 2, total_steps: 9 })];
  assert.equal(jobProgress(record(events, { estimated_finish: 77 }))?.finishAt, 77);
  assert.equal(jobProgress(record(events, { status: 'succeeded', estimated_finish: 77 }))?.finishAt, undefined);
});

test('steps of one second give no speed', () => {
  const events = [event('1', 1, { step: 1, total_steps: 9 }), event('2', 1, { step: 2, total_steps: 9 })];
  assert.equal(jobProgress(record(events))?.finishAt, undefined);
});

test('a service that counts steps in the job itself tells how far it is without events', () => {
  const told = jobProgress({ ...record([], { trained_steps: 5, total_steps: 20, estimated_finish: 500 }), seenAt: 9_000 });
  assert.deepEqual([told?.step, told?.totalSteps, told?.finishAt, told?.at], [5, 20, 500, 9]);
  const events = [event('1', 100, { step: 1, train_loss: 2 }), event('2', 110, { step: 3 })];
  const both = jobProgress(record(events, { trained_steps: 5, total_steps: 20 }));
  assert.deepEqual([both?.step, both?.totalSteps, both?.trainLoss, both?.secondsPerStep], [5, 20, 2, 5]);
  assert.equal(jobProgress(record([], { trained_steps: 0, total_steps: 20 })), undefined);
});
