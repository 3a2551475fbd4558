import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Change } from '../../src/engine/store/changes.ts';
import { State } from '../../src/engine/store/state.ts';
import { crashStates } from '../support/crashStates.ts';
import { ModelDisk, type Call, type DiskOp, type Fault, type Image } from '../support/modelDisk.ts';
import type { Random } from '../support/random.ts';
import { checkBytes, describeState, openStore, type Step } from './world.ts';

/** What a run left: the disk with its history, and the states that were acknowledged one after another. */
export type Run = {
  readonly disk: ModelDisk;
  /** State after each step; the first one is that of the new store. */
  readonly states: readonly string[];
  /** Operations that had been asked for when a step began, and when it was acknowledged. */
  readonly begun: readonly number[];
  readonly acknowledged: readonly number[];
  /** The same for steps of which nothing may be lost. */
  readonly durable: readonly boolean[];
  /** By step: a state that was asked for and refused, which may be found until something later is acknowledged. */
  readonly refused?: ReadonlyMap<number, string>;
};

/**
 * Runs the steps on a disk, an empty one if there is no `image`, after a store was opened there. With `fault` calls
 * fail, and steps with them; the ones behind are tried nevertheless.
 */
export async function runSteps(
  steps: readonly Step[],
  fault: (call: Call) => Fault = () => undefined,
  image?: Image,
): Promise<Run> {
  const disk = new ModelDisk(image);
  let store = await openStore(disk);
  const states: string[] = [describeState(store.state)];
  const begun: number[] = [0];
  const durable: boolean[] = [true];
  const refused = new Map<number, string>();
  const acknowledged: number[] = [disk.ops.length];
  disk.fault = fault;
  for (const [index, step] of steps.entries()) {
    const before = disk.ops.length;
    begun.push(before);
    let asked: readonly Change[] = [];
    const watched = store;
    const commit = watched.commit.bind(watched);
    watched.commit = (decide) =>
      commit((state) => {
        const decision = decide(state);
        asked = decision.changes;
        return decision;
      });
    let failed = false;
    try {
      store = (await step.run(store, disk)) ?? store;
    } catch (error) {
      if (disk.calls.every((call) => fault(call) === undefined)) throw error;
      failed = true;
      refused.set(index + 1, describeState(withChanges(store.state, asked)));
    }
    watched.commit = commit;
    acknowledged.push(disk.ops.length);
    states.push(describeState(store.state));
    // Nothing to do is nothing to promise.
    durable.push(!failed && step.durable && disk.ops.length > before);
  }
  return { disk, states, begun, acknowledged, durable, refused };
}

function withChanges(state: State, changes: readonly Change[]): State {
  const copy = new State();
  for (const change of [...state.changes(), ...changes]) copy.apply(change);
  return copy;
}

/** What a store may show after a crash at operation `count`: between what was durable and what was begun. */
export function allowedStates(run: Run, count: number): ReadonlySet<string> {
  let from = 0;
  let to = 0;
  for (const [index, at] of run.begun.entries()) {
    if (at < count) to = index;
    if (run.durable[index] === true && (run.acknowledged[index] ?? Number.POSITIVE_INFINITY) <= count) from = index;
  }
  const allowed = new Set(run.states.slice(from, Math.max(from, to) + 1));
  for (const [index, state] of run.refused ?? []) if (index >= from && index <= to) allowed.add(state);
  return allowed;
}

const digests = new WeakMap<Buffer, string>();

function digestOf(bytes: Buffer): string {
  const known = digests.get(bytes) ?? createHash('md5').update(bytes).digest('base64');
  digests.set(bytes, known);
  return known;
}

/** Equal for equal disks. */
export function imageKey(image: Image): string {
  const parts = [...image.tree()].map(([path, bytes]) => `${path} ${bytes === undefined ? '' : digestOf(bytes)}`);
  return createHash('md5').update(parts.join('\n')).digest('base64');
}

export type Tally = { states: number; seen: Set<string> };

/**
 * Checks every crash state from operation `first` to `last`. `depth`: how many further crashes, during the recovery
 * from the one before, are tried as well.
 */
export async function checkCrashes(
  run: Run,
  first: number,
  random: Random,
  tally: Tally,
  depth = 0,
  last = run.disk.ops.length,
): Promise<void> {
  const { base, ops } = run.disk;
  for (let count = first; count <= last; count += 1) {
    const allowed = allowedStates(run, count);
    // After a sync less is possible than before it; only an acknowledgement asks for more.
    if (ops[count - 1]?.kind === 'sync' && !run.acknowledged.includes(count)) continue;
    const context = createHash('md5').update([...allowed].join('\u0000')).digest('base64');
    for (const image of crashStates(base, ops, count, random)) {
      const key = imageKey(image) + context;
      if (tally.seen.has(key)) continue;
      tally.seen.add(key);
      tally.states += 1;
      try {
        await checkImage(image, allowed, random, tally, depth);
      } catch (error) {
        throw new Error(`after operation ${count} of ${ops.length}: ${tell(ops, count)}\n${listing(image)}`, { cause: error });
      }
    }
  }
}

async function checkImage(image: Image, allowed: ReadonlySet<string>, random: Random, tally: Tally, depth: number): Promise<void> {
  const disk = new ModelDisk(image);
  const store = await openStore(disk);
  const state = describeState(store.state);
  assert.deepEqual(store.status, { kind: 'ready' }, 'it takes changes');
  assert.ok(allowed.has(state), `a state that was never acknowledged nor asked for:\n${state}\n---\n${[...allowed].join('\n--\n')}`);
  checkBytes(store, disk);
  await store.close();
  assert.equal(disk.openFiles, 0, 'every file is closed');
  // Many crashes come to the same end.
  const end = `${imageKey(disk.live)} ${state}`;
  if (!tally.seen.has(end)) {
    tally.seen.add(end);
    const again = new ModelDisk(disk.live);
    const second = await openStore(again);
    assert.equal(describeState(second.state), state, 'opening again changes nothing');
    await second.close();
    assert.deepEqual(again.ops.filter((op) => op.kind !== 'sync'), [], 'opening again writes nothing');
  }
  if (depth > 0) {
    const recovery: Run = { disk, states: [state], begun: [0], acknowledged: [0], durable: [true] };
    await checkCrashes(recovery, 0, random, tally, depth - 1);
  }
}

function tell(ops: readonly DiskOp[], count: number): string {
  const lines = ops.slice(Math.max(0, count - 12), count).map((op) => {
    const { kind } = op;
    if (op.kind === 'write') return `write ${op.file} at ${op.offset}, ${op.bytes.length} bytes`;
    if (op.kind === 'truncate') return `truncate ${op.file} to ${op.length}`;
    if (op.kind === 'link') return `link ${op.name} = ${op.node.id} in ${op.folder}`;
    if (op.kind === 'unlink') return `unlink ${op.name} in ${op.folder}`;
    if (op.kind === 'rename') return `rename ${op.from} to ${op.name} (${op.node.id})`;
    return op.kind === 'sync' ? `sync ${op.node}` : kind;
  });
  return `\n  ${lines.join('\n  ')}`;
}

function listing(image: Image): string {
  return [...image.tree()].map(([path, bytes]) => `  ${path} ${bytes?.length ?? ''}`).join('\n');
}
