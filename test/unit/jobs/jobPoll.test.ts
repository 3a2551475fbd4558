import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobPoll } from '../../../src/core/jobs/jobPoll.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import { ServiceError } from '../../../src/core/providers/port.ts';
import { checkpoint, event, job } from './builders.ts';
import { ScriptedService } from './scriptedService.ts';

const signal = new AbortController().signal;
const nobody = { watched: new Set<string>(), unfinished: [] };

function setUp() {
  const store = new JobStore();
  const service = new ScriptedService();
  let now = 0;
  const poll = new JobPoll(store, 'c', () => (now += 1));
  return { store, service, poll, ids: () => store.list('c').map((record) => record.job.id) };
}

function events(count: number) {
  return Array.from({ length: count }, (_, step) => event(`e${step}`, step, { step })).reverse();
}

test('ended jobs cost one question', async () => {
  const { service, poll } = setUp();
  service.jobs = [job('b', 2, { status: 'succeeded' }), job('a', 1, { status: 'failed' })];
  await poll.round(service, nobody, signal);
  assert.deepEqual(service.asked, ['jobs']);
});

test('a running job brings its newest events and its checkpoints, then only what is new', async () => {
  const { store, service, poll } = setUp();
  service.jobs = [job('a', 1)];
  service.events.set('a', events(3));
  service.checkpoints.set('a', [checkpoint('a', 2)]);
  await poll.round(service, nobody, signal);
  assert.deepEqual(service.asked.splice(0), ['jobs', 'events a', 'checkpoints a']);
  await poll.round(service, nobody, signal);
  assert.deepEqual(service.asked.splice(0), ['jobs', 'events a']);
  service.events.set('a', events(5));
  await poll.round(service, nobody, signal);
  assert.deepEqual(service.asked, ['jobs', 'events a', 'checkpoints a']);
  assert.equal(store.get({ connectionId: 'c', jobId: 'a' })?.events.length, 5);
});

test('a job that ended is read once more, for its last events and checkpoints', async () => {
  const { store, service, poll } = setUp();
  service.jobs = [job('a', 1)];
  await poll.round(service, nobody, signal);
  service.jobs = [job('a', 1, { status: 'succeeded' })];
  service.events.set('a', events(4));
  service.checkpoints.set('a', [checkpoint('a', 2)]);
  await poll.round(service, nobody, signal);
  const record = store.get({ connectionId: 'c', jobId: 'a' });
  assert.deepEqual([record?.events.length, record?.checkpoints.length], [4, 1]);
  service.asked.length = 0;
  await poll.round(service, nobody, signal);
  assert.deepEqual(service.asked, ['jobs']);
});

test('a watched job is read to its first event, an unwatched one only at its newest page', async () => {
  const { store, service, poll } = setUp();
  service.jobs = [job('a', 1, { status: 'running' })];
  service.events.set('a', events(250));
  await poll.round(service, nobody, signal);
  const count = () => store.get({ connectionId: 'c', jobId: 'a' })?.events.length;
  assert.equal(count(), 100);
  await poll.round(service, { watched: new Set(['a']), unfinished: [] }, signal);
  assert.equal(count(), 250);
});

test('what a failure cut off is read the next time, with no hole in the middle', async () => {
  const { store, service, poll } = setUp();
  const watched = { watched: new Set(['a']), unfinished: [] };
  service.jobs = [job('a', 1)];
  service.events.set('a', events(120));
  await poll.round(service, watched, signal);
  service.events.set('a', events(500));
  let calls = 0;
  service.onAsk = (call) => {
    if (call.startsWith('events') && (calls += 1) === 3) throw new ServiceError('gone', { kind: 'unreachable' });
  };
  await assert.rejects(poll.round(service, watched, signal), ServiceError);
  const known = () => store.get({ connectionId: 'c', jobId: 'a' })?.events.map((each) => each.created_at);
  assert.equal(known()?.length, 320);
  service.events.set('a', events(510));
  await poll.round(service, watched, signal);
  assert.deepEqual(
    known(),
    Array.from({ length: 510 }, (_, index) => index),
  );
});

test('an ended job is read when somebody looks, and then left alone', async () => {
  const { store, service, poll } = setUp();
  const watched = { watched: new Set(['a']), unfinished: [] };
  service.jobs = [job('a', 1, { status: 'succeeded' })];
  service.events.set('a', events(2));
  await poll.round(service, watched, signal);
  assert.equal(store.get({ connectionId: 'c', jobId: 'a' })?.events.length, 2);
  service.asked.length = 0;
  await poll.round(service, watched, signal);
  assert.deepEqual(service.asked, ['jobs']);
  poll.forgetDetails('a');
  await poll.round(service, watched, signal);
  assert.deepEqual(service.asked.slice(1), ['jobs', 'events a', 'checkpoints a']);
});

test('services without events and checkpoints still have jobs', async () => {
  const { service, poll, ids } = setUp();
  service.jobs = [job('a', 1)];
  service.onAsk = (call) => {
    if (!call.startsWith('jobs')) throw new ServiceError('no such route', { kind: 'notFound', status: 404 });
  };
  await poll.round(service, nobody, signal);
  assert.deepEqual(ids(), ['a']);
});

test('pages follow one another, and the first page is what is asked again', async () => {
  const { service, poll, ids } = setUp();
  service.jobs = Array.from({ length: 145 }, (_, index) => job(`j${index}`, 1_000 - index, { status: 'succeeded' }));
  await poll.round(service, nobody, signal);
  assert.deepEqual([ids().length, poll.hasMore], [20, true]);
  await poll.loadMore(service, signal);
  await poll.round(service, nobody, signal);
  assert.deepEqual([ids().length, poll.hasMore], [120, true]);
  await poll.loadMore(service, signal);
  assert.deepEqual([ids().length, poll.hasMore], [145, false]);
  assert.deepEqual(service.asked, ['jobs', 'jobs after j19', 'jobs', 'jobs after j119']);
});

test('what was known before the first round does not hide that there is more', async () => {
  const { store, service, poll, ids } = setUp();
  service.jobs = Array.from({ length: 45 }, (_, index) => job(`j${index}`, 100 - index, { status: 'succeeded' }));
  store.applyPage('c', { object: 'list', data: service.jobs.slice(0, 20), has_more: true }, store.ask(1));
  await poll.round(service, nobody, signal);
  assert.equal(poll.hasMore, true);
  await poll.loadMore(service, signal);
  assert.equal(ids().length, 45);
});

test('jobs that came between two far apart rounds can be reached by loading more', async () => {
  const { service, poll, ids } = setUp();
  const ended = { status: 'succeeded' };
  service.jobs = Array.from({ length: 25 }, (_, index) => job(`old${index}`, 100 - index, ended));
  await poll.round(service, nobody, signal);
  service.jobs = [...Array.from({ length: 30 }, (_, index) => job(`new${index}`, 500 - index, ended)), ...service.jobs];
  await poll.round(service, nobody, signal);
  await poll.loadMore(service, signal);
  assert.equal(ids().filter((id) => id.startsWith('new')).length, 30);
});

test('an unfinished job beyond the first page is asked for, and one that is gone is reported', async () => {
  const { service, poll, store } = setUp();
  const recent = Array.from({ length: 20 }, (_, index) => job(`j${index}`, 100 - index, { status: 'succeeded' }));
  service.jobs = [...recent, job('old', 1, { status: 'running' })];
  const outcome = await poll.round(service, { watched: new Set(), unfinished: ['old', 'lost'] }, signal);
  assert.deepEqual(outcome.gone, ['lost']);
  assert.equal(store.get({ connectionId: 'c', jobId: 'old' })?.job.status, 'running');
  service.jobs = [...recent, job('old', 1, { status: 'succeeded' })];
  await poll.round(service, nobody, signal);
  assert.equal(store.get({ connectionId: 'c', jobId: 'old' })?.job.status, 'succeeded');
});

test('a cancelled round rejects and a failed one leaves what is known', async () => {
  const { service, poll, ids } = setUp();
  service.jobs = [job('a', 1, { status: 'succeeded' })];
  await poll.round(service, nobody, signal);
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(poll.round(service, nobody, controller.signal), { name: 'ServiceError' });
  assert.deepEqual(ids(), ['a']);
});
