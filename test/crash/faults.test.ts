import { describe, it } from 'node:test';
import { apart } from './apart.ts';
import { seed, workloads } from './faults.ts';

const threads = 2;

describe('a call that fails', () => {
  for (const number of workloads.keys()) {
    for (const how of ['once', 'from then on'] as const) {
      it(`row 55, row 56: ${how}, at every call of workload ${number + 1}, loses nothing acknowledged`, async (test) => {
        const parts = Array.from({ length: threads }, (_, part) => apart<number>('faults.ts', 'everyCall', number, how, part, threads));
        const trials = (await Promise.all(parts)).reduce((sum, one) => sum + one, 0);
        test.diagnostic(`${trials} trials, seed ${seed}`);
      });
    }

    it(`row 55: a write that takes only half, at every write of workload ${number + 1}, is gone on with`, () =>
      apart('faults.ts', 'halfWrites', number));
  }
});
