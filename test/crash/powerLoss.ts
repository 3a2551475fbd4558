import { Random } from '../support/random.ts';
import type { Call, Fault } from '../support/modelDisk.ts';
import { checkCrashes, runSteps, type Tally } from './explore.ts';
import { steps, type Step } from './world.ts';

const seed = Number(process.env['CRASH_SEED'] ?? 1);

/** Every list of `length` steps. */
function workloads(length: number): readonly (readonly Step[])[] {
  return length === 0 ? [[]] : workloads(length - 1).flatMap((before) => steps.map((step) => [...before, step]));
}

const namesOf = (list: readonly Step[]): string => list.map((step) => step.name).join(', ');

/**
 * Every state that a power loss may leave in workloads of `length` steps. `share`: one of so many workloads.
 * `depth`: losses during the recovery from the one before.
 */
export async function explore(length: number, share: number, depth: number): Promise<string> {
  const random = new Random(seed);
  const lists = workloads(length).filter(() => random.below(share) === 0);
  const tally: Tally = { states: 0, seen: new Set() };
  for (const list of lists) {
    const run = await runSteps(list);
    try {
      // Crashes within the steps before the last were tried with the shorter workload.
      await checkCrashes(run, list.length === 0 ? 0 : (run.begun.at(-1) ?? 0), random, tally, depth);
    } catch (error) {
      throw new Error(`workload [${namesOf(list)}], seed ${seed}`, { cause: error });
    }
  }
  return `${tally.states} states of ${lists.length} workloads, seed ${seed}`;
}

const failing = ['upload', 'job', 'metrics', 'checkpoint', 'compact', 'part', 'save', 'reopen', 'end', 'delete'];

/** A write that fails half-way, at every write of a workload, and then a power loss at any moment after it. */
export async function failedWrites(share: number): Promise<string> {
  const list = failing.flatMap((name) => steps.filter((step) => step.name === name));
  const { calls } = (await runSteps(list)).disk;
  const random = new Random(seed);
  const tally: Tally = { states: 0, seen: new Set() };
  let trials = 0;
  for (const { index } of calls.filter((call) => call.kind === 'write')) {
    const fault = (call: Call): Fault => (call.index === index ? { code: 'ENOSPC' } : undefined);
    const run = await runSteps(list, fault);
    if (random.below(share) > 0) continue;
    trials += 1;
    const at = [...(run.refused?.keys() ?? [])][0] ?? 0;
    try {
      await checkCrashes(run, run.begun[at] ?? 0, random, tally, 0, run.acknowledged[at + 2]);
    } catch (error) {
      throw new Error(`the write at call ${index} fails, workload [${namesOf(list)}], seed ${seed}`, { cause: error });
    }
  }
  return `${tally.states} states after ${trials} failed writes, seed ${seed}`;
}
