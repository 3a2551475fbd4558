import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestWarning, mergeEvents } from '../../../src/core/jobs/jobEvents.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import type { WireEvent } from '../../../src/core/providers/wire.ts';
import { createRandom, event, job, shuffle } from './builders.ts';

function ids(events: readonly WireEvent[]): string {
  return events.map((each) => each.id).join(' ');
}

test('a page, newest first, becomes oldest first', () => {
  assert.equal(ids(mergeEvents([], [event('3', 3), event('2', 2), event('1', 1)])), '1 2 3');
});

test('a page that brings nothing new gives the same list', () => {
  const known = mergeEvents([], [event('2', 2), event('1', 1)]);
  assert.equal(mergeEvents(known, [event('1', 1)]), known);
});

test('events of one second keep the order the service gave them', () => {
  const all = ['m', 'c', 'x', 'b', 'y', 'a'].map((id) => event(id, 7));
  const first = mergeEvents([], [...all.slice(0, 3)].reverse());
  const overlapping = mergeEvents(first, [...all.slice(2)].reverse());
  assert.equal(ids(overlapping), 'm c x b y a');
  const older = mergeEvents(mergeEvents([], [...all.slice(3)].reverse()), [...all.slice(0, 3)].reverse(), 'b');
  assert.equal(ids(older), 'm c x b y a');
});

test('steps of one second are in the order of their steps even where pages do not touch', () => {
  const late = mergeEvents([], [event('a', 7, { step: 4 }), event('b', 7, { step: 3 })]);
  assert.equal(ids(mergeEvents(late, [event('c', 7, { step: 2 }), event('d', 7, { step: 1 })])), 'd c b a');
});

test('any order of overlapping pages gives the same events', () => {
  const all = Array.from({ length: 40 }, (_, step) => event(`id-${(step * 7) % 40}`, Math.floor(step / 3), { step }));
  const pages = Array.from({ length: 10 }, (_, index) => all.slice(index * 4, index * 4 + 7).reverse());
  for (let seed = 0; seed < 200; seed += 1) {
    let known: readonly WireEvent[] = [];
    for (const page of shuffle([...pages, ...pages], createRandom(seed))) known = mergeEvents(known, page);
    assert.equal(ids(known), ids(all), `seed ${seed}`);
  }
});

test('the oldest events go when there are too many', () => {
  const all = Array.from({ length: 9 }, (_, index) => event(`${index}`, index)).reverse();
  assert.equal(ids(mergeEvents([], all, undefined, 4)), '5 6 7 8');
});

test('over all jobs, those whose events came longest ago lose theirs', () => {
  const store = new JobStore();
  for (let index = 0; index < 5; index += 1) {
    store.applyJob('c', job(`j${index}`), store.ask(index));
    const events = Array.from({ length: 15_000 }, (_, step) => event(`${index}-${step}`, step, { step })).reverse();
    store.applyEvents({ connectionId: 'c', jobId: `j${index}` }, events);
  }
  const counts = [0, 1, 2, 3, 4].map((index) => store.get({ connectionId: 'c', jobId: `j${index}` })?.events.length);
  assert.deepEqual(counts, [0, 15_000, 15_000, 15_000, 15_000]);
});

test('the latest warning is the newest one, whichever word the service has for it', () => {
  const warned = (id: string, level: string): WireEvent => ({ ...event(id, 1, null, `message ${id}`), level });
  assert.equal(latestWarning([warned('1', 'info'), warned('2', 'error')]), undefined);
  assert.equal(latestWarning([warned('1', 'warn'), warned('2', 'warning'), warned('3', 'info')]), 'message 2');
});
