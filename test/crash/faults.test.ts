import { describe, it } from 'node:test';
import { apart } from './apart.ts';
import { workloads } from './faults.ts';

describe('a call that fails', () => {
  for (const number of workloads.keys()) {
    for (const how of ['once', 'from then on'] as const) {
      it(`row 55, row 56: ${how}, at calls of workload ${number + 1}, loses nothing acknowledged`, async (test) => {
        test.diagnostic(await apart('faults.ts', 'everyCall', number, how));
      });
    }

    it(`row 55: a write that takes only half, at every write of workload ${number + 1}, is gone on with`, () =>
      apart('faults.ts', 'halfWrites', number));
  }
});
