import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import { AppendLog } from '../../disk/appendLog.ts';
import { listFolder, makeFolder, readChunks, removeTree, startReplacement, type System } from '../../disk/files.ts';
import type { Change, StoredJob } from './changes.ts';
import { newId } from './ids.ts';
import { dataFolderAt, type DataFolder } from '../launch/dataFolder.ts';
import { neededDirectories } from './models.ts';
import { isActive, State } from './state.ts';

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

/**
 * The engine's state on disk: a journal that is the truth, and the bytes of files and models that it names. What
 * `commit` has resolved survives a kill and a power loss; bytes are durable before a record names them.
 */
export class Store {
  readonly state: State;
  readonly layout: DataFolder;
  /** Bytes of a torn tail that opening cut off and kept in quarantine. */
  readonly cutBytes: number;
  readonly #log: AppendLog;
  readonly #system: System | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #lazySync: NodeJS.Timeout | undefined;

  private constructor(layout: DataFolder, state: State, log: AppendLog, system: System | undefined) {
    this.layout = layout;
    this.state = state;
    this.cutBytes = log.cutBytes;
    this.#log = log;
    this.#system = system;
  }

  /** Opens the store in `root`, creating it if need be. The caller holds the folder's lock. */
  static async open(root: string, system?: System): Promise<Store> {
    const layout = dataFolderAt(root);
    const options = { mode: 0o700, ...(system === undefined ? {} : { system }) };
    await makeFolder(layout.files, options);
    await makeFolder(layout.models, options);
    const state = new State();
    const log = await AppendLog.open(layout.journal, {
      quarantineFolder: layout.quarantine,
      onRecord: (payload) => {
        for (const change of JSON.parse(Buffer.from(payload).toString('utf8')) as readonly Change[]) {
          state.apply(change);
        }
      },
      ...(system === undefined ? {} : { system }),
    });
    const store = new Store(layout, state, log, system);
    await store.#sweep();
    return store;
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
      this.#lazySync ??= setTimeout(() => {
        this.#lazySync = undefined;
        // A failed sync closes the log; the next commit says so to somebody who can act on it.
        this.#log.flush().catch(() => undefined);
      }, lazySyncMs);
    });
  }

  /** Takes the bytes of a file, or of a part of one; which of them, the id tells. */
  async receiveFile(id = newId.file()): Promise<IncomingFile> {
    const replacement = await startReplacement(this.filePath(id), {
      mode: 0o600,
      ...(this.#system === undefined ? {} : { system: this.#system }),
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
    return readChunks(this.filePath(id), signal, this.#system === undefined ? {} : { system: this.#system });
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
    const used = this.#usedFiles();
    for (const id of ids) {
      if (id !== null && !used.has(id)) {
        await removeTree(this.filePath(id), this.#system);
      }
    }
  }

  /** Removes folders of models that no model needs any more. */
  async releaseModels(directories: readonly (string | null)[]): Promise<void> {
    const needed = this.#neededDirectories();
    for (const directory of directories) {
      if (directory !== null && !needed.has(directory)) {
        await removeTree(this.modelPath(directory), this.#system);
      }
    }
  }

  /** The same for everything a job left in its folder. Only while no thread writes there. */
  async releaseJobFolder(jobId: string): Promise<void> {
    const needed = [...this.#neededDirectories()];
    if (needed.some((directory) => directory.startsWith(`${jobId}/`))) {
      await this.#sweepModels(jobId, needed);
    } else {
      await removeTree(this.modelPath(jobId), this.#system);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#lazySync);
    await this.#enqueue(() => this.#log.close());
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #write(changes: readonly Change[], durable: boolean): Promise<void> {
    if (changes.length === 0) {
      return;
    }
    await this.#log.append(Buffer.from(JSON.stringify(changes), 'utf8'), durable);
    for (const change of changes) {
      this.state.apply(change);
    }
  }

  #activeJobs(): readonly StoredJob[] {
    return [...this.state.jobs.values()].filter(isActive);
  }

  #usedFiles(): ReadonlySet<string> {
    const used = new Set(this.state.files.keys());
    for (const uploadId of this.state.uploads.keys()) {
      for (const part of this.state.uploadParts(uploadId)) {
        used.add(part.id);
      }
    }
    for (const { wire } of this.#activeJobs()) {
      used.add(wire.training_file);
      if (wire.validation_file !== null) {
        used.add(wire.validation_file);
      }
    }
    return used;
  }

  #neededDirectories(): ReadonlySet<string> {
    return neededDirectories(
      this.state,
      this.#activeJobs().flatMap((job) => [job.baseDirectory, job.saved?.directory].filter((name) => name != null)),
    );
  }

  /** Removes what a crash left without a record: temporary files, bytes and folders that nothing names. */
  async #sweep(): Promise<void> {
    const used = this.#usedFiles();
    for (const entry of await listFolder(this.layout.files, this.#system)) {
      if (!used.has(entry.name)) {
        await removeTree(join(this.layout.files, entry.name), this.#system);
      }
    }
    const needed = [...this.#neededDirectories()];
    await this.#sweepModels('', needed);
  }

  async #sweepModels(directory: string, needed: readonly string[]): Promise<void> {
    const folder = directory === '' ? this.layout.models : this.modelPath(directory);
    for (const entry of await listFolder(folder, this.#system)) {
      const child = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (needed.includes(child)) {
        continue;
      }
      if (needed.some((name) => name.startsWith(`${child}/`))) {
        await this.#sweepModels(child, needed);
      } else {
        await removeTree(join(folder, entry.name), this.#system);
      }
    }
  }
}
