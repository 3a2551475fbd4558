import { constants, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';

/** An open file, as far as we use it. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }>;
  write(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesWritten: number }>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  truncate(length: number): Promise<void>;
  stat(): Promise<Stats>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The calls through which everything below src/disk reaches the operating system. A test hands in another one that
 * fails at the n-th call; `platform` is part of it because directory sync and rename behave differently on Windows.
 */
export interface System {
  readonly platform: string;
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true; readonly mode?: number }): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<Stats>;
  lstat(path: string): Promise<Stats>;
  realpath(path: string): Promise<string>;
  readlink(path: string): Promise<string>;
  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): Promise<void>;
  /** Only an empty folder. */
  rmdir(path: string): Promise<void>;
  copyFile(from: string, to: string, mode?: number): Promise<void>;
  /** Bytes that this user may still write on the file system of a path. */
  freeBytes(path: string): Promise<number>;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs a task once, later; the answer takes it back. A task that waits keeps no process alive. */
  later(milliseconds: number, task: () => void): () => void;
}

const callSystem: System = {
  platform: process.platform,
  open: (path, flags, mode) => fs.open(path, flags, mode),
  rename: (from, to) => fs.rename(from, to),
  unlink: (path) => fs.unlink(path),
  mkdir: (path, options) => fs.mkdir(path, options),
  readdir: (path) => fs.readdir(path),
  stat: (path) => fs.stat(path),
  lstat: (path) => fs.lstat(path),
  realpath: (path) => fs.realpath(path),
  readlink: (path) => fs.readlink(path),
  rm: (path, options) => fs.rm(path, options),
  rmdir: (path) => fs.rmdir(path),
  copyFile: (from, to, mode) => fs.copyFile(from, to, mode),
  freeBytes: async (path) => {
    const { bavail, bsize } = await fs.statfs(path);
    return bavail * bsize;
  },
  later: (milliseconds, task) => {
    const timer = setTimeout(task, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('Cancelled'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      if (signal?.aborted) {
        stop();
      } else {
        signal?.addEventListener('abort', stop, { once: true });
      }
    }),
};

/** No handle is free, in this process or in the whole system. Others give theirs back in a moment. */
const noHandleFree = new Set(['EMFILE', 'ENFILE']);

/**
 * The same system, on which calls that need a handle wait for one, up to `patienceMs` each: a burst of requests may
 * use all that a process is allowed.
 */
export function waitingForHandles(system: System, patienceMs = 10_000): System {
  const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
    let waited = 0;
    for (let delay = 5; ; delay = Math.min(delay * 2, 250)) {
      try {
        return await call();
      } catch (error) {
        if (!noHandleFree.has(errorCode(error) ?? '') || waited >= patienceMs) {
          throw error;
        }
      }
      await system.sleep(delay);
      waited += delay;
    }
  };
  return {
    ...system,
    open: (path, flags, mode) => patiently(() => system.open(path, flags, mode)),
    readdir: (path) => patiently(() => system.readdir(path)),
    rm: (path, options) => patiently(() => system.rm(path, options)),
    copyFile: (from, to, mode) => patiently(() => system.copyFile(from, to, mode)),
  };
}

export const realSystem: System = waitingForHandles(callSystem);

/** For `copyFile`: fail instead of overwriting. */
export const failIfPresent = constants.COPYFILE_EXCL;

/** The system's code of an I/O error (`ENOENT`), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
