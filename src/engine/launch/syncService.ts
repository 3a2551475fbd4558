import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { stat } from '../../disk/files.ts';
import { realSystem } from '../../disk/system.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Names of folders that the programs of these services make, by default on each system. */
const folderNames: readonly (readonly [RegExp, string])[] = [
  [/^OneDrive(?: - .+|-.+)?$/i, 'OneDrive'],
  [/^Dropbox(?: \(.+\)|-.+)?$/i, 'Dropbox'],
  [/^(?:iCloud ?Drive|com~apple~CloudDocs|Mobile Documents)$/i, 'iCloud Drive'],
  [/^(?:Google ?Drive|GoogleDrive-.+|DriveFS)$/i, 'Google Drive'],
  [/^Nextcloud\d*$/i, 'Nextcloud'],
];

/** Variables in which a service tells where its folder is. */
const variables: readonly (readonly [string, string])[] = [
  ['OneDrive', 'OneDrive'],
  ['OneDriveConsumer', 'OneDrive'],
  ['OneDriveCommercial', 'OneDrive'],
];

/** What lies at the top of a folder that a service keeps in step, wherever the user has put it. */
const marks: readonly (readonly [string, string])[] = [
  ['.dropbox.cache', 'Dropbox'],
  ['.stfolder', 'Syncthing'],
];

/**
 * The service that keeps a folder in step with other machines, as far as it can be seen: by the names of the folders
 * above it, links followed, by its own variables, and by what it leaves in its folder. The folder need not exist yet.
 */
export async function syncServiceOf(path: string, env: Env = process.env, home: string = homedir()): Promise<string | undefined> {
  const real = await realPathOf(path);
  for (const [name, service] of variables) {
    const root = env[name];
    if (root && isBelow(real, await realPathOf(root))) {
      return service;
    }
  }
  const parts = real.split(/[\\/]/);
  for (const [pattern, service] of folderNames) {
    if (parts.some((part) => pattern.test(part))) {
      return service;
    }
  }
  for (let folder = real; folder !== dirname(folder) && folder !== home; folder = dirname(folder)) {
    for (const [name, service] of marks) {
      if ((await stat(join(folder, name)).catch(() => undefined)) !== undefined) {
        return service;
      }
    }
  }
  return undefined;
}

export function syncWarning(path: string, service: string): string {
  return (
    `The data folder ${path} is inside ${service}, which may lock, move away or double the engine's files while it works. ` +
    'Name a folder elsewhere in the environment variable TUNESMITH_HOME.'
  );
}

/** The path without links; of what does not exist yet, that of the part that does. */
async function realPathOf(path: string): Promise<string> {
  for (let [existing, rest] = [path, ''] as [string, string]; ; ) {
    try {
      return join(await realSystem.realpath(existing), rest);
    } catch {
      const above = dirname(existing);
      if (above === existing) {
        return path;
      }
      rest = join(existing.slice(above.length).replace(/^[\\/]/, ''), rest);
      existing = above;
    }
  }
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
