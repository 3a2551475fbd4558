import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobStore, type Asked, type JobChange } from '../../../src/core/jobs/jobStore.ts';
import { checkpoint, createRandom, event, job, page, shuffle } from './builders.ts';

const ref = { connectionId: 'c', jobId: 'a' };

function listen(store: JobStore): string[] {
  const heard: string[] = [];
  store.onDidChange((change: JobChange) => {
    heard.push(
      change.kind === 'listChanged'
        ? `list +${change.added.join(',')} -${change.removed.join(',')}`
        : `${change.ref.jobId}: ${[...change.fields].sort().join(',')}`,
    );
  });
  return heard;
}

test('jobs come newest first, and each connection has its own', () => {
  const store = new JobStore();
  store.applyPage('c', page([job('b', 20), job('a', 10)]), store.ask(1));
  store.applyJob('c', job('d', 30), store.ask(2));
  store.applyJob('other', job('z', 99), store.ask(3));
  assert.deepEqual(
    store.list('c').map((record) => record.job.id),
    ['d', 'b', 'a'],
  );
  assert.equal(store.get({ connectionId: 'other', jobId: 'z' })?.seenAt, 3);
  assert.equal(store.get({ connectionId: 'c', jobId: 'z' }), undefined);
});

test('a change names the fields that changed, and the same answer again names nothing', () => {
  const store = new JobStore();
  const heard = listen(store);
  store.applyPage('c', page([job('a', 10, { status: 'queued' })]), store.ask(1));
  store.applyPage('c', page([job('a', 10, { status: 'queued' })]), store.ask(2));
  store.applyPage('c', page([job('a', 10, { status: 'running', estimated_finish: 50 })]), store.ask(3));
  store.applyEvents(ref, [event('e1', 1)]);
  store.applyEvents(ref, [event('e1', 1)]);
  store.applyCheckpoints(ref, [checkpoint('a', 5)], store.ask(4));
  store.applyCheckpoints(ref, [checkpoint('a', 5)], store.ask(5));
  assert.deepEqual(heard, ['list +a -', 'a: estimated_finish,status', 'a: events', 'a: checkpoints']);
  assert.equal(store.get(ref)?.seenAt, 3);
});

test('an answer to an earlier question changes nothing', () => {
  const store = new JobStore();
  const [early, late] = [store.ask(1), store.ask(2)];
  store.applyJob('c', job('a', 10, { status: 'running' }), late);
  store.applyPage('c', page([job('a', 10, { status: 'queued' })]), early);
  assert.equal(store.get(ref)?.job.status, 'running');
});

test('a job that ended stays ended, whatever a lagging list says', () => {
  const store = new JobStore();
  store.applyJob('c', job('a', 10, { status: 'succeeded', fine_tuned_model: 'm' }), store.ask(1));
  store.applyPage('c', page([job('a', 10, { status: 'running' })]), store.ask(2));
  assert.equal(store.get(ref)?.job.fine_tuned_model, 'm');
});

test('a listed job that a later list misses is gone; one that no list has named yet stays', () => {
  const store = new JobStore();
  const heard = listen(store);
  store.applyPage('c', page([job('b', 20), job('a', 10)]), store.ask(1));
  store.applyJob('c', job('fresh', 30), store.ask(2));
  store.applyPage('c', page([job('b', 20)]), store.ask(3));
  assert.deepEqual(
    store.list('c').map((record) => record.job.id),
    ['fresh', 'b'],
  );
  assert.deepEqual(heard, ['list +b,a -', 'list +fresh -', 'list + -a']);
});

test('a first page with more behind it says nothing about older jobs', () => {
  const store = new JobStore();
  store.applyPage('c', page([job('b', 20)], true), store.ask(1));
  store.applyPage('c', page([job('a', 10)]), store.ask(2), 'b');
  store.applyPage('c', page([job('d', 30), job('b', 20)], true), store.ask(3));
  assert.deepEqual(
    store.list('c').map((record) => record.job.id),
    ['d', 'b', 'a'],
  );
});

test('a job the service does not know any more leaves, and a later answer brings it back', () => {
  const store = new JobStore();
  store.applyJob('c', job('a'), store.ask(1));
  store.applyGone(ref, store.ask(2));
  assert.equal(store.get(ref), undefined);
  store.applyJob('c', job('a'), store.ask(3));
  assert.notEqual(store.get(ref), undefined);
});

test('clearing a connection tells which jobs left', () => {
  const store = new JobStore();
  store.applyJob('c', job('a'), store.ask(1));
  const heard = listen(store);
  store.clear('c');
  store.clear('c');
  assert.deepEqual(heard, ['list + -a']);
});

test('a listener that throws does not keep the others from hearing', () => {
  const store = new JobStore();
  store.onDidChange(() => {
    throw new Error('first');
  });
  const heard = listen(store);
  assert.throws(() => store.applyJob('c', job('a'), store.ask(1)), /first/);
  assert.deepEqual(heard, ['list +a -']);
});

test('a disposed listener hears nothing', () => {
  const store = new JobStore();
  let calls = 0;
  store.onDidChange(() => (calls += 1)).dispose();
  store.applyJob('c', job('a'), store.ask(1));
  assert.equal(calls, 0);
});

test('any order of answers gives the same store, and each answer may come twice', () => {
  const plan: ((store: JobStore, asked: readonly Asked[]) => void)[] = [
    (store, asked) => store.applyPage('c', page([job('b', 20), job('a', 10, { status: 'queued' })]), asked[0]!),
    (store, asked) => store.applyJob('c', job('a', 10, { status: 'running' }), asked[1]!),
    (store, asked) => store.applyPage('c', page([job('d', 30), job('a', 10, { status: 'running' })]), asked[2]!),
    (store, asked) => store.applyJob('c', job('a', 10, { status: 'succeeded', fine_tuned_model: 'm' }), asked[3]!),
    (store, asked) => store.applyPage('c', page([job('d', 30, { status: 'paused' })], true), asked[4]!),
    (store, asked) => store.applyJob('c', job('late', 5), asked[5]!),
    (store, asked) => store.applyJob('c', job('d', 30, { status: 'running' }), asked[6]!),
  ];
  const results = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    const store = new JobStore();
    const asked = plan.map((_, index) => store.ask(index));
    for (const apply of shuffle([...plan, ...plan], createRandom(seed))) apply(store, asked);
    results.add(JSON.stringify(store.list('c')));
  }
  assert.equal(results.size, 1);
  const [only] = [...results].map((text) => JSON.parse(text) as { job: { id: string; status: string } }[]);
  assert.deepEqual(
    only?.map(({ job: { id, status } }) => `${id} ${status}`),
    ['d running', 'a succeeded', 'late running'],
  );
});

test('later checkpoints replace earlier ones, which the service may have deleted', () => {
  const store = new JobStore();
  store.applyJob('c', job('a'), store.ask(1));
  const [early, late] = [store.ask(2), store.ask(3)];
  store.applyCheckpoints(ref, [checkpoint('a', 2), checkpoint('a', 3)], late);
  store.applyCheckpoints(ref, [checkpoint('a', 1), checkpoint('a', 2)], early);
  assert.deepEqual(
    store.get(ref)?.checkpoints.map((each) => each.step_number),
    [3, 2],
  );
});
