import { errorCode, makeFolder, readBytes, realSystem, removeTree, replaceFile, type System } from '../../disk/files.ts';
import { freeName, quarantine } from '../../disk/quarantine.ts';
import { dataFolderAt, type DataFolder } from '../launch/dataFolder.ts';
import type { Change } from './changes.ts';
import { FileBytes } from './fileBytes.ts';
import { snapshotPath, type Current } from './generation.ts';
import { Journal } from './journal.ts';
import { ModelFolders } from './modelFolders.ts';
import { openForWriting, readOnly, type Opened } from './opening.ts';
import { recover, type Recovered } from './recovery.ts';
import { Reserve } from './reserve.ts';
import type { State } from './state.ts';
import { isDiskFull, isNotWritable, type StoreStatus } from './status.ts';
import { sweepBytes, sweepGenerations, sweepQuarantine } from './sweep.ts';

/** Metrics that arrive within this time share one sync; a power loss costs at most them. */
const lazySyncMs = 1000;

/** Changes to make, and what to hand to the caller once they are durable. */
export type Decision<T> = { readonly changes: readonly Change[]; readonly result: T };

export type StoreOptions = {
  readonly system?: System;
  /** Size of the ballast that is let go when the disk is full. */
  readonly reserveBytes?: number;
  /** Size from which the journal is replaced by a snapshot, at the least. */
  readonly compactBytes?: number;
};

const defaultReserveBytes = 8 * 1024 * 1024;
const defaultCompactBytes = 8 * 1024 * 1024;

/**
 * The engine's state on disk: a journal that is the truth, and the bytes of files and models that it names. What
 * `commit` has resolved survives a kill and a power loss; bytes are durable before a record names them.
 */
export class Store {
  readonly state: State;
  readonly layout: DataFolder;
  readonly fileBytes: FileBytes;
  readonly modelFolders: ModelFolders;
  /** What opening had to mend, one line each, for the log. */
  readonly notes: string[];
  readonly #system: System;
  readonly #journal: Journal;
  readonly #reserve: Reserve;
  #queue: Promise<unknown> = Promise.resolve();
  #cancelLazySync: (() => void) | undefined;

  private constructor(opened: Opened, layout: DataFolder, options: StoreOptions) {
    const system = options.system ?? realSystem;
    const { state } = opened;
    const reserve = new Reserve(layout.reserve, options.reserveBytes ?? defaultReserveBytes, system);
    const journal = new Journal(opened, { layout, system, reserve, compactBytes: options.compactBytes ?? defaultCompactBytes });
    this.layout = layout;
    this.state = state;
    this.notes = [...opened.notes];
    this.fileBytes = new FileBytes(layout, state, journal, system);
    this.modelFolders = new ModelFolders(layout, state, journal, system);
    this.#system = system;
    this.#journal = journal;
    this.#reserve = reserve;
  }

  /**
   * Opens the store in `root`, creating it if need be. The caller holds the folder's lock. Never needs a person: a
   * torn tail is cut off and kept; a store that is damaged otherwise, or cannot be written, is opened read-only.
   * @throws NewerStoreError if a later version wrote it; errors of the disk while it is read
   */
  static async open(root: string, options: StoreOptions = {}): Promise<Store> {
    const system = options.system ?? realSystem;
    const layout = dataFolderAt(root);
    const { current, recovered } = await recover(root, layout.current, system);
    if (recovered === undefined && current.kind !== 'absent') {
      const damage = `${layout.current} is damaged, and no journal is beside it`;
      return new Store(readOnly(undefined, damage, true), layout, options);
    }
    if (recovered?.damage !== undefined) {
      return new Store(readOnly(recovered, recovered.damage, true), layout, options);
    }
    const open = (): Promise<Store> => Store.#openForWriting(layout, current, recovered, options);
    try {
      return await open().catch(async (error: unknown) => {
        if (isDiskFull(error) && (await removeTree(layout.reserve, system).then(() => true))) {
          return open();
        }
        throw error;
      });
    } catch (error) {
      if (recovered !== undefined && isNotWritable(error)) {
        const reason = `the data folder ${root} cannot be written (${errorCode(error)})`;
        return new Store(readOnly(recovered, reason, false), layout, options);
      }
      throw error;
    }
  }

  static async #openForWriting(
    layout: DataFolder,
    current: Current,
    recovered: Recovered | undefined,
    options: StoreOptions,
  ): Promise<Store> {
    const system = options.system ?? realSystem;
    const opened = await openForWriting(layout, recovered, system);
    const store = new Store(opened, layout, options);
    try {
      if (recovered !== undefined && (current.kind !== 'generation' || recovered.fromGenerationBefore === true)) {
        await store.#mend(current, recovered);
      }
      await store.#tidy();
      return store;
    } catch (error) {
      await store.close().catch(() => undefined);
      throw error;
    }
  }

  /** Begins a generation that does not rest on what was damaged, which is kept in quarantine. */
  async #mend(current: Current, recovered: Recovered): Promise<void> {
    const [system, folder] = [this.#system, this.layout.quarantine];
    if (current.kind === 'damaged') {
      await makeFolder(folder, { mode: 0o700, system });
      const kept = await freeName(folder, 'CURRENT', system);
      await replaceFile(kept, await readBytes(this.layout.current, { system }), { mode: 0o600, system });
      this.notes.push(`${this.layout.current} was damaged; everything was found without it. It is kept in ${kept}`);
    }
    await this.#journal.startGeneration();
    if (recovered.fromGenerationBefore === true) {
      const path = snapshotPath(this.layout.root, recovered.generation);
      const kept = await quarantine(path, folder, system).catch(() => path);
      this.notes.push(`${path} was damaged; everything was found in the generation before it. It is kept in ${kept}`);
    }
  }

  get status(): StoreStatus {
    return this.#journal.status;
  }

  /** Calls back, once, when the disk fails in a way that only another opening can mend. */
  onFailure(listener: (reason: string) => void): void {
    this.#journal.onFailure(listener);
  }

  /**
   * Decides on the present state and makes the changes durable, as a whole, before it resolves. Commits follow one
   * another, so a decision never rests on a state that another one is about to change.
   */
  commit<T>(decide: (state: State) => Decision<T>): Promise<T> {
    return this.#enqueue(async () => {
      const { changes, result } = decide(this.state);
      await this.#journal.write(changes, true);
      return result;
    });
  }

  /** The same for changes that may be lost in a power loss within a second (metrics), in order with all others. */
  commitLazily(decide: (state: State) => readonly Change[]): Promise<void> {
    return this.#enqueue(async () => {
      await this.#journal.write(decide(this.state), false);
      this.#cancelLazySync ??= this.#system.later(lazySyncMs, () => {
        this.#cancelLazySync = undefined;
        void this.#enqueue(() => this.#journal.flush());
      });
    });
  }

  /** Puts a snapshot in the place of the journal. The journal before it is kept for one more generation. */
  compact(): Promise<void> {
    return this.#enqueue(async () => {
      this.#journal.refuseIfUnavailable();
      await this.#journal.startGeneration();
    });
  }

  /** Bytes that may still be written where the store is. */
  freeBytes(): Promise<number> {
    return this.#system.freeBytes(this.layout.root);
  }

  async close(): Promise<void> {
    this.#cancelLazySync?.();
    await this.#enqueue(() => this.#journal.close());
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Removes what a crash left without a record: temporary files, bytes and folders that nothing names. */
  async #tidy(): Promise<void> {
    await sweepGenerations(this.layout.root, this.#journal.generation, this.#system);
    await sweepQuarantine(this.layout.quarantine, this.#system);
    await sweepBytes(this.layout, this.state, (path) => removeTree(path, this.#system), this.#system);
    await this.#reserve.fill();
  }
}
