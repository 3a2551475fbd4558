import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  pickFinished,
  readUnfinished,
  UnfinishedObserver,
  withoutUnfinished,
  withUnfinished,
} from '../../../src/core/jobs/finishedJobs.ts';
import type { JobRecord } from '../../../src/core/jobs/jobStore.ts';
import { job } from './builders.ts';

function record(id: string, status: string): JobRecord {
  return { connectionId: 'c', job: job(id, 0, { status }), checkpoints: [], events: [], seenAt: 0 };
}

function finishedIds(...args: Parameters<typeof pickFinished>): readonly string[] {
  return pickFinished(...args).map((each) => each.job.id);
}

test('a job is news only if it was seen unfinished before', () => {
  const known = new UnfinishedObserver().observe({}, [record('a', 'running'), record('old', 'succeeded')]);
  assert.deepEqual(known, { c: ['a'] });
  assert.deepEqual(finishedIds(known, [record('a', 'running'), record('old', 'succeeded')]), []);
  assert.deepEqual(finishedIds(known, [record('a', 'failed'), record('old', 'succeeded')]), ['a']);
});

test('what was stored when the editor closed is still news the next time, once', () => {
  const stored: unknown = JSON.parse(JSON.stringify(withUnfinished({}, { connectionId: 'c', jobId: 'a' })));
  const known = readUnfinished(stored);
  assert.deepEqual(finishedIds(known, [record('a', 'succeeded')]), ['a']);
  const told = withoutUnfinished(known, { connectionId: 'c', jobId: 'a' });
  assert.deepEqual(told, {});
  assert.deepEqual(finishedIds(told, [record('a', 'succeeded')]), []);
});

test('an older answer does not undo what another window has told', () => {
  const observer = new UnfinishedObserver();
  const known = observer.observe({}, [record('a', 'running')]);
  const told = withoutUnfinished(known, { connectionId: 'c', jobId: 'a' });
  assert.equal(observer.observe(told, [record('a', 'running')]), told);
});

test('nothing changes, nothing is written', () => {
  const known = { c: ['a'] };
  assert.equal(withUnfinished(known, { connectionId: 'c', jobId: 'a' }), known);
  assert.equal(withoutUnfinished(known, { connectionId: 'x', jobId: 'a' }), known);
});

test('the memory is bounded', () => {
  let known = {};
  for (let index = 0; index < 150; index += 1) known = withUnfinished(known, { connectionId: 'c', jobId: `${index}` });
  const { c } = readUnfinished(known) as { c: readonly string[] };
  assert.deepEqual([c.length, c[0], c.at(-1)], [100, '50', '149']);
});

for (const stored of [undefined, null, 7, 'text', { c: 'a' }, { c: [1, null] }, []]) {
  test(`stored ${JSON.stringify(stored)} counts as nothing`, () => assert.deepEqual(readUnfinished(stored), {}));
}
