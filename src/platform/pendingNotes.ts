import { basename, join } from 'node:path';
import { parsePendingJob, type PendingJob } from '../core/jobs/pendingJob.ts';
import { listFolder, makeFolder, readText, removeTree, replaceJson } from '../disk/files.ts';
import { isMissing } from '../disk/system.ts';
import type { SpendingLedger } from './spending.ts';

const ending = '.json';

/**
 * Requests for jobs whose answer has not come, each in a file of its own. On the disk, because the editor's own memory
 * is written a moment later: a window that is reloaded right then would ask, and pay, a second time.
 */
export class PendingNotes {
  readonly #folder: string;
  readonly #spending: Pick<SpendingLedger, 'settle'>;

  /** `folder`: the extension's own, shared by all windows. */
  constructor(folder: string, spending: Pick<SpendingLedger, 'settle'>) {
    this.#folder = join(folder, 'pending');
    this.#spending = spending;
  }

  async all(): Promise<readonly PendingJob[]> {
    return (await this.#notes()).flatMap(({ job }) => (job === undefined ? [] : [job]));
  }

  /** Durable once it resolves. */
  async expect(job: PendingJob): Promise<void> {
    await makeFolder(this.#folder, { mode: 0o700 });
    await replaceJson(this.#pathOf(job.requestId), job, { mode: 0o600 });
  }

  /** For a request that has ended without an answer: there may be a job, but nobody waits for it any more. */
  async end(requestId: string): Promise<void> {
    const job = (await this.all()).find((each) => each.requestId === requestId);
    if (job !== undefined) await this.expect({ ...job, isOver: true });
  }

  /** For a request that has become a job. */
  async settle(requestId: string): Promise<void> {
    await removeTree(this.#pathOf(requestId));
  }

  /** For a request that no job came of, as far as anybody knows: its money is free, and only then nothing tells of it. */
  async giveUp(requestId: string): Promise<void> {
    await this.#spending.settle({ kind: 'released', id: requestId, at: Date.now() });
    await this.settle(requestId);
  }

  /** Gives up what is too old to become a job, or is no note at all. */
  async giveUpOld(): Promise<void> {
    const old = (await this.#notes()).filter(({ job }) => job === undefined);
    for (const { requestId } of old) await this.giveUp(requestId);
  }

  /** After a connection is removed. */
  async forgetConnection(connectionId: string): Promise<void> {
    const own = (await this.all()).filter((job) => job.connectionId === connectionId);
    for (const { requestId } of own) await this.giveUp(requestId);
  }

  #pathOf(requestId: string): string {
    return join(this.#folder, `${requestId}${ending}`);
  }

  /** `job` is undefined where there is nothing to wait for any more. */
  async #notes(): Promise<readonly { readonly requestId: string; readonly job: PendingJob | undefined }[]> {
    const files = (await listFolder(this.#folder)).filter(({ name }) => name.endsWith(ending));
    const now = Date.now();
    const notes = files.map(async ({ name }) => {
      try {
        const text = await readText(join(this.#folder, name), { maxBytes: 4 * 1024 * 1024 });
        return [{ requestId: basename(name, ending), job: parsePendingJob(text, now) }];
      } catch (error) {
        // Another window has just settled it. Whatever else keeps a note from being read must not read as "no job".
        if (isMissing(error)) return [];
        throw error;
      }
    });
    return (await Promise.all(notes)).flat();
  }
}
