import { AppendLog } from '../../disk/appendLog.ts';
import { replaceFile, type System } from '../../disk/files.ts';
import type { DataFolder } from '../launch/dataFolder.ts';
import type { Change } from './changes.ts';
import { currentText, journalPath, snapshotPath } from './generation.ts';
import type { Opened } from './opening.ts';
import type { Reserve } from './reserve.ts';
import { headerRecord, writeSnapshot } from './snapshot.ts';
import type { State } from './state.ts';
import { endsOrFrees, isDiskFull, StoreUnavailableError, type StoreStatus } from './status.ts';
import { sweepGenerations } from './sweep.ts';

/** Where a journal is, and what it may do when the disk is full. */
export type JournalPlace = {
  readonly layout: DataFolder;
  readonly system: System;
  readonly reserve: Reserve;
  /**
   * Size from which a snapshot takes its place, at the least; otherwise the size of the last snapshot, so that opening
   * reads at most twice what there is to know, and what is written is at most doubled.
   */
  readonly compactBytes: number;
};

/**
 * The records of the present generation, which are the truth about the state. It knows no order of its own: its
 * methods are called one after another.
 */
export class Journal {
  readonly #state: State;
  readonly #place: JournalPlace;
  #status: StoreStatus;
  #generation: number;
  /** Undefined: the store is read-only. */
  #log: AppendLog | undefined;
  #compactAt: number;
  #onFailure: (reason: string) => void = () => undefined;

  constructor(opened: Opened, place: JournalPlace) {
    this.#state = opened.state;
    this.#place = place;
    this.#status = opened.status;
    this.#generation = opened.generation;
    this.#log = opened.log;
    this.#compactAt = Math.max(place.compactBytes, opened.snapshotBytes);
  }

  get status(): StoreStatus {
    return this.#status;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Calls back, once, when the disk fails in a way that only another opening can mend. */
  onFailure(listener: (reason: string) => void): void {
    this.#onFailure = listener;
  }

  /** @throws StoreUnavailableError */
  refuseIfUnavailable(): void {
    if (this.#status.kind !== 'ready') {
      throw new StoreUnavailableError(this.#status);
    }
  }

  /** Writes changes down, as a whole, and then makes them. `durable`: they survive a power loss when it resolves. */
  async write(changes: readonly Change[], durable: boolean): Promise<void> {
    this.refuseIfUnavailable();
    if (changes.length === 0) {
      return;
    }
    const payload = Buffer.from(JSON.stringify(changes), 'utf8');
    try {
      await this.#append(payload, durable);
    } catch (error) {
      if (!isDiskFull(error) || !changes.some(endsOrFrees) || !(await this.#place.reserve.release())) {
        throw error;
      }
      await this.#append(payload, durable);
    }
    for (const change of changes) {
      this.#state.apply(change);
    }
    if ((this.#log?.length ?? 0) >= this.#compactAt) {
      await this.#compactIfPossible();
    }
  }

  /** Makes everything written so far durable. A failure is told to whoever listens. */
  async flush(): Promise<void> {
    await this.#log?.flush().catch((error: unknown) => this.#noticeFailure(error));
  }

  /** Begins a generation with a snapshot of the state. The one before it is kept. */
  async startGeneration(): Promise<void> {
    const old = this.#log;
    if (old === undefined) {
      return;
    }
    const { layout, system } = this.#place;
    const [root, generation] = [layout.root, this.#generation + 1];
    await writeSnapshot(root, generation, this.#state, old.sequence, system);
    const header = headerRecord(generation, old.sequence);
    const log = await AppendLog.create(journalPath(root, generation), [header], { after: old.sequence, system });
    try {
      await replaceFile(layout.current, currentText(generation), { mode: 0o600, system });
    } catch (error) {
      // The new name may be on disk or not. What is written from now on could go to the generation that is not read.
      this.#fail(error);
      await log.close().catch(() => undefined);
      throw error;
    }
    this.#log = log;
    this.#generation = generation;
    const snapshot = await system.stat(snapshotPath(root, generation)).catch(() => undefined);
    this.#compactAt = Math.max(this.#place.compactBytes, snapshot?.size ?? 0);
    // Everything in it is in the snapshot; what fails here is made good by the next opening.
    await old.close().catch(() => undefined);
    await sweepGenerations(root, generation, system).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  async #append(payload: Uint8Array, durable: boolean): Promise<void> {
    try {
      await this.#log?.append(payload, durable);
    } catch (error) {
      this.#noticeFailure(error);
      throw error;
    }
  }

  /** The journal goes on growing if this fails, unless it is uncertain which of two generations is the truth. */
  async #compactIfPossible(): Promise<void> {
    try {
      await this.startGeneration();
    } catch {
      this.#compactAt *= 2;
    }
  }

  #noticeFailure(error: unknown): void {
    if (this.#log?.failure !== undefined) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#status.kind !== 'ready') {
      return;
    }
    const cause = error instanceof Error ? error.message : String(error);
    const reason = `The disk failed, so nothing more is stored until the engine starts anew: ${cause}`;
    this.#status = { kind: 'failed', reason };
    this.#onFailure(reason);
  }
}
