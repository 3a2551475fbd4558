import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { troubleOf, type Trouble } from '../../../src/core/providers/trouble.ts';

const cases: readonly [facts: ServiceErrorFacts | undefined, Trouble][] = [
  [{ kind: 'unauthorized', status: 401 }, 'keyRefused'],
  [{ kind: 'notFound', status: 404 }, 'wrongAddress'],
  [{ kind: 'serverFault', code: 'invalid_answer' }, 'wrongAddress'],
  [{ kind: 'rejected', status: 301, code: 'redirected' }, 'wrongAddress'],
  [{ kind: 'rejected', status: 405 }, 'wrongAddress'],
  [{ kind: 'unreachable', code: 'ECONNREFUSED' }, 'offline'],
  [{ kind: 'cutOff', code: 'timeout' }, 'offline'],
  [{ kind: 'forbidden', status: 403 }, 'failed'],
  [{ kind: 'rateLimited', status: 429 }, 'failed'],
  [{ kind: 'serverFault', status: 503 }, 'failed'],
  [undefined, 'failed'],
];

for (const [facts, trouble] of cases) {
  it(`${JSON.stringify(facts)} is ${trouble}`, () => assert.equal(troubleOf(facts), trouble));
}
