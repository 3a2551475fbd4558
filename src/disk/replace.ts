import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { overwriteInPlace, syncFolder, writeAll } from './durable.ts';
import { errorCode, isMissing, realSystem, type OpenFile, type System } from './system.ts';

export type ReplaceOptions = {
  /** Permissions of a new file; an existing file keeps its own. Default 0o666 less the umask. */
  readonly mode?: number;
  readonly signal?: AbortSignal;
  /** Runs on the complete, synced temporary file before it gets the name; throwing leaves the target as it was. */
  readonly verify?: (temporaryPath: string) => Promise<void>;
  /** How long a rename that Windows refuses because somebody holds the file open is repeated. Default 10,000. */
  readonly renamePatienceMs?: number;
  /** If somebody holds the target open for longer than that, what was written stays beside it (`FileHeldError`). */
  readonly keepIfHeld?: boolean;
  readonly system?: System;
};

/** Another program holds the file open, so that Windows lets nobody replace it. */
export class FileHeldError extends Error {
  override readonly name = 'FileHeldError';
  readonly code: string;
  readonly path: string;
  /** Where the new content is, whole and durable. */
  readonly keptAt: string;

  constructor(path: string, keptAt: string, cause: unknown) {
    super(`${path} is held open by another program (${errorCode(cause)}). What was to be written is kept in ${keptAt}`, { cause });
    this.code = errorCode(cause) ?? '';
    this.path = path;
    this.keptAt = keptAt;
  }
}

export type Content = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** A file in the making. Exactly one of `commit` and `discard` ends it; `discard` after either does nothing. */
export interface Replacement {
  /** The file that will be replaced, symbolic links resolved. */
  readonly target: string;
  readonly temporaryPath: string;
  write(chunk: string | Uint8Array): Promise<void>;
  /** Makes the content durable and closes it, still under its temporary name; `commit` does it if need be. */
  finish(): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Replaces the content of a file, or creates it, so that at any moment, also after a crash, the name shows the
 * whole old or the whole new content. On failure or cancellation nothing is left behind.
 * The order (sync, then rename, then sync of the folder) is the one that survives a power loss.
 */
export async function replaceFile(path: string, content: Content, options: ReplaceOptions = {}): Promise<void> {
  const replacement = await startReplacement(path, options);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      await replacement.write(content);
    } else {
      for await (const chunk of content) {
        await replacement.write(chunk);
      }
    }
    await replacement.commit();
  } catch (error) {
    await replacement.discard();
    throw error;
  }
}

/** The same in steps, for content that is pushed or for several files that must appear together. */
export async function startReplacement(path: string, options: ReplaceOptions = {}): Promise<Replacement> {
  const system = options.system ?? realSystem;
  const { signal } = options;
  signal?.throwIfAborted();
  const target = await resolveLinks(path, system);
  const temporaryPath = join(dirname(target), `${temporaryPrefix(target)}${randomBytes(6).toString('hex')}.tmp`);
  const old = await system.stat(target).catch((error: unknown) => {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  });
  if (old?.isDirectory()) {
    throw Object.assign(new Error(`EISDIR: is a directory, replace '${target}'`), { code: 'EISDIR', path: target });
  }
  // wx: never write through a name that somebody else put there.
  const file = await system.open(temporaryPath, 'wx', options.mode ?? 0o666);
  let state: 'open' | 'finished' | 'committed' | 'discarded' = 'open';
  // A rename would cut the other names of a hard-linked file loose, and take a file away from its owner.
  let keepInode = old !== undefined && old.nlink > 1;

  const writer = new ChunkWriter(file);
  const replacement: Replacement = {
    target,
    temporaryPath,
    async write(chunk) {
      signal?.throwIfAborted();
      await writer.write(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
    },
    async finish() {
      if (state !== 'open') {
        return;
      }
      await writer.flush();
      if (old !== undefined && system.platform !== 'win32') {
        keepInode ||= !(await takeOwnerAndMode(file, old));
      }
      await file.sync();
      state = 'finished';
      await file.close();
      await options.verify?.(temporaryPath);
    },
    async commit() {
      await replacement.finish();
      signal?.throwIfAborted();
      if (keepInode) {
        await overwriteInPlace(target, temporaryPath, system);
        await system.unlink(temporaryPath);
      } else {
        await renamePatiently(temporaryPath, target, options.renamePatienceMs ?? 10_000, system, signal).catch(async (error: unknown) => {
          if (options.keepIfHeld !== true || !isHeldOpen(error, system)) {
            throw error;
          }
          const keptAt = await setAside(temporaryPath, `${target}.unsaved`, system);
          state = 'committed';
          throw new FileHeldError(target, keptAt, error);
        });
      }
      state = 'committed';
      await syncFolder(dirname(target), system);
    },
    async discard() {
      if (state === 'committed' || state === 'discarded') {
        return;
      }
      if (state === 'open') {
        await file.close().catch(() => undefined);
      }
      state = 'discarded';
      await system.unlink(temporaryPath).catch(() => undefined);
    },
  };
  return replacement;
}

/**
 * Removes what earlier replacements of this file left behind when their process was killed. What is younger than
 * `olderThanMs` may belong to a replacement that is under way.
 */
export async function removeLeftovers(
  path: string,
  olderThanMs: number,
  system: System = realSystem,
): Promise<void> {
  const folder = dirname(resolve(path));
  const prefix = temporaryPrefix(path);
  for (const name of await system.readdir(folder)) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{12}\.tmp(\.old)?$/.test(name.slice(prefix.length))) continue;
    const leftover = join(folder, name);
    const found = await system.stat(leftover).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > olderThanMs) {
      await system.unlink(leftover).catch(() => undefined);
    }
  }
}

function temporaryPrefix(target: string): string {
  return `.${basename(target).slice(0, 100)}.`;
}

/** Collects small pieces, so that a line is not a system call. */
class ChunkWriter {
  readonly #file: OpenFile;
  readonly #buffer = Buffer.allocUnsafe(256 * 1024);
  #used = 0;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#used + bytes.length > this.#buffer.length) {
      await this.flush();
    }
    if (bytes.length > this.#buffer.length) {
      await writeAll(this.#file, bytes);
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  async flush(): Promise<void> {
    const used = this.#used;
    this.#used = 0;
    await writeAll(this.#file, this.#buffer.subarray(0, used));
  }
}

/** Follows links even if the last one points to nothing yet: the file is then created where it points. */
async function resolveLinks(path: string, system: System, depth = 0): Promise<string> {
  try {
    return await system.realpath(path);
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  const link = depth < 40 ? await system.readlink(path).catch(() => undefined) : undefined;
  if (link !== undefined) {
    return resolveLinks(resolve(dirname(path), link), system, depth + 1);
  }
  return join(await system.realpath(dirname(resolve(path))), basename(path));
}

async function takeOwnerAndMode(
  file: OpenFile,
  old: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<boolean> {
  const mine = await file.stat();
  if (mine.uid !== old.uid || mine.gid !== old.gid) {
    try {
      await file.chown(old.uid, old.gid);
    } catch {
      return false;
    }
  }
  await file.chmod(old.mode & 0o7777);
  return true;
}

/** Antivirus, indexers and editors hold files open for moments; Windows then refuses with one of these. */
const heldOpen = new Set(['EPERM', 'EACCES', 'EBUSY']);

function isHeldOpen(error: unknown, system: System): boolean {
  return system.platform === 'win32' && heldOpen.has(errorCode(error) ?? '');
}

/** Gives what cannot get its name another one, which no later replacement sweeps away. */
async function setAside(from: string, to: string, system: System): Promise<string> {
  try {
    // Only Windows holds files open, and it syncs no folders.
    await system.rename(from, to);
    return to;
  } catch {
    return from;
  }
}

async function renamePatiently(
  from: string,
  to: string,
  patienceMs: number,
  system: System,
  signal: AbortSignal | undefined,
): Promise<void> {
  let waited = 0;
  for (let delay = 5; ; delay = Math.min(delay * 2, 500)) {
    try {
      await system.rename(from, to);
      return;
    } catch (error) {
      if (!isHeldOpen(error, system) || waited >= patienceMs) {
        throw error;
      }
    }
    await system.sleep(delay, signal);
    waited += delay;
  }
}
