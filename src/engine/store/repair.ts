import { basename, join, relative } from 'node:path';
import { AppendLog } from '../../disk/appendLog.ts';
import { listFolder, makeFolder, readBytes, realSystem, replaceFile, type System } from '../../disk/files.ts';
import { freeName, quarantine } from '../../disk/quarantine.ts';
import { dataFolderAt } from '../launch/dataFolder.ts';
import { currentText, generationFiles, journalPath } from './generation.ts';
import { recover } from './recovery.ts';
import { headerRecord, writeSnapshot } from './snapshot.ts';
import { State } from './state.ts';
import { sweepBytes } from './sweep.ts';

export type Repair = {
  /** Why a repair was needed. */
  readonly damage: string;
  /** Where the damaged files are kept as they were, with the bytes that no record names any more. */
  readonly keptIn: string;
};

/**
 * Makes a damaged store writable again: what stood before the damage becomes a new generation. Damaged files are
 * copied to quarantine and never edited; bytes whose records are lost are moved there and never deleted. May be
 * begun again after a crash. The caller holds the folder's lock.
 * @returns undefined if nothing is damaged
 * @throws NewerStoreError; errors of the disk
 */
export async function repairStore(root: string, system: System = realSystem): Promise<Repair | undefined> {
  const layout = dataFolderAt(root);
  const { current, recovered } = await recover(root, layout.current, system);
  const damage =
    recovered?.damage ??
    (recovered === undefined && current.kind !== 'absent' ? `${layout.current} is damaged, and no journal is beside it` : undefined);
  if (damage === undefined) {
    return undefined;
  }
  await makeFolder(layout.quarantine, { mode: 0o700, system });
  const keptIn = await freeName(layout.quarantine, 'repair', system);
  await makeFolder(keptIn, { mode: 0o700, system });
  const names = (await listFolder(root, system)).map((entry) => entry.name);
  const files = generationFiles(names);
  for (const name of [...files.map((file) => file.name), ...names.filter((other) => other === basename(layout.current))]) {
    await replaceFile(join(keptIn, name), await readBytes(join(root, name), { system }), { mode: 0o600, system });
  }
  const state = recovered?.state ?? new State();
  for (const folder of [layout.files, layout.models]) {
    await makeFolder(folder, { mode: 0o700, system });
  }
  const move = async (path: string): Promise<void> => {
    await quarantine(path, join(keptIn, relative(root, join(path, '..'))), system);
  };
  await sweepBytes(layout, state, move, system);

  const sequence = recovered?.sequence ?? 0n;
  const generation = Math.max(0, ...files.map((file) => file.generation)) + 1;
  await writeSnapshot(root, generation, state, sequence, system);
  const header = [headerRecord(generation, sequence)];
  await (await AppendLog.create(journalPath(root, generation), header, { after: sequence, system })).close();
  await replaceFile(layout.current, currentText(generation), { mode: 0o600, system });
  return { damage, keptIn };
}
