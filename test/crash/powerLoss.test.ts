import { describe, it, type TestContext } from 'node:test';
import { apart } from './apart.ts';
import { seed, type Exploration, type Explored } from './powerLoss.ts';

const everything = process.env['CRASH_ALL'] === '1';
const threads = 2;

/** Side by side in threads; says how much was looked at. */
async function explore(test: TestContext, exploration: Exploration): Promise<void> {
  const parts = Array.from({ length: threads }, (_, part) =>
    apart<Explored>('powerLoss.ts', 'explore', { ...exploration, part, parts: threads }),
  );
  const explored = await Promise.all(parts);
  const sum = (of: keyof Explored): number => explored.reduce((total, one) => total + one[of], 0);
  test.diagnostic(`${sum('states')} states of ${sum('workloads')} workloads, seed ${seed}`);
}

/** Another seed tries others (CRASH_SEED), CRASH_ALL=1 all of them. */
const oneOf = (share: number): number => (everything ? 1 : share);
const which = (share: number): string => (oneOf(share) === 1 ? 'every workload' : 'some workloads');

describe('a power loss', () => {
  for (const [length, share] of [[0, 1], [1, 1], [2, 1], [3, 1], [4, 150]] as const) {
    it(`in ${which(share)} of ${length} operations loses nothing acknowledged`, (test) => explore(test, { length, share: oneOf(share) }));
  }

  for (const [length, share] of [[1, 1], [2, 1], [3, 16]] as const) {
    it(`in ${which(share)} of ${length} operations on a store that holds something of everything loses nothing acknowledged`, (test) =>
      explore(test, { length, share: oneOf(share), filled: true }));
  }

  it('row 56, row 65: after a write that failed half-way loses nothing acknowledged', async (test) => {
    test.diagnostic(await apart('powerLoss.ts', 'failedWrites'));
  });

  for (const [length, depth, share] of [[0, 2, 1], [1, 1, 1], [2, 1, 6]] as const) {
    it(`row 65: during the recovery from another one, ${depth} deep, in ${which(share)} of ${length} operations loses nothing acknowledged`, (test) =>
      explore(test, { length, depth, share: oneOf(share) }));
  }
});
