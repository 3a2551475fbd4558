import { basename, dirname, join } from 'node:path';
import { syncFolder } from './durable.ts';
import { makeFolder, stat } from './files.ts';
import { realSystem, type System } from './system.ts';

/** A name in a folder that nothing has yet. */
export async function freeName(folder: string, name: string, system: System = realSystem): Promise<string> {
  for (let copy = 0; ; copy += 1) {
    const path = join(folder, copy === 0 ? name : `${name}-${copy}`);
    if ((await stat(path, system)) === undefined) {
      return path;
    }
  }
}

/**
 * Moves a file or folder that cannot be trusted out of the way without deleting it. Both must be on one file system.
 * @returns where it is now
 */
export async function quarantine(path: string, folder: string, system: System = realSystem): Promise<string> {
  await makeFolder(folder, { mode: 0o700, system });
  const kept = await freeName(folder, basename(path), system);
  await system.rename(path, kept);
  await syncFolder(folder, system);
  await syncFolder(dirname(path), system);
  return kept;
}
