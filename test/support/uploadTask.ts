import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UploadMemory, UploadPhase, UploadPlace, UploadSource, UploadTask } from '../../src/core/jobs/uploads/upload.ts';
import type { UploadState } from '../../src/core/jobs/uploads/uploadState.ts';
import { withFile, withoutFile, type UploadedFile } from '../../src/core/jobs/uploads/uploadedFiles.ts';
import type { Service } from '../../src/core/providers/port.ts';
import { readChunks } from '../../src/disk/files.ts';

/** What is remembered of uploads, in a variable instead of on a disk. */
export class UploadNotes implements UploadMemory {
  known: readonly UploadedFile[] = [];
  readonly states = new Map<string, UploadState>();
  saves = 0;

  files(): readonly UploadedFile[] {
    return this.known;
  }
  async remember(file: UploadedFile): Promise<void> {
    this.known = withFile(this.known, file);
  }
  async forget(fileId: string): Promise<void> {
    this.known = withoutFile(this.known, fileId);
  }
  async unfinished(place: UploadPlace, uri: string): Promise<UploadState | undefined> {
    const state = this.states.get(uri);
    return state?.connectionId === place.connectionId && state.baseURL === place.baseURL ? state : undefined;
  }
  async save(state: UploadState): Promise<void> {
    this.saves += 1;
    this.states.set(state.file.uri, state);
  }
  async drop(state: UploadState): Promise<void> {
    this.states.delete(state.file.uri);
  }
}

export function sourceOf(path: string): UploadSource {
  const { size, mtimeMs } = statSync(path);
  return {
    uri: pathToFileURL(path).href,
    name: basename(path),
    bytes: size,
    modifiedMs: mtimeMs,
    open: (signal, reuses = false) => readChunks(path, signal, { reuses }),
  };
}

export const mebibyte = 1024 * 1024;
/** Parts as small as a task makes them, and every file of more than 64 KiB in parts. */
export const limits = { plainBytes: 64 * 1024, partBytes: 64 * mebibyte, maxBytes: 8 * 1024 * mebibyte };

/** A task against a service, with patience for a test; `events` collects what a person would see of it. */
export function uploadTask(service: Service, path: string, given: Partial<UploadTask> = {}) {
  const events: string[] = [];
  const note = (phase: UploadPhase): void => {
    if (events.at(-1) !== phase.phase) events.push(phase.phase);
  };
  const task: UploadTask = {
    service,
    place: { connectionId: 'c', baseURL: 'http://host/v1' },
    source: sourceOf(path),
    mark: 'unwanted',
    limits,
    memory: new UploadNotes(),
    hash: (kind) => {
      const hash = createHash(kind);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
    },
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
    timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
    now: () => Date.now(),
    reuse: true,
    onPhase: note,
    onRestart: (why) => void events.push(`restart ${why}`),
    ...given,
  };
  return { task, events };
}
