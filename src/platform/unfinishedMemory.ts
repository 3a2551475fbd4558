import type * as vscode from 'vscode';
import {
  isUnfinished,
  readUnfinished,
  UnfinishedObserver,
  withoutUnfinished,
  type UnfinishedJobs,
} from '../core/jobs/finishedJobs.ts';
import type { JobRecord, JobRef } from '../core/jobs/jobStore.ts';

const stateKey = 'tunesmith.unfinishedJobs';

/** Jobs whose end is still to be told, kept over restarts and shared by all windows. */
export class UnfinishedMemory {
  readonly #state: vscode.Memento;
  readonly #observer = new UnfinishedObserver();

  constructor(globalState: vscode.Memento) {
    this.#state = globalState;
  }

  get all(): UnfinishedJobs {
    return readUnfinished(this.#state.get<unknown>(stateKey));
  }

  has(ref: JobRef): boolean {
    return isUnfinished(this.all, ref);
  }

  async observe(records: readonly JobRecord[]): Promise<void> {
    const before = this.all;
    const after = this.#observer.observe(before, records);
    if (after !== before) await this.#state.update(stateKey, after);
  }

  /** Nobody needs to be told about this job any more. */
  async forget(ref: JobRef): Promise<void> {
    const before = this.all;
    const after = withoutUnfinished(before, ref);
    if (after !== before) await this.#state.update(stateKey, after);
  }

  /** Nobody needs to be told about any job of this connection any more. */
  async forgetConnection(connectionId: string): Promise<void> {
    const { [connectionId]: gone, ...others } = this.all;
    if (gone !== undefined) await this.#state.update(stateKey, others);
  }
}
