import { join } from 'node:path';
import { syncFolder } from './durable.ts';
import { realSystem, type System } from './system.ts';

/** Makes a folder and every file below it durable, files before the folders that name them. */
export async function syncTree(folder: string, system: System = realSystem): Promise<void> {
  for (const name of await system.readdir(folder)) {
    const path = join(folder, name);
    const found = await system.lstat(path);
    if (found.isDirectory()) {
      await syncTree(path, system);
    } else if (found.isFile()) {
      // Windows syncs only through a handle that may write.
      const file = await system.open(path, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }
  await syncFolder(folder, system);
}
