import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { makeFolder, replaceFile } from './files.ts';
import { syncFolder } from './durable.ts';
import { realSystem, type System } from './system.ts';

/**
 * Writes a folder of files that appears whole or not at all: the files go to a temporary folder beside it, which then
 * gets the name. A folder that has the name already is removed first, so between the two there may be none.
 */
export async function writeFolder(
  path: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  system: System = realSystem,
): Promise<void> {
  const parent = dirname(path);
  await makeFolder(parent, { system });
  const temporary = join(parent, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await makeFolder(temporary, { system });
    for (const [name, content] of Object.entries(files)) {
      await replaceFile(join(temporary, name), content, { system });
    }
    await system.rm(path, { recursive: true, force: true });
    await system.rename(temporary, path);
  } catch (error) {
    await system.rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(parent, system);
}
