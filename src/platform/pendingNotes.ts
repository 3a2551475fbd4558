import { join } from 'node:path';
import { parsePendingJob, type PendingJob } from '../core/jobs/pendingJob.ts';
import { listFolder, makeFolder, readText, removeTree, replaceJson } from '../disk/files.ts';

/**
 * Requests for jobs whose answer has not come, each in a file of its own. On the disk, because the editor's own memory
 * is written a moment later: a window that is reloaded right then would ask, and pay, a second time.
 */
export class PendingNotes {
  readonly #folder: string;

  /** `folder`: the extension's own, shared by all windows. */
  constructor(folder: string) {
    this.#folder = join(folder, 'pending');
  }

  async all(): Promise<readonly PendingJob[]> {
    const files = (await listFolder(this.#folder)).filter(({ name }) => name.endsWith('.json'));
    return (await Promise.all(files.map(({ name }) => this.#read(join(this.#folder, name))))).filter((job) => job !== undefined);
  }

  /** Durable once it resolves. */
  async expect(job: PendingJob): Promise<void> {
    await makeFolder(this.#folder, { mode: 0o700 });
    await replaceJson(this.#pathOf(job.requestId), job, { mode: 0o600 });
  }

  async settle(requestId: string): Promise<void> {
    await removeTree(this.#pathOf(requestId));
  }

  /** After a connection is removed. */
  async forgetConnection(connectionId: string): Promise<void> {
    const own = (await this.all()).filter((job) => job.connectionId === connectionId);
    await Promise.all(own.map(({ requestId }) => this.settle(requestId)));
  }

  #pathOf(requestId: string): string {
    return join(this.#folder, `${requestId}.json`);
  }

  /** What is too old, or no note at all, goes away. */
  async #read(path: string): Promise<PendingJob | undefined> {
    try {
      const job = parsePendingJob(await readText(path, { maxBytes: 4 * 1024 * 1024 }), Date.now());
      if (job === undefined) await removeTree(path);
      return job;
    } catch {
      // Another window has just settled it.
      return undefined;
    }
  }
}
