import { dirname } from 'node:path';
import { AppendLog } from '../../disk/appendLog.ts';
import { makeFolder, replaceFile, syncFolder, type System } from '../../disk/files.ts';
import type { DataFolder } from '../launch/dataFolder.ts';
import { currentText, journalPath } from './generation.ts';
import type { Recovered } from './recovery.ts';
import { headerRecord } from './snapshot.ts';
import { State } from './state.ts';
import type { StoreStatus } from './status.ts';

/** What a store begins with. */
export type Opened = {
  readonly state: State;
  readonly status: StoreStatus;
  readonly notes: readonly string[];
  readonly generation: number;
  readonly snapshotBytes: number;
  readonly log: AppendLog | undefined;
};

/** For what is damaged or cannot be written. */
export function readOnly(recovered: Recovered | undefined, damage: string, repairable: boolean): Opened {
  const state = recovered?.state ?? new State();
  for (const { wire } of state.jobs.values()) {
    if (wire.status === 'running' || wire.status === 'pausing') {
      // Nothing trains. On disk it stays as it is and is taken up once the store can be written again.
      state.apply({ kind: 'jobChanged', id: wire.id, wire: { status: 'queued' } });
    }
  }
  const hint = repairable ? ' What stood before the damage is shown. `tunesmith engine --repair` goes on from there.' : '';
  const reason = `The store is read-only: ${damage}.${hint}`;
  return {
    state,
    status: { kind: 'readOnly', reason, repairable },
    notes: [reason],
    generation: recovered?.generation ?? 0,
    snapshotBytes: 0,
    log: undefined,
  };
}

/** Creates what is missing, cuts off what a crash tore. `recovered` is undamaged; undefined for a new store. */
export async function openForWriting(layout: DataFolder, recovered: Recovered | undefined, system: System): Promise<Opened> {
  const { root } = layout;
  await makeFolder(layout.files, { mode: 0o700, system });
  await makeFolder(layout.models, { mode: 0o700, system });
  // A process that was killed may have made the folder without making its name durable.
  await syncFolder(dirname(root), system);
  const status = { kind: 'ready' } as const;
  if (recovered === undefined) {
    const log = await AppendLog.create(journalPath(root, 1), [headerRecord(1, 0n)], { system });
    await replaceFile(layout.current, currentText(1), { mode: 0o600, system }).catch(async (error: unknown) => {
      await log.close().catch(() => undefined);
      throw error;
    });
    return { state: new State(), status, notes: [], generation: 1, snapshotBytes: 0, log };
  }
  const { state, generation, snapshotBytes, journal } = recovered;
  const path = journalPath(root, generation);
  const log = await AppendLog.continue(path, journal, { quarantineFolder: layout.quarantine, system });
  const notes: string[] = [];
  if (log.cutBytes > 0) {
    notes.push(`cut ${log.cutBytes} bytes of an unfinished record off the journal; they are kept in ${layout.quarantine}`);
  }
  return { state, status, notes, generation, snapshotBytes, log };
}
