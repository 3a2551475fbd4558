import { readLog, type ReadLog } from '../../disk/appendLog.ts';
import { listFolder, type System } from '../../disk/files.ts';
import { magic } from '../../disk/logRecords.ts';
import type { Change } from './changes.ts';
import { generationFiles, journalPath, NewerStoreError, readCurrent, snapshotPath, type Current } from './generation.ts';
import { parseRecord, readSnapshot, type Header } from './snapshot.ts';
import { State } from './state.ts';

/** What is on disk, read without changing anything. */
export type Recovered = {
  readonly generation: number;
  readonly state: State;
  /** Number of the last record. */
  readonly sequence: bigint;
  readonly journal: ReadLog;
  /** Bytes of the snapshot. */
  readonly snapshotBytes: number;
  /** Why not everything could be read; `state` is what stood before the damage. */
  readonly damage?: string;
  /** The generation's own snapshot is damaged; everything was found in the generation before it. */
  readonly fromGenerationBefore?: boolean;
};

export type Found = {
  readonly current: Current;
  /** Undefined: there is no store yet. */
  readonly recovered: Recovered | undefined;
};

/**
 * Finds the state that the files in a data folder add up to.
 * @throws NewerStoreError
 */
export async function recover(root: string, currentPath: string, system: System): Promise<Found> {
  const current = await readCurrent(currentPath, system);
  if (current.kind === 'generation') {
    const recovered = await readGeneration(root, current.generation, system);
    if (recovered.damage === undefined) {
      return { current, recovered };
    }
    // One that points to nothing says as little as none.
    const files = generationFiles((await listFolder(root, system)).map((entry) => entry.name));
    if (files.some((file) => file.generation === current.generation)) {
      return { current, recovered };
    }
    return { current: { kind: 'damaged' }, recovered: (await newest(root, current, system)) ?? recovered };
  }
  return { current, recovered: await newest(root, current, system) };
}

/**
 * Without a word from `CURRENT`: the undamaged generation with the most records. One that was being written when the
 * program ended cannot have more than the one it was made from.
 */
async function newest(root: string, current: Current, system: System): Promise<Recovered | undefined> {
  const files = generationFiles((await listFolder(root, system)).map((entry) => entry.name));
  const generations = [...new Set(files.map((file) => file.generation))].toSorted((a, b) => b - a);
  let best: Recovered | undefined;
  for (const generation of generations) {
    const found = await readGeneration(root, generation, system);
    if (generation === 0 && current.kind === 'absent' && found.journal.damage?.kind === 'version') {
      throw new NewerStoreError(journalPath(root, 0), found.journal.damage.message.replace(/^.* version (\d+),.*$/, '$1'));
    }
    const better = best === undefined || (best.damage !== undefined && found.damage === undefined);
    if (better || (found.damage === undefined && found.sequence > (best?.sequence ?? 0n))) {
      best = found;
    }
  }
  return best;
}

const unread: ReadLog = { bytes: undefined, end: 0, sequence: 0n };

async function readGeneration(root: string, generation: number, system: System): Promise<Recovered> {
  const snapshot = await readSnapshot(root, generation, system);
  if (snapshot.kind === 'whole') {
    return replay(root, generation, snapshot.state, snapshot.sequence, snapshot.bytes, system);
  }
  if (generation > 1 || (generation === 1 && snapshot.kind === 'damaged')) {
    const before = await readGeneration(root, generation - 1, system);
    if (before.damage === undefined) {
      // Records that the journal before has lost are missed by their numbers.
      const replayed = await replay(root, generation, before.state, before.sequence, 0, system);
      if (replayed.damage === undefined) {
        return { ...replayed, fromGenerationBefore: true };
      }
    }
  }
  if (snapshot.kind === 'damaged') {
    const { state, reason } = snapshot;
    return { generation, state, sequence: 0n, journal: unread, snapshotBytes: 0, damage: reason };
  }
  if (generation > 1) {
    const damage = `${snapshotPath(root, generation)} is missing`;
    return { generation, state: new State(), sequence: 0n, journal: unread, snapshotBytes: 0, damage };
  }
  return replay(root, generation, new State(), 0n, 0, system);
}

async function replay(
  root: string,
  generation: number,
  state: State,
  after: bigint,
  snapshotBytes: number,
  system: System,
): Promise<Recovered> {
  const path = journalPath(root, generation);
  let header: Header | undefined;
  const journal = await readLog(
    path,
    (payload) => {
      const value = parseRecord(payload);
      if (Array.isArray(value)) {
        for (const change of value as readonly Change[]) {
          state.apply(change);
        }
      } else {
        header = value as Header;
      }
    },
    { after, system },
  );
  const found = { generation, state, sequence: journal.sequence, journal, snapshotBytes };
  if (journal.bytes === undefined) {
    return { ...found, damage: `${path} is missing` };
  }
  // The oldest versions created the journal in place: a power loss may have left rubbish in front of any record.
  const unborn = generation === 0 && journal.bytes.length <= magic.length;
  if (journal.damage !== undefined && !unborn) {
    return { ...found, damage: journal.damage.message };
  }
  if (generation > 0 && header?.generation !== generation) {
    return { ...found, damage: `${path} is damaged at its beginning; it was left as it is` };
  }
  return found;
}
