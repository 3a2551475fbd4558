import { join } from 'node:path';
import { listFolder, removeTree, type System } from '../../disk/files.ts';
import type { DataFolder } from '../launch/dataFolder.ts';
import { generationFiles } from './generation.ts';
import { neededDirectories } from './models.ts';
import { isActive, type State } from './state.ts';

/** What to do with something that no record names. */
export type Disposal = (path: string) => Promise<void>;

/** Files of the API, parts of uploads, and files that a job at work still reads. */
export function usedFiles(state: State): ReadonlySet<string> {
  const used = new Set(state.files.keys());
  for (const uploadId of state.uploads.keys()) {
    for (const part of state.uploadParts(uploadId)) {
      used.add(part.id);
    }
  }
  for (const { wire } of [...state.jobs.values()].filter(isActive)) {
    used.add(wire.training_file);
    if (wire.validation_file !== null) {
      used.add(wire.validation_file);
    }
  }
  return used;
}

/** Folders below `models/` that a model or a job at work needs. */
export function usedDirectories(state: State): ReadonlySet<string> {
  const active = [...state.jobs.values()].filter(isActive);
  return neededDirectories(
    state,
    active.flatMap((job) => [job.baseDirectory, job.saved?.directory].filter((name) => name != null)),
  );
}

/** Disposes of bytes and folders that no record names. */
export async function sweepBytes(layout: DataFolder, state: State, dispose: Disposal, system: System): Promise<void> {
  const used = usedFiles(state);
  for (const entry of await listFolder(layout.files, system)) {
    if (!used.has(entry.name)) {
      await dispose(join(layout.files, entry.name));
    }
  }
  await sweepModels(layout.models, '', [...usedDirectories(state)], dispose, system);
}

/** The same below one folder of models. */
export async function sweepModels(
  models: string,
  directory: string,
  needed: readonly string[],
  dispose: Disposal,
  system: System,
): Promise<void> {
  for (const entry of await listFolder(join(models, ...directory.split('/')), system)) {
    const child = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (needed.includes(child)) {
      continue;
    }
    if (needed.some((name) => name.startsWith(`${child}/`))) {
      await sweepModels(models, child, needed, dispose, system);
    } else {
      await dispose(join(models, ...child.split('/')));
    }
  }
}

/** Removes temporary files, and generations but the present one and the one before it. */
export async function sweepGenerations(root: string, present: number, system: System): Promise<void> {
  const names = (await listFolder(root, system)).map((entry) => entry.name);
  const files = generationFiles(names);
  const before = Math.max(-1, ...files.map((file) => file.generation).filter((generation) => generation < present));
  const old = files.filter(({ generation }) => generation !== present && generation !== before).map((file) => file.name);
  const temporary = names.filter((name) => /^\.(CURRENT|journal-\d+\.log|snapshot-\d+)\.[0-9a-f]{12}\.tmp$/.test(name));
  for (const name of [...old, ...temporary]) {
    await removeTree(join(root, name), system);
  }
}

/** Removes what was being copied to quarantine when the program ended; the original is still in its place. */
export async function sweepQuarantine(folder: string, system: System): Promise<void> {
  for (const entry of await listFolder(folder, system)) {
    if (entry.kind === 'folder' && /^repair(-\d+)?$/.test(entry.name)) {
      await sweepQuarantine(join(folder, entry.name), system);
    } else if (/^\..*\.[0-9a-f]{12}\.tmp$/.test(entry.name)) {
      await removeTree(join(folder, entry.name), system);
    }
  }
}
