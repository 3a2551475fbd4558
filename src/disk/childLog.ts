import * as fs from 'node:fs/promises';
import { isMissing } from './system.ts';

/**
 * Opens a log for appending, to be handed to a child process as its output (`fd`). A log that has grown beyond
 * `maxBytes` is kept once under the same name with `.old` and begun anew. Readable only by the user.
 */
export async function openChildLog(
  path: string,
  maxBytes: number,
): Promise<{ readonly fd: number; close(): Promise<void> }> {
  try {
    if ((await fs.stat(path)).size > maxBytes) {
      await fs.rename(path, `${path}.old`);
    }
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  const file = await fs.open(path, 'a', 0o600);
  return { fd: file.fd, close: () => file.close() };
}
