import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from './durable.ts';
import { replaceFile } from './replace.ts';
import { failIfPresent, isMissing, realSystem, type System } from './system.ts';

export { syncFolder } from './durable.ts';
export { FileHeldError, removeLeftovers, replaceFile, startReplacement } from './replace.ts';
export type { Content, ReplaceOptions, Replacement } from './replace.ts';
export {
  FileTooLargeError,
  LineTooLongError,
  readBytes,
  readChunks,
  readLines,
  readText,
  sha256File,
  splitLines,
} from './reading.ts';
export type { Line } from './reading.ts';
export { errorCode, isMissing, realSystem } from './system.ts';
export type { OpenFile, System } from './system.ts';

type FileStat = {
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  /** Milliseconds since 1970, with fractions where the file system keeps them. */
  readonly modifiedMs: number;
  readonly mode: number;
};

/** The folder where a person keeps what is theirs. */
export function homeFolder(): string {
  return homedir();
}

/** What is at the path (links followed); undefined if nothing is. */
export async function stat(path: string, system: System = realSystem): Promise<FileStat | undefined> {
  try {
    const found = await system.stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, bytes: found.size, modifiedMs: found.mtimeMs, mode: found.mode & 0o7777 };
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Creates a folder and the ones above it; an existing one is left as it is. The new name is made durable.
 * @returns the topmost folder that was created, for `removeEmptyFolders`, or undefined
 */
export async function makeFolder(
  path: string,
  options: { readonly mode?: number; readonly system?: System } = {},
): Promise<string | undefined> {
  const system = options.system ?? realSystem;
  const mode = options.mode === undefined ? {} : { mode: options.mode };
  const first = await system.mkdir(path, { recursive: true, ...mode });
  if (first !== undefined) {
    // Each new folder is an entry of the one above it.
    const top = resolve(first);
    try {
      for (let folder = resolve(path); ; folder = dirname(folder)) {
        await syncFolder(dirname(folder), system);
        if (folder === top || folder === dirname(folder)) break;
      }
    } catch (error) {
      // Whoever tries again must not take them for durable.
      await removeEmptyFolders(path, first, system);
      throw error;
    }
  }
  return first;
}

/** Takes back what `makeFolder(path)` created, as far as it is still empty. Never fails. */
export async function removeEmptyFolders(path: string, topmost: string, system: System = realSystem): Promise<void> {
  try {
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await system.rmdir(folder);
      if (folder === resolve(topmost) || folder === dirname(folder)) return;
    }
  } catch {
    // Somebody put something there: it stays.
  }
}

/** Removes a file or a folder with everything in it. Nothing there is no error. Links are removed, not followed. */
export async function removeTree(path: string, system: System = realSystem): Promise<void> {
  await system.rm(path, { recursive: true, force: true });
}

/**
 * Removes what is at `names` below a folder, unless a link on the way leads elsewhere: then nothing is removed. The
 * last name may be a link, which is removed itself.
 */
export async function removeBelow(folder: string, names: readonly string[], system: System = realSystem): Promise<void> {
  for (let depth = 1; depth < names.length; depth += 1) {
    if (await isLink(join(folder, ...names.slice(0, depth)), system)) return;
  }
  await removeTree(join(folder, ...names), system);
}

/**
 * For a folder that belongs to us: somebody may have put a link there to make us write elsewhere.
 * @throws with code ELOOP if the path is a link
 */
export async function refuseLink(path: string, system: System = realSystem): Promise<void> {
  if (!(await isLink(path, system))) return;
  throw Object.assign(new Error(`ELOOP: '${path}' is a link`), { code: 'ELOOP', path });
}

async function isLink(path: string, system: System): Promise<boolean> {
  try {
    return (await system.lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

type FolderEntry = FileStat & { readonly name: string };

/** What is in a folder, by name; an absent folder is empty. Entries that vanish meanwhile are left out. */
export async function listFolder(path: string, system: System = realSystem): Promise<readonly FolderEntry[]> {
  let names: string[];
  try {
    names = await system.readdir(path);
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
  const entries: FolderEntry[] = [];
  for (const name of names.toSorted()) {
    const found = await stat(join(path, name), system);
    if (found !== undefined) {
      entries.push({ name, ...found });
    }
  }
  return entries;
}

/** Bytes of all files in a file or folder; links are not followed. */
export async function treeBytes(path: string, system: System = realSystem): Promise<number> {
  try {
    const found = await system.lstat(path);
    if (!found.isDirectory()) {
      return found.isFile() ? found.size : 0;
    }
    let bytes = 0;
    for (const name of await system.readdir(path)) {
      bytes += await treeBytes(join(path, name), system);
    }
    return bytes;
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
}

/**
 * Copies the files of a folder into another one, which is created if need be.
 * @throws with code EEXIST, before copying anything, if one of the files is there already
 */
export async function copyTree(from: string, to: string, system: System = realSystem): Promise<readonly string[]> {
  const files = await filesBelow(from, '', system);
  for (const file of files) {
    if ((await stat(join(to, file), system)) !== undefined) {
      const path = join(to, file);
      throw Object.assign(new Error(`EEXIST: file already exists, copy to '${path}'`), { code: 'EEXIST', path });
    }
  }
  await makeFolder(to, { system });
  for (const file of files) {
    await makeFolder(dirname(join(to, file)), { system });
    await system.copyFile(join(from, file), join(to, file), failIfPresent);
  }
  return files;
}

async function filesBelow(root: string, folder: string, system: System): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await listFolder(join(root, folder), system)) {
    const path = join(folder, entry.name);
    if (entry.kind === 'folder') {
      files.push(...(await filesBelow(root, path, system)));
    } else if (entry.kind === 'file') {
      files.push(path);
    }
  }
  return files;
}

/** Replaces a JSON file (two spaces, final line feed). */
export async function replaceJson(
  path: string,
  value: unknown,
  options: Parameters<typeof replaceFile>[2] = {},
): Promise<void> {
  await replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, options);
}
