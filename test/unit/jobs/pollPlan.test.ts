import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPoll, type PollSituation } from '../../../src/core/jobs/pollPlan.ts';
import type { JobRecord } from '../../../src/core/jobs/jobStore.ts';
import { job } from './builders.ts';

function records(...statuses: string[]): readonly JobRecord[] {
  return statuses.map((status, index) => ({
    connectionId: 'c',
    job: job(`j${index}`, index, { status }),
    checkpoints: [],
    events: [],
    seenAt: 0,
  }));
}

const running = records('succeeded', 'running');

function failing(given: Partial<PollSituation>): PollSituation {
  return { records: running, visible: true, failures: 1, lastFailure: 'unreachable', ...given };
}

const ended = records('succeeded', 'failed', 'cancelled');

const table: [name: string, situation: PollSituation, random: number, delay: number | undefined][] = [
  ['fast while something runs and somebody looks', { records: running, visible: true, failures: 0 }, 0, 2_000],
  ['slow while nobody looks', { records: running, visible: false, failures: 0 }, 0, 15_000],
  ['off when nothing runs', { records: ended, visible: true, failures: 0 }, 0, undefined],
  ['slow while all that has not ended is paused', { records: records('succeeded', 'paused'), visible: true, failures: 0 }, 0, 15_000],
  ['fast while one is about to pause', { records: records('paused', 'pausing'), visible: true, failures: 0 }, 0, 2_000],
  ['off without jobs', { records: [], visible: true, failures: 0 }, 0, undefined],
  ['a status nobody knows is not an end', { records: records('compressing'), visible: true, failures: 0 }, 0, 2_000],
  ['back-off doubles', failing({ failures: 2 }), 0.5, 4_000],
  ['back-off ends at a minute', failing({ failures: 90 }), 0.9999, 59_994],
  ['back-off never hurries', failing({ lastFailure: 'serverFault' }), 0, 1_000],
  ['hidden, back-off is at least slow', failing({ visible: false }), 0, 15_000],
  ['an unread list is tried again while somebody looks', failing({ records: [] }), 0.5, 2_000],
  ['and not while nobody does', failing({ records: [], visible: false }), 0.5, undefined],
  ['a refused key is not tried again', failing({ lastFailure: 'unauthorized' }), 0, undefined],
  ['Retry-After rules', failing({ lastFailure: 'rateLimited', retryAfter: 30 }), 0, 30_000],
  ['Retry-After of years does not', failing({ lastFailure: 'rateLimited', retryAfter: 3e8 }), 0, 600_000],
  ['nor a negative one', failing({ lastFailure: 'rateLimited', retryAfter: -5 }), 0, 1_000],
  ['nor one that is no number', failing({ lastFailure: 'rateLimited', retryAfter: NaN }), 0, 1_000],
  ['an engine that does not start is tried again', { records: [], visible: true, failures: 2 }, 0.5, 4_000],
  ['but not for ever', { records: [], visible: true, failures: 3 }, 0.5, undefined],
];

for (const [name, situation, random, delay] of table) {
  test(name, () => assert.equal(planPoll(situation, random), delay));
}
