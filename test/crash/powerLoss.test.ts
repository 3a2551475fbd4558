import { describe, it } from 'node:test';
import { Random } from '../support/random.ts';
import { checkCrashes, runSteps, type Tally } from './explore.ts';
import { steps, type Step } from './world.ts';

const seed = Number(process.env['CRASH_SEED'] ?? 1);
/** The mutation test has no time for the longest. */
const fast = process.env['CRASH_FAST'] === '1';
/** Of the longest workloads about every eighth is tried, unless all are asked for (CRASH_ALL=1). */
const share = process.env['CRASH_ALL'] === '1' ? 1 : 8;

/** Every list of `length` steps. */
function workloads(length: number): readonly (readonly Step[])[] {
  return length === 0 ? [[]] : workloads(length - 1).flatMap((before) => steps.map((step) => [...before, step]));
}

async function explore(lists: readonly (readonly Step[])[], depth: number): Promise<number> {
  const random = new Random(seed);
  const tally: Tally = { states: 0, seen: new Set() };
  for (const list of lists) {
    const run = await runSteps(list);
    const names = list.map((step) => step.name).join(', ');
    try {
      // Crashes within the steps before the last were tried with the shorter workload.
      await checkCrashes(run, list.length === 0 ? 0 : (run.begun.at(-1) ?? 0), random, tally, depth);
    } catch (error) {
      throw new Error(`workload [${names}], seed ${seed}`, { cause: error });
    }
  }
  return tally.states;
}

describe('a power loss', () => {
  for (const length of [0, 1, 2]) {
    it(`in every workload of ${length} operations loses nothing acknowledged`, async (test) => {
      test.diagnostic(`${await explore(workloads(length), 0)} states`);
    });
  }

  it('in workloads of 3 operations loses nothing acknowledged', { skip: fast }, async (test) => {
    const random = new Random(seed);
    const tried = workloads(3).filter(() => random.below(share) === 0);
    test.diagnostic(`${await explore(tried, 0)} states of ${tried.length} workloads, seed ${seed}`);
  });

  it('row 65: during the recovery from another one loses nothing acknowledged', { skip: fast }, async (test) => {
    test.diagnostic(`${await explore(workloads(1), 1)} states`);
  });
});
