import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import { AppendLog } from '../../disk/appendLog.ts';
import {
  errorCode,
  makeFolder,
  readBytes,
  readChunks,
  realSystem,
  removeTree,
  replaceFile,
  sha256File,
  startReplacement,
  stat,
  type System,
} from '../../disk/files.ts';
import { freeName, quarantine } from '../../disk/quarantine.ts';
import { dataFolderAt, type DataFolder } from '../launch/dataFolder.ts';
import { BytesLostError, checkBytes, treeDigest } from './blobs.ts';
import type { Change, StoredFile } from './changes.ts';
import { currentText, journalPath, snapshotPath, type Current } from './generation.ts';
import { newId } from './ids.ts';
import { digestOf } from './models.ts';
import { openForWriting, readOnly, type Opened } from './opening.ts';
import { recover, type Recovered } from './recovery.ts';
import { Reserve } from './reserve.ts';
import { headerRecord, writeSnapshot } from './snapshot.ts';
import type { State } from './state.ts';
import { endsOrFrees, isDiskFull, isNotWritable, StoreUnavailableError, type StoreStatus } from './status.ts';
import { sweepBytes, sweepGenerations, sweepModels, sweepQuarantine, usedDirectories, usedFiles } from './sweep.ts';

/** Metrics that arrive within this time share one sync; a power loss costs at most them. */
const lazySyncMs = 1000;

/** Changes to make, and what to hand to the caller once they are durable. */
export type Decision<T> = { readonly changes: readonly Change[]; readonly result: T };

/** Bytes on their way into a file. Ends with exactly one of `finish` and `discard`. */
export type IncomingFile = {
  readonly id: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Durable from here on, though no record names it yet. */
  finish(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  discard(): Promise<void>;
};

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
  /** What opening had to mend, one line each, for the log. */
  readonly notes: string[];
  readonly #system: System;
  readonly #compactBytes: number;
  readonly #reserve: Reserve;
  #status: StoreStatus;
  #generation: number;
  #log: AppendLog | undefined;
  #compactAt: number;
  #queue: Promise<unknown> = Promise.resolve();
  #cancelLazySync: (() => void) | undefined;
  readonly #checkedModels = new Set<string>();
  #onFailure: (reason: string) => void = () => undefined;

  private constructor(opened: Opened, layout: DataFolder, options: StoreOptions) {
    this.layout = layout;
    this.state = opened.state;
    this.notes = [...opened.notes];
    this.#system = options.system ?? realSystem;
    this.#compactBytes = options.compactBytes ?? defaultCompactBytes;
    this.#reserve = new Reserve(layout.reserve, options.reserveBytes ?? defaultReserveBytes, this.#system);
    this.#status = opened.status;
    this.#generation = opened.generation;
    this.#log = opened.log;
    this.#compactAt = Math.max(this.#compactBytes, 2 * opened.snapshotBytes);
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
    await this.#startGeneration();
    if (recovered.fromGenerationBefore === true) {
      const path = snapshotPath(this.layout.root, recovered.generation);
      const kept = await quarantine(path, folder, system).catch(() => path);
      this.notes.push(`${path} was damaged; everything was found in the generation before it. It is kept in ${kept}`);
    }
  }

  get status(): StoreStatus {
    return this.#status;
  }

  /** Calls back, once, when the disk fails in a way that only another opening can mend. */
  onFailure(listener: (reason: string) => void): void {
    this.#onFailure = listener;
  }

  /**
   * Decides on the present state and makes the changes durable, as a whole, before it resolves. Commits follow one
   * another, so a decision never rests on a state that another one is about to change.
   */
  commit<T>(decide: (state: State) => Decision<T>): Promise<T> {
    return this.#enqueue(async () => {
      const { changes, result } = decide(this.state);
      await this.#write(changes, true);
      return result;
    });
  }

  /** The same for changes that may be lost in a power loss within a second (metrics), in order with all others. */
  commitLazily(decide: (state: State) => readonly Change[]): Promise<void> {
    return this.#enqueue(async () => {
      await this.#write(decide(this.state), false);
      this.#cancelLazySync ??= this.#system.later(lazySyncMs, () => {
        this.#cancelLazySync = undefined;
        void this.#enqueue(async () => {
          await this.#log?.flush();
        }).catch((error: unknown) => this.#noticeFailure(error));
      });
    });
  }

  /** Puts a snapshot in the place of the journal. The journal before it is kept for one more generation. */
  compact(): Promise<void> {
    return this.#enqueue(async () => {
      this.#refuseIfUnavailable();
      await this.#startGeneration();
    });
  }

  /** Bytes that may still be written where the store is. */
  freeBytes(): Promise<number> {
    return this.#system.freeBytes(this.layout.root);
  }

  /**
   * Path of a file's bytes, after their checksum was found right. What is wrong is moved to quarantine.
   * @throws BytesLostError
   */
  async checkedFile(file: Pick<StoredFile, 'sha256'> & { readonly wire: { readonly id: string } }): Promise<string> {
    const { id } = file.wire;
    const path = this.filePath(id);
    const digest = (of: string, system: System): Promise<string> => sha256File(of, { system });
    await checkBytes(id, path, file.sha256, digest, this.layout.quarantine, this.#system);
    return path;
  }

  /** The same for a file that a job reads: its record may have been deleted meanwhile, then it is only looked for. */
  async checkedInput(id: string): Promise<string> {
    const file = this.state.files.get(id);
    if (file !== undefined) {
      return this.checkedFile(file);
    }
    const path = this.filePath(id);
    if ((await stat(path, this.#system)) === undefined) {
      throw new BytesLostError(id, undefined);
    }
    return path;
  }

  /**
   * The same for the folder of a model; one that was stored without a digest is only looked for. `once`: not again
   * after it was found right by this process.
   */
  async checkedModel(directory: string, once = false): Promise<string> {
    const path = this.modelPath(directory);
    if (once && this.#checkedModels.has(directory)) {
      return path;
    }
    const expected = digestOf(this.state, directory);
    const digest = expected === undefined ? (): Promise<string> => Promise.resolve('') : treeDigest;
    await checkBytes(`the model in ${directory}`, path, expected ?? '', digest, this.layout.quarantine, this.#system);
    this.#checkedModels.add(directory);
    return path;
  }

  /** What `checkedModel` compares with. */
  digestModel(directory: string): Promise<string> {
    return treeDigest(this.modelPath(directory), this.#system);
  }

  /** Takes the bytes of a file, or of a part of one; which of them, the id tells. */
  async receiveFile(id = newId.file()): Promise<IncomingFile> {
    this.#refuseIfUnavailable();
    const replacement = await startReplacement(this.filePath(id), {
      mode: 0o600,
      system: this.#system,
    });
    const hash = createHash('sha256');
    let bytes = 0;
    return {
      id,
      async write(chunk) {
        bytes += chunk.length;
        hash.update(chunk);
        await replacement.write(chunk);
      },
      async finish() {
        await replacement.commit();
        return { bytes, sha256: hash.digest('hex') };
      },
      discard: () => replacement.discard(),
    };
  }

  readFile(id: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return readChunks(this.filePath(id), signal, { system: this.#system });
  }

  filePath(id: string): string {
    return join(this.layout.files, id);
  }

  modelPath(directory: string): string {
    return join(this.layout.models, ...directory.split('/'));
  }

  /** The name under which a folder below `models/` is kept in the journal. */
  modelDirectory(path: string): string {
    const directory = relative(this.layout.models, path).split(sep).join('/');
    if (directory === '' || directory.startsWith('..')) {
      throw new Error('A model was written outside the folder of models');
    }
    return directory;
  }

  /** Removes the bytes of files that neither a record nor a job at work needs any more. */
  async releaseFiles(ids: readonly (string | null)[]): Promise<void> {
    const used = usedFiles(this.state);
    for (const id of ids) {
      if (id !== null && !used.has(id)) {
        await this.#remove(this.filePath(id));
      }
    }
  }

  /** Removes folders of models that no model needs any more. */
  async releaseModels(directories: readonly (string | null)[]): Promise<void> {
    const needed = usedDirectories(this.state);
    for (const directory of directories) {
      if (directory !== null && !needed.has(directory)) {
        await this.#remove(this.modelPath(directory));
      }
    }
  }

  /** The same for everything a job left in its folder. Only while no thread writes there. */
  async releaseJobFolder(jobId: string): Promise<void> {
    const needed = [...usedDirectories(this.state)];
    if (needed.some((directory) => directory.startsWith(`${jobId}/`))) {
      await sweepModels(this.layout.models, jobId, needed, (path) => this.#remove(path), this.#system);
    } else {
      await this.#remove(this.modelPath(jobId));
    }
  }

  async close(): Promise<void> {
    this.#cancelLazySync?.();
    await this.#enqueue(async () => {
      await this.#log?.close();
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Only after its record is durable; a failure is made good by the sweep of the next opening. */
  async #remove(path: string): Promise<void> {
    if (this.#status.kind === 'ready') {
      await removeTree(path, this.#system);
    }
  }

  async #write(changes: readonly Change[], durable: boolean): Promise<void> {
    this.#refuseIfUnavailable();
    if (changes.length === 0) {
      return;
    }
    const payload = Buffer.from(JSON.stringify(changes), 'utf8');
    try {
      await this.#append(payload, durable);
    } catch (error) {
      if (!isDiskFull(error) || !changes.some(endsOrFrees) || !(await this.#reserve.release())) {
        throw error;
      }
      await this.#append(payload, durable);
    }
    for (const change of changes) {
      this.state.apply(change);
    }
    if ((this.#log?.length ?? 0) >= this.#compactAt) {
      await this.#compactIfPossible();
    }
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
      await this.#startGeneration();
    } catch {
      this.#compactAt *= 2;
    }
  }

  async #startGeneration(): Promise<void> {
    const old = this.#log;
    if (old === undefined) {
      return;
    }
    const [root, system, generation] = [this.layout.root, this.#system, this.#generation + 1];
    await writeSnapshot(root, generation, this.state, old.sequence, system);
    const header = headerRecord(generation, old.sequence);
    const log = await AppendLog.create(journalPath(root, generation), [header], { after: old.sequence, system });
    try {
      await replaceFile(this.layout.current, currentText(generation), { mode: 0o600, system });
    } catch (error) {
      // The new name may be on disk or not. What is written from now on could go to the generation that is not read.
      this.#fail(error);
      await log.close().catch(() => undefined);
      throw error;
    }
    this.#log = log;
    this.#generation = generation;
    const snapshot = await system.stat(snapshotPath(root, generation)).catch(() => undefined);
    this.#compactAt = Math.max(this.#compactBytes, 2 * (snapshot?.size ?? 0));
    // Everything in it is in the snapshot; what fails here is made good by the next opening.
    await old.close().catch(() => undefined);
    await sweepGenerations(root, generation, system).catch(() => undefined);
  }

  /** Removes what a crash left without a record: temporary files, bytes and folders that nothing names. */
  async #tidy(): Promise<void> {
    await sweepGenerations(this.layout.root, this.#generation, this.#system);
    await sweepQuarantine(this.layout.quarantine, this.#system);
    await sweepBytes(this.layout, this.state, (path) => removeTree(path, this.#system), this.#system);
    await this.#reserve.fill();
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

  #refuseIfUnavailable(): void {
    if (this.#status.kind !== 'ready') {
      throw new StoreUnavailableError(this.#status);
    }
  }
}
