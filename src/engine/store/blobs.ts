import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { listFolder, sha256File, stat, type System } from '../../disk/files.ts';
import { quarantine } from '../../disk/quarantine.ts';

/** Bytes that a record names are not there, or not what they were. */
export class BytesLostError extends Error {
  override readonly name = 'BytesLostError';
  /** Where the damaged bytes are kept; undefined if there are none. */
  readonly keptAt: string | undefined;

  constructor(what: string, keptAt: string | undefined) {
    super(
      keptAt === undefined
        ? `The bytes of ${what} are no longer on the disk.`
        : `The bytes of ${what} were damaged on the disk (wrong checksum). They are kept in ${keptAt}.`,
    );
    this.keptAt = keptAt;
  }
}

/** SHA-256 over the names, lengths and contents of all files in a folder, in the order of their names. */
export async function treeDigest(folder: string, system: System): Promise<string> {
  const hash = createHash('sha256');
  const walk = async (path: string, prefix: string): Promise<void> => {
    for (const entry of await listFolder(path, system)) {
      const name = `${prefix}${entry.name}`;
      if (entry.kind === 'folder') {
        await walk(join(path, entry.name), `${name}/`);
      } else {
        hash.update(`${JSON.stringify(name)} ${await sha256File(join(path, entry.name), { system })}\n`);
      }
    }
  };
  await walk(folder, '');
  return hash.digest('hex');
}

/**
 * Compares what is at `path` with its checksum. What is wrong is moved to quarantine, never deleted; without a folder
 * for that, where nothing may be changed, it stays.
 * @throws BytesLostError
 */
export async function checkBytes(
  what: string,
  path: string,
  expected: string,
  digest: (path: string, system: System) => Promise<string>,
  quarantineFolder: string | undefined,
  system: System,
): Promise<void> {
  if ((await stat(path, system)) === undefined) {
    throw new BytesLostError(what, undefined);
  }
  if ((await digest(path, system)) !== expected) {
    throw new BytesLostError(what, quarantineFolder === undefined ? path : await quarantine(path, quarantineFolder, system));
  }
}
