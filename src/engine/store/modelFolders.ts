import { isAbsolute, join, relative, sep } from 'node:path';
import { removeTree, syncFolder, type System } from '../../disk/files.ts';
import { syncTree } from '../../disk/syncTree.ts';
import type { DataFolder } from '../launch/dataFolder.ts';
import { checkBytes, treeDigest } from './blobs.ts';
import type { Journal } from './journal.ts';
import { digestOf } from './models.ts';
import type { State } from './state.ts';
import { sweepModels, usedDirectories } from './sweep.ts';

/** The folders of models, checkpoints and saved training. A directory is a path below `models/`, with slashes. */
export class ModelFolders {
  readonly #layout: DataFolder;
  readonly #state: State;
  readonly #journal: Journal;
  readonly #system: System;
  readonly #checked = new Set<string>();

  constructor(layout: DataFolder, state: State, journal: Journal, system: System) {
    this.#layout = layout;
    this.#state = state;
    this.#journal = journal;
    this.#system = system;
  }

  path(directory: string): string {
    return join(this.#layout.models, ...directory.split('/'));
  }

  /** The directory that the journal is to name for a path. */
  directoryOf(path: string): string {
    const directory = relative(this.#layout.models, path).split(sep).join('/');
    // On Windows a path on another drive has no relative form.
    if (directory === '' || directory === '..' || directory.startsWith('../') || isAbsolute(directory)) {
      throw new Error('A model was written outside the folder of models');
    }
    return directory;
  }

  /**
   * Path of a folder, after its digest was found right; one that was stored without a digest is only looked for. What
   * is wrong is moved to quarantine, unless the store is read-only. `once`: not again after it was found right by this
   * process.
   * @throws BytesLostError
   */
  async checked(directory: string, once = false): Promise<string> {
    const path = this.path(directory);
    if (once && this.#checked.has(directory)) {
      return path;
    }
    const expected = digestOf(this.#state, directory);
    const digest = expected === undefined ? (): Promise<string> => Promise.resolve('') : treeDigest;
    const quarantine = this.#journal.status.kind === 'ready' ? this.#layout.quarantine : undefined;
    await checkBytes(`the model in ${directory}`, path, expected ?? '', digest, quarantine, this.#system);
    this.#checked.add(directory);
    return path;
  }

  /**
   * Makes a folder durable that somebody else wrote, with the folders above it. No record may name it before.
   * @returns its digest, with which `checked` compares
   */
  async makeDurable(directory: string): Promise<string> {
    const path = this.path(directory);
    await syncTree(path, this.#system);
    const names = directory.split('/');
    for (let depth = names.length - 1; depth > 0; depth -= 1) {
      await syncFolder(this.path(names.slice(0, depth).join('/')), this.#system);
    }
    await syncFolder(this.#layout.models, this.#system);
    return treeDigest(path, this.#system);
  }

  /** Removes folders that no model needs any more. Only after their records are durably gone. */
  async release(directories: readonly (string | null)[]): Promise<void> {
    const needed = usedDirectories(this.#state);
    for (const directory of directories) {
      if (directory !== null && !needed.has(directory)) {
        await this.#remove(this.path(directory));
      }
    }
  }

  /** The same for everything a job left in its folder. Only while no thread writes there. */
  async releaseJob(jobId: string): Promise<void> {
    const needed = [...usedDirectories(this.#state)];
    if (needed.some((directory) => directory.startsWith(`${jobId}/`))) {
      await sweepModels(this.#layout.models, jobId, needed, (path) => this.#remove(path), this.#system);
    } else {
      await this.#remove(this.path(jobId));
    }
  }

  async #remove(path: string): Promise<void> {
    if (this.#journal.status.kind === 'ready') {
      await removeTree(path, this.#system);
    }
  }
}
