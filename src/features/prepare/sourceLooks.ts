import type { SourceSettings } from '../../core/prepare/recipe.ts';
import type { SourceLook } from '../../core/prepare/sourceColumns.ts';
import { stat } from '../../disk/files.ts';
import type { PrepareWorker } from './prepareWorker.ts';

type Entry = { readonly stamp: string; readonly look: Promise<SourceLook> };

/** The columns of sources, read again only when the file or the way it is read has changed. */
export class SourceLooks {
  readonly #worker: PrepareWorker;
  readonly #entries = new Map<string, Entry>();

  constructor(worker: PrepareWorker) {
    this.#worker = worker;
  }

  async get(path: string, settings: SourceSettings): Promise<SourceLook> {
    const found = await stat(path);
    if (found === undefined) return { kind: 'missing' };
    const stamp = JSON.stringify([found.modifiedMs, found.bytes, settings]);
    const known = this.#entries.get(path);
    if (known?.stamp === stamp) return known.look;
    const look = this.#worker.look(path, settings);
    this.#entries.set(path, { stamp, look });
    try {
      return await look;
    } catch (error) {
      this.#entries.delete(path);
      throw error;
    }
  }
}
