import { join } from 'node:path';
import { listFolder, removeTree, stat, treeBytes } from '../../disk/files.ts';
import type { DiskUse } from '../../protocol/launch.ts';
import { dataFolderAt, isStoreFile, socketNameOf } from './dataFolder.ts';
import { claimFolder } from './lock.ts';

/** Whether an engine ever kept something in a data folder. */
export async function hasStore(dataFolder: string): Promise<boolean> {
  return (await listFolder(dataFolder)).some((entry) => entry.name === 'CURRENT' || isStoreFile(entry.name));
}

/** What the data folder of an engine takes on the disk. */
export async function diskUse(dataFolder: string): Promise<DiskUse> {
  const folder = dataFolderAt(dataFolder);
  const jobs: { jobId: string; bytes: number }[] = [];
  // Each job keeps its model and checkpoints in a folder of its own.
  for (const { name } of await listFolder(folder.models)) {
    jobs.push({ jobId: name, bytes: await treeBytes(join(folder.models, name)) });
  }
  const [files, models, all] = await Promise.all([
    treeBytes(folder.files),
    treeBytes(folder.models),
    treeBytes(folder.root),
  ]);
  return { files, models, other: Math.max(0, all - files - models), jobs: jobs.toSorted((a, b) => b.bytes - a.bytes) };
}

/** Only what the engine itself made; token and port stay, so that outside clients need no new ones. */
export async function deleteData(dataFolder: string): Promise<void> {
  const folder = dataFolderAt(dataFolder);
  if ((await stat(folder.root)) === undefined) {
    return;
  }
  const lock = await claimFolder(await socketNameOf(folder.root));
  if (lock === undefined) {
    throw new Error('The Local engine is running. Stop it before deleting its data.');
  }
  try {
    const { current, files, models, quarantine, reserve, clock, log } = folder;
    for (const path of [current, files, models, quarantine, reserve, clock, log, `${log}.old`]) {
      await removeTree(path);
    }
    for (const entry of await listFolder(folder.root)) {
      // Also temporary files of replacements that a crash interrupted.
      const leftover = /^\.[A-Za-z0-9.-]+\.[0-9a-f]{12}\.tmp$/.test(entry.name);
      if (entry.kind === 'file' && (leftover || isStoreFile(entry.name))) {
        await removeTree(join(folder.root, entry.name));
      }
    }
  } finally {
    await lock.release();
  }
}
