import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { jobKey } from '../core/jobs/jobRef.ts';
import type { JobRef } from '../core/jobs/jobStore.ts';
import { createExclusively } from '../disk/createExclusively.ts';
import { listFolder, makeFolder, removeTree, stat } from '../disk/files.ts';
import type { Log } from './log.ts';

/** A claim is of no use once every window has seen the job end. */
const keptMs = 30 * 86_400_000;

/**
 * Which window tells that a job has ended. Windows share their state, but hear of each other's changes a moment late,
 * and in that moment the focus may move from one to the other. So the rule is: only a window with the focus tells,
 * and only after it has created the file of that job in the folder that all windows share. A file is created at most
 * once, so the others get false. A window that dies between claim and message takes the message with it; the tree of
 * every window shows the end nevertheless.
 */
export class NoticeClaims {
  readonly #folder: string;
  readonly #log: Log;

  /** `folder` need not exist. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** True for exactly one caller among all windows. Without a folder to write to, for each. */
  async claim(ref: JobRef): Promise<boolean> {
    const name = createHash('sha256').update(jobKey(ref)).digest('hex').slice(0, 32);
    try {
      await makeFolder(this.#folder);
      const mine = await createExclusively(join(this.#folder, name));
      if (mine) await this.#sweep();
      return mine;
    } catch (error) {
      this.#log.warn(`Other windows may tell the same: ${error instanceof Error ? error.message : String(error)}`);
      return true;
    }
  }

  async #sweep(): Promise<void> {
    for (const { name } of await listFolder(this.#folder)) {
      const path = join(this.#folder, name);
      const found = await stat(path);
      if (found !== undefined && Date.now() - found.modifiedMs > keptMs) await removeTree(path);
    }
  }
}
