import { Random } from '../support/random.ts';
import type { Call, Fault } from '../support/modelDisk.ts';
import { built } from './images.ts';
import { checkCrashes, runSteps, type Tally } from './explore.ts';
import { steps, type Step } from './world.ts';

export const seed = Number(process.env['CRASH_SEED'] ?? 1);

/** Which workloads, and one of how many parts of about the same size. */
export type Exploration = {
  /** Steps of a workload. */
  readonly length: number;
  /** One of so many workloads; 1 = every one. */
  readonly share?: number;
  /** How many losses of power during the recovery from the one before. */
  readonly depth?: number;
  /** On a store that holds something of everything, instead of an empty disk. */
  readonly filled?: boolean;
  readonly part?: number;
  readonly parts?: number;
};

export type Explored = { readonly states: number; readonly workloads: number };

/** Every list of `length` steps. */
function workloads(length: number): readonly (readonly Step[])[] {
  return length === 0 ? [[]] : workloads(length - 1).flatMap((before) => steps.map((step) => [...before, step]));
}

const namesOf = (list: readonly Step[]): string => list.map((step) => step.name).join(', ');

/**
 * Checks every state that a power loss may leave in workloads, from the moment at which their last step began: what
 * may be left earlier is checked with the shorter workload, which does the very same until then.
 */
export async function explore({ length, share = 1, depth = 0, filled = false, part = 0, parts = 1 }: Exploration): Promise<Explored> {
  const [random, dealing] = [new Random(seed), new Random(seed + 1)];
  const lists = workloads(length)
    .filter(() => random.below(share) === 0)
    .filter(() => dealing.below(parts) === part);
  const tally = { states: 0, seen: new Set<string>(), workloads: 0 };
  const image = filled ? (await built('upload', 'job', 'checkpoint', 'end', 'compact', 'upload', 'part', 'save', 'metrics', 'checkpoint')).disk.live : undefined;
  for (const list of lists) {
    const run = await runSteps(list, undefined, image);
    // A step that asks nothing of the disk (there is no job to end): a shorter workload, which is tried as such.
    if (list.some((_, index) => run.acknowledged[index + 1] === run.begun[index + 1])) continue;
    tally.workloads += 1;
    try {
      await checkCrashes(run, list.length === 0 ? 0 : (run.begun.at(-1) ?? 0), random, tally, depth);
    } catch (error) {
      throw new Error(`workload [${namesOf(list)}], seed ${seed}`, { cause: error });
    }
  }
  return { states: tally.states, workloads: tally.workloads };
}

const failing = ['upload', 'job', 'metrics', 'checkpoint', 'compact', 'part', 'save', 'reopen', 'end', 'delete'];

/** A write that fails half-way, at every write of a workload, and then a power loss at any moment after it. */
export async function failedWrites(): Promise<string> {
  const list = failing.flatMap((name) => steps.filter((step) => step.name === name));
  const { calls } = (await runSteps(list)).disk;
  const random = new Random(seed);
  const tally: Tally = { states: 0, seen: new Set() };
  const writes = calls.filter((call) => call.kind === 'write');
  for (const { index } of writes) {
    const fault = (call: Call): Fault => (call.index === index ? { code: 'ENOSPC' } : undefined);
    const run = await runSteps(list, fault);
    const at = [...(run.refused?.keys() ?? [])][0] ?? 0;
    try {
      await checkCrashes(run, run.begun[at] ?? 0, random, tally, 0, run.acknowledged[at + 2]);
    } catch (error) {
      throw new Error(`the write at call ${index} fails, workload [${namesOf(list)}], seed ${seed}`, { cause: error });
    }
  }
  return `${tally.states} states after ${writes.length} failed writes, seed ${seed}`;
}
