import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { UploadMemory, UploadPlace } from '../core/jobs/uploads/upload.ts';
import { parseUploadState, type UploadState } from '../core/jobs/uploads/uploadState.ts';
import { readUploadedFiles, withFile, withoutFile, type UploadedFile } from '../core/jobs/uploads/uploadedFiles.ts';
import { listFolder, makeFolder, readText, removeTree, replaceJson } from '../disk/files.ts';

const stateKey = 'tunesmith.uploadedFiles';

/**
 * What is remembered of uploads: the files that lie at services, and unfinished uploads, each in a file of its own
 * that survives whatever happens to this window.
 */
export class UploadNotes implements UploadMemory {
  readonly #state: vscode.Memento;
  readonly #folder: string;

  /** `folder`: the extension's own, shared by all windows. */
  constructor(globalState: vscode.Memento, folder: string) {
    this.#state = globalState;
    this.#folder = join(folder, 'uploads');
  }

  files(): readonly UploadedFile[] {
    return readUploadedFiles(this.#state.get<unknown>(stateKey));
  }

  async remember(file: UploadedFile): Promise<void> {
    await this.#state.update(stateKey, withFile(this.files(), file));
  }

  async forget(fileId: string): Promise<void> {
    await this.#state.update(stateKey, withoutFile(this.files(), fileId));
  }

  async unfinished(place: UploadPlace, uri: string): Promise<UploadState | undefined> {
    const all = await this.allUnfinished();
    return all.find(
      (state) => state.file.uri === uri && state.connectionId === place.connectionId && state.baseURL === place.baseURL,
    );
  }

  /** Youngest first. */
  async allUnfinished(): Promise<readonly UploadState[]> {
    const files = (await listFolder(this.#folder)).filter(({ name }) => name.endsWith('.json'));
    const states = await Promise.all(files.map(({ name }) => this.#read(join(this.#folder, name))));
    return states.filter((state) => state !== undefined).sort((one, other) => other.createdAt - one.createdAt);
  }

  async save(state: UploadState): Promise<void> {
    await makeFolder(this.#folder, { mode: 0o700 });
    await replaceJson(this.#pathOf(state), state, { mode: 0o600 });
  }

  async drop(state: UploadState): Promise<void> {
    await removeTree(this.#pathOf(state));
  }

  /** After a connection is removed. */
  async forgetConnection(connectionId: string): Promise<void> {
    await this.#state.update(stateKey, this.files().filter((file) => file.connectionId !== connectionId));
    const unfinished = await this.allUnfinished();
    await Promise.all(unfinished.filter((state) => state.connectionId === connectionId).map((state) => this.drop(state)));
  }

  #pathOf({ connectionId, uploadId }: UploadState): string {
    // Ids are the service's own words and no names of files.
    const name = createHash('sha256').update(`${connectionId} ${uploadId}`).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }

  async #read(path: string): Promise<UploadState | undefined> {
    try {
      return parseUploadState(await readText(path, { maxBytes: 4 * 1024 * 1024 }));
    } catch {
      // Another window has just finished it.
      return undefined;
    }
  }
}
