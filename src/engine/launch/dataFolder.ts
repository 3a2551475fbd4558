import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { realSystem } from '../../disk/system.ts';

/** Where an engine keeps what. All of it is readable by the user alone. */
export type DataFolder = {
  readonly root: string;
  /** Names the generation of journal and snapshot that is the truth about files, jobs, events and models. */
  readonly current: string;
  /** Ballast, let go when the disk is full, so that the end of a job can still be written down. */
  readonly reserve: string;
  readonly files: string;
  readonly models: string;
  readonly quarantine: string;
  /** Token and port, kept so that outside clients survive a restart. */
  readonly access: string;
  /** Address of the running engine. */
  readonly address: string;
  readonly log: string;
  /** When an engine last looked at the clock, so that the next one notices a jump. */
  readonly clock: string;
};

export function dataFolderAt(root: string): DataFolder {
  return {
    root,
    current: join(root, 'CURRENT'),
    reserve: join(root, 'reserve'),
    files: join(root, 'files'),
    models: join(root, 'models'),
    quarantine: join(root, 'quarantine'),
    access: join(root, 'access.json'),
    address: join(root, 'engine.json'),
    log: join(root, 'engine.log'),
    clock: join(root, 'clock.json'),
  };
}

/** Whether a name in a data folder is that of a journal or a snapshot. */
export function isStoreFile(name: string): boolean {
  return /^(journal(-\d+)?\.log|snapshot-\d+)$/.test(name);
}

/** `TUNESMITH_HOME`, or the operating system's data directory for Tunesmith. */
export function defaultDataFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env['TUNESMITH_HOME']) {
    return env['TUNESMITH_HOME'];
  }
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Tunesmith');
  }
  if (platform === 'darwin') {
    return join(home, 'Library', 'Application Support', 'Tunesmith');
  }
  // The XDG specification ignores relative values.
  const xdg = env['XDG_DATA_HOME'];
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.local', 'share'), 'tunesmith');
}

/** Longest path of a Unix socket that every system takes (macOS has 104 bytes with the end mark). */
const maxSocketPath = 100;

/** Name of the local socket or pipe that at most one engine of this folder listens on. The folder must exist. */
export async function socketNameOf(root: string): Promise<string> {
  const real = await realSystem.realpath(root);
  const digest = createHash('sha256').update(`${userInfo().username}\n${real}`).digest('hex').slice(0, 24);
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\tunesmith-${digest}`;
  }
  const path = join(real, 'engine.sock');
  return Buffer.byteLength(path) <= maxSocketPath ? path : join(tmpdir(), `tunesmith-${digest}.sock`);
}
