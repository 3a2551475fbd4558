import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planPoll } from '../../../src/core/jobs/pollPlan.ts';
import type { ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { isPassing, planRetry, type CallKind } from '../../../src/core/providers/retryPlan.ts';
import { job } from '../jobs/builders.ts';

describe('row 86: whether and when a failed call is repeated', () => {
  const busy: ServiceErrorFacts = { kind: 'serverFault', status: 503 };

  it('row 86: at most five times, never longer than a minute, within the budget of its kind', () => {
    for (const kind of ['read', 'download', 'once'] as const) {
      let [spent, attempts] = [0, 0];
      for (let pause: number | undefined = 0; pause !== undefined; ) {
        attempts += 1;
        spent += pause;
        pause = planRetry(kind, busy, attempts, spent, 0.999_999);
        assert.ok(pause === undefined || pause <= 60_000);
      }
      assert.deepEqual([kind, attempts], [kind, { read: 3, download: 5, once: 1 }[kind]]);
      assert.ok(spent <= { read: 10_000, download: 60_000, once: 0 }[kind], `${kind} waited ${spent} ms`);
    }
  });

  it('row 86: full jitter: anywhere between now and a ceiling that doubles', () => {
    const ceilings = [1, 2, 3, 4].map((attempt) => planRetry('download', busy, attempt, 0, 1 - Number.EPSILON));
    assert.deepEqual(ceilings, [1_000, 2_000, 4_000, 8_000]);
    assert.equal(planRetry('download', busy, 4, 0, 0), 0);
    assert.equal(planRetry('download', busy, 1, 0, 0.25), 250);
  });

  const waits: readonly (readonly [retryAfter: number | undefined, kind: CallKind, pause: number | undefined])[] = [
    [undefined, 'read', 500],
    [0, 'read', 500],
    [-5, 'read', 500],
    [Number.NaN, 'read', 500],
    [0.2, 'read', 500],
    [3, 'read', 3_000],
    [11, 'read', undefined],
    [45, 'download', 45_000],
    [61, 'download', undefined],
    [315_360_000, 'download', undefined],
    [1, 'once', undefined],
  ];
  for (const [retryAfter, kind, pause] of waits) {
    it(`row 86: a service that asks a ${kind} to wait ${retryAfter} s`, () => {
      const facts: ServiceErrorFacts = { kind: 'rateLimited', status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) };
      assert.equal(planRetry(kind, facts, 1, 0, 0.5), pause);
    });
  }

  it('row 86: only what time mends', () => {
    const statuses = [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451, 500, 501, 502, 503, 504, 505, 507, 511];
    const repeated = statuses.filter((status) => isPassing({ kind: 'serverFault', status }));
    assert.deepEqual(repeated, [408, 409, 425, 429, 500, 502, 503, 504]);
    const ways = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
    const tried = ways.filter((code) => isPassing({ kind: 'unreachable', code }));
    assert.deepEqual(tried, ['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
    assert.ok(!isPassing({ kind: 'rateLimited', status: 429, code: 'insufficient_quota' }));
    assert.ok(!isPassing({ kind: 'serverFault', status: 503, retryable: false }));
    for (const kind of ['cancelled', 'unauthorized', 'rejected'] as const) assert.ok(!isPassing({ kind }));
    assert.ok(!isPassing({ kind: 'serverFault', code: 'invalid_answer' }));
  });
});

describe('row 87: offline for eight hours', () => {
  it('row 87: a running job is asked about again at least every minute, and never given up', () => {
    const running = { job: job('a', 1, { status: 'running' }) } as Parameters<typeof planPoll>[0]['records'][number];
    let [elapsed, rounds] = [0, 0];
    for (; elapsed < 8 * 3_600_000; rounds += 1) {
      const pause = planPoll({ records: [running], visible: true, failures: rounds + 1, lastFailure: 'unreachable' }, 0.999);
      assert.ok(pause !== undefined && pause <= 60_000, `round ${rounds}`);
      elapsed += pause;
    }
    assert.ok(rounds > 470 && rounds < 600, `${rounds} rounds`);
    assert.equal(planPoll({ records: [running], visible: true, failures: 0 }, 0), 2_000, 'and as before once it answers');
  });
});
