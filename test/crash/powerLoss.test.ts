import { describe, it } from 'node:test';
import { apart } from './apart.ts';

/** Of the longer workloads some are tried (another seed tries others: CRASH_SEED), or all (CRASH_ALL=1). */
const everything = process.env['CRASH_ALL'] === '1';
const oneOf = (share: number): number => (everything ? 1 : share);

const explore = (length: number, of: number, depth: number): Promise<string> => apart('powerLoss.ts', 'explore', length, of, depth);

describe('a power loss', () => {
  for (const [length, share] of [[0, 1], [1, 1], [2, 2], [3, 48]] as const) {
    it(`in workloads of ${length} operations loses nothing acknowledged`, async (test) => {
      test.diagnostic(await explore(length, oneOf(share), 0));
    });
  }

  it('row 56, row 65: after a write that failed half-way loses nothing acknowledged', async (test) => {
    test.diagnostic(await apart('powerLoss.ts', 'failedWrites', oneOf(8)));
  });

  it('row 65: during the recovery from another one loses nothing acknowledged', async (test) => {
    test.diagnostic(await explore(1, 1, 1));
  });
});
