import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readChunks, removeTree, sha256File, startReplacement, stat, type System } from '../../disk/files.ts';
import type { DataFolder } from '../launch/dataFolder.ts';
import { BytesLostError, checkBytes } from './blobs.ts';
import type { StoredFile } from './changes.ts';
import { newId } from './ids.ts';
import type { Journal } from './journal.ts';
import type { State } from './state.ts';
import { usedFiles } from './sweep.ts';

/** Bytes on their way into a file. Ends with exactly one of `finish` and `discard`. */
export type IncomingFile = {
  readonly id: string;
  write(chunk: Uint8Array): Promise<void>;
  /** Durable from here on, though no record names it yet. */
  finish(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  discard(): Promise<void>;
};

/** The bytes of files and of parts of uploads. Which of them a record names, the journal knows. */
export class FileBytes {
  readonly #layout: DataFolder;
  readonly #state: State;
  readonly #journal: Journal;
  readonly #system: System;

  constructor(layout: DataFolder, state: State, journal: Journal, system: System) {
    this.#layout = layout;
    this.#state = state;
    this.#journal = journal;
    this.#system = system;
  }

  path(id: string): string {
    return join(this.#layout.files, id);
  }

  /** Takes the bytes of a file, or of a part of one; which of them, the id tells. */
  async receive(id = newId.file()): Promise<IncomingFile> {
    this.#journal.refuseIfUnavailable();
    const replacement = await startReplacement(this.path(id), { mode: 0o600, system: this.#system });
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

  read(id: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return readChunks(this.path(id), signal, { system: this.#system });
  }

  /**
   * Path of a file's bytes, after their checksum was found right. What is wrong is moved to quarantine, unless the store
   * is read-only.
   * @throws BytesLostError
   */
  async checked(file: Pick<StoredFile, 'sha256'> & { readonly wire: { readonly id: string } }): Promise<string> {
    const { id } = file.wire;
    const path = this.path(id);
    const digest = (of: string, system: System): Promise<string> => sha256File(of, { system });
    await checkBytes(id, path, file.sha256, digest, this.#quarantine(), this.#system);
    return path;
  }

  /** Undefined while nothing may be changed. */
  #quarantine(): string | undefined {
    return this.#journal.status.kind === 'ready' ? this.#layout.quarantine : undefined;
  }

  /** The same for a file that a job reads: its record may have been deleted meanwhile, then it is only looked for. */
  async checkedInput(id: string): Promise<string> {
    const file = this.#state.files.get(id);
    if (file !== undefined) {
      return this.checked(file);
    }
    const path = this.path(id);
    if ((await stat(path, this.#system)) === undefined) {
      throw new BytesLostError(id, undefined);
    }
    return path;
  }

  /**
   * Removes the bytes of files that neither a record nor a job at work needs any more. Only after their records are
   * durably gone; a failure is made good by the sweep of the next opening.
   */
  async release(ids: readonly (string | null)[]): Promise<void> {
    const used = usedFiles(this.#state);
    for (const id of ids) {
      if (id !== null && !used.has(id) && this.#journal.status.kind === 'ready') {
        await removeTree(this.path(id), this.#system);
      }
    }
  }
}
