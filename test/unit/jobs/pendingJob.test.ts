import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeAnswered, parsePendingJob, pendingFor, type PendingJob } from '../../../src/core/jobs/pendingJob.ts';

function pending(requestId: string, fields: Partial<PendingJob> = {}): PendingJob {
  const request = { model: 'm', training_file: 'file-1' };
  return { requestId, connectionId: 'c', request, freshFile: true, trainingFile: 'file:///a.train.jsonl', at: 1, ...fields };
}

test('a request is found by its file on this machine, and by that file at the service', () => {
  const all = [
    pending('here'),
    pending('there', { trainingFile: 'file-2', request: { model: 'm', training_file: 'file-2' } }),
    pending('elsewhere', { connectionId: 'other' }),
  ];
  const found = (trainingFile: string): readonly string[] => pendingFor(all, 'c', trainingFile).map(({ requestId }) => requestId);
  assert.deepEqual(found('file:///a.train.jsonl'), ['here']);
  assert.deepEqual(found('file-1'), ['here'], 'the same file, uploaded for that request');
  assert.deepEqual(found('file-2'), ['there']);
  assert.deepEqual(found('file-3'), []);
});

test('a young request may still be answered, an old one makes no job any more', () => {
  const job = pending('r', { at: 1_000 });
  assert.deepEqual([2_000, 120_999, 121_000].map((now) => mayBeAnswered(job, 120_000, now)), [true, true, false]);
  assert.equal(mayBeAnswered({ ...job, isOver: true }, 120_000, 2_000), false);
  const text = JSON.stringify(job);
  const day = 24 * 3_600_000;
  assert.deepEqual(parsePendingJob(text, 1_000 + day - 1), job);
  assert.equal(parsePendingJob(text, 1_000 + day), undefined);
  assert.equal(parsePendingJob(text.slice(0, -1), 1_000), undefined);
});
