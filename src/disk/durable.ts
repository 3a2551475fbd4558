import { dirname } from 'node:path';
import { realSystem, type OpenFile, type System } from './system.ts';

/** Makes a new, renamed or removed name in a folder durable. Windows cannot do it. */
export async function syncFolder(path: string, system: System = realSystem): Promise<void> {
  if (system.platform === 'win32') {
    return;
  }
  const folder = await system.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** write(2) may take less than it was given. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, null);
    if (bytesWritten === 0) {
      throw Object.assign(new Error('EIO: the disk accepted no more bytes'), { code: 'EIO' });
    }
    written += bytesWritten;
  }
}

/** Overwrites a file that must keep its inode; a synced copy of the old content stands by until it is done. */
export async function overwriteInPlace(target: string, source: string, system: System): Promise<void> {
  const backup = `${source}.old`;
  await system.copyFile(target, backup);
  try {
    await syncFile(backup, system);
    await syncFolder(dirname(backup), system);
    try {
      await copyInto(source, target, system);
    } catch (error) {
      await copyInto(backup, target, system);
      throw error;
    }
  } catch (error) {
    await system.unlink(backup).catch(() => undefined);
    throw error;
  }
  await system.unlink(backup);
}

async function syncFile(path: string, system: System): Promise<void> {
  const file = await system.open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copyInto(from: string, to: string, system: System): Promise<void> {
  const source = await system.open(from, 'r');
  try {
    const target = await system.open(to, 'r+');
    try {
      const buffer = Buffer.allocUnsafe(256 * 1024);
      let length = 0;
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) {
          break;
        }
        await writeAll(target, buffer.subarray(0, bytesRead));
        length += bytesRead;
      }
      await target.truncate(length);
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
