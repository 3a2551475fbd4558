import assert from 'node:assert/strict';
import type { Change } from '../../src/engine/store/changes.ts';
import { State } from '../../src/engine/store/state.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { crashStates } from '../support/crashStates.ts';
import { ModelDisk, type Fault, type Image } from '../support/modelDisk.ts';
import { Random } from '../support/random.ts';
import { checkBytes, describeState, openStore, steps, type Step } from './world.ts';

export const seed = Number(process.env['CRASH_SEED'] ?? 1);
const everything = process.env['CRASH_ALL'] === '1';

/** Those that are treated in a way of their own, and those that are all the same to the store. */
const special = ['EIO', 'ENOSPC', 'EACCES', 'ENOENT'] as const;
const ordinary = ['EDQUOT', 'EPERM', 'EBUSY', 'EMFILE', 'ENFILE', 'EROFS', 'EXDEV', 'EINTR', 'ETIMEDOUT'] as const;

const named = (...names: readonly string[]): readonly Step[] =>
  names.map((name) => {
    const step = steps.find((one) => one.name === name);
    assert.ok(step !== undefined, name);
    return step;
  });

export const workloads = [
  named('upload', 'job', 'checkpoint', 'compact', 'checkpoint', 'end', 'reopen', 'delete'),
  named('job', 'compact', 'upload', 'delete', 'compact', 'upload', 'reopen'),
  named('part', 'save', 'part', 'compact', 'save', 'complete', 'checkpoint', 'reopen', 'forget'),
];

type Outcome = {
  readonly disk: ModelDisk;
  /** Facts of which the store said that they are kept. */
  readonly acknowledged: string;
  /** The same with what was asked for last and refused, which may be there as well. */
  readonly withLast: string;
  readonly refusals: number;
};

/** Runs a workload in which calls fail; each step is tried whatever became of the one before. */
async function run(list: readonly Step[], fault: (index: number, kind: string) => Fault): Promise<Outcome> {
  const disk = new ModelDisk();
  disk.fault = (call) => fault(call.index, call.kind);
  let last: readonly Change[] = [];
  const watch = (store: Store): Store => {
    const commit = store.commit.bind(store);
    store.commit = (decide) =>
      commit((state) => {
        const decision = decide(state);
        if (store.status.kind === 'ready') last = decision.changes;
        return decision;
      });
    return store;
  };
  let refusals = 0;
  const refuse = (error: unknown): undefined => {
    assert.ok(error instanceof Error, 'an error says what it is');
    refusals += 1;
  };
  const state = new State();
  let told: readonly Change[] = [];
  let store = await openStore(disk).then(watch, refuse);
  for (const step of store === undefined ? [] : list) {
    const next = await step.run(store as Store, disk).catch(refuse);
    if (next !== undefined) store = watch(next as Store);
    // One that could not read everything says so, and promises nothing that it does not show.
    if (store?.status.kind !== 'readOnly') told = [...(store?.state.changes() ?? [])];
  }
  disk.fault = () => undefined;
  await store?.close().catch(refuse);
  assert.equal(disk.openFiles, 0, 'every file is closed');
  for (const change of told) state.apply(change);
  const acknowledged = describeState(state);
  for (const change of last) state.apply(change);
  return { disk, acknowledged, withLast: describeState(state), refusals };
}

async function check(image: Image, outcome: Outcome, what: string): Promise<void> {
  const disk = new ModelDisk(image);
  const store = await openStore(disk);
  assert.deepEqual(store.status, { kind: 'ready' }, what);
  const state = describeState(store.state);
  assert.ok(state === outcome.acknowledged || state === outcome.withLast, `${what}:\n${state}\n---\n${outcome.acknowledged}`);
  checkBytes(store, disk);
  await store.close();
}

async function tryFault(list: readonly Step[], random: Random, fault: (index: number, kind: string) => Fault, what: string): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    patience = setTimeout(() => reject(new Error(`${what} hangs`)), 5000);
  });
  try {
    const outcome = await Promise.race([run(list, fault), hang]);
    await check(outcome.disk.live, outcome, `${what}, then a new process`);
    const { base, ops } = outcome.disk;
    const images = [...crashStates(base, ops, ops.length, random, 2)];
    for (const image of new Set([images[1], random.pick(images)])) {
      if (image !== undefined) await check(image, outcome, `${what}, then a power loss`);
    }
  } catch (error) {
    throw new Error(`${what}, seed ${seed}`, { cause: error });
  } finally {
    clearTimeout(patience);
  }
}

/**
 * Every call of a workload fails: with each of the errors that are treated in a way of their own and one of the others,
 * or (CRASH_ALL=1) with every one. `part`: only one of so many parts of the calls.
 */
export async function everyCall(workload: number, how: 'once' | 'from then on', part = 0, parts = 1): Promise<number> {
  const list = workloads[workload] ?? [];
  const random = new Random(seed);
  const calls = (await run(list, () => undefined)).disk.calls.length;
  let trials = 0;
  for (let at = part; at < calls; at += parts) {
    const codes = everything ? [...special, ...ordinary] : [...special, random.pick(ordinary)];
    for (const code of codes) {
      const fault = (index: number): Fault => (index === at || (how === 'from then on' && index > at) ? { code } : undefined);
      await tryFault(list, random, fault, `${code} at call ${at} ${how}`);
      trials += 1;
    }
  }
  return trials;
}

/** Every write of a workload takes only half of its bytes and says so. */
export async function halfWrites(workload: number): Promise<void> {
  const list = workloads[workload] ?? [];
  const { disk, acknowledged } = await run(list, () => undefined);
  for (const call of disk.calls) {
    if (call.kind !== 'write') continue;
    const outcome = await run(list, (index) => (index === call.index ? 'short' : undefined));
    assert.equal(outcome.refusals, 0);
    assert.equal(outcome.acknowledged.split('\n').length, acknowledged.split('\n').length);
    await check(outcome.disk.live, outcome, `half at call ${call.index}`);
  }
}
