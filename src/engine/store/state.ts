import type { WireEvent } from '../../core/providers/wire.ts';
import { terminalJobStatuses } from '../../core/providers/wire.ts';
import type { Change, StoredCheckpoint, StoredFile, StoredJob, StoredPart, StoredUpload } from './changes.ts';

/**
 * What the journal adds up to. Maps keep the order of creation, oldest first; order never depends on a clock.
 * Only `apply` changes it, so that a replayed journal gives the same state as the run that wrote it.
 */
export class State {
  readonly #files = new Map<string, StoredFile>();
  readonly #uploads = new Map<string, StoredUpload>();
  readonly #uploadParts = new Map<string, StoredPart[]>();
  readonly #jobs = new Map<string, StoredJob>();
  readonly #events = new Map<string, WireEvent[]>();
  readonly #checkpoints = new Map<string, StoredCheckpoint[]>();
  readonly #deletedModels = new Set<string>();

  get files(): ReadonlyMap<string, StoredFile> {
    return this.#files;
  }

  get uploads(): ReadonlyMap<string, StoredUpload> {
    return this.#uploads;
  }

  /** Parts of a pending upload, in the order of their arrival. */
  uploadParts(uploadId: string): readonly StoredPart[] {
    return this.#uploadParts.get(uploadId) ?? [];
  }

  get jobs(): ReadonlyMap<string, StoredJob> {
    return this.#jobs;
  }

  /** Oldest first. */
  events(jobId: string): readonly WireEvent[] {
    return this.#events.get(jobId) ?? [];
  }

  /** Kept checkpoints of a job, oldest first. */
  checkpoints(jobId: string): readonly StoredCheckpoint[] {
    return this.#checkpoints.get(jobId) ?? [];
  }

  isDeleted(model: string): boolean {
    return this.#deletedModels.has(model);
  }

  /** Changes that make the same state from nothing. */
  *changes(): Generator<Change, void, undefined> {
    for (const file of this.#files.values()) {
      yield { kind: 'fileAdded', file };
    }
    for (const upload of this.#uploads.values()) {
      yield { kind: 'uploadAdded', upload };
    }
    for (const [uploadId, parts] of this.#uploadParts) {
      for (const part of parts) {
        yield { kind: 'uploadPartAdded', uploadId, part };
      }
    }
    for (const job of this.#jobs.values()) {
      yield { kind: 'jobAdded', job };
    }
    for (const [jobId, events] of this.#events) {
      for (const event of events) {
        yield { kind: 'eventAdded', jobId, event };
      }
    }
    for (const checkpoints of this.#checkpoints.values()) {
      for (const checkpoint of checkpoints) {
        yield { kind: 'checkpointAdded', checkpoint };
      }
    }
    for (const model of this.#deletedModels) {
      yield { kind: 'modelDeleted', model };
    }
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'fileAdded':
        this.#files.set(change.file.wire.id, change.file);
        return;
      case 'fileDeleted':
        this.#files.delete(change.id);
        return;
      case 'uploadAdded':
        this.#uploads.set(change.upload.wire.id, change.upload);
        return;
      case 'uploadPartAdded':
        append(this.#uploadParts, change.uploadId, change.part);
        return;
      case 'uploadEnded': {
        const upload = this.#uploads.get(change.id);
        if (upload !== undefined) {
          this.#uploads.set(change.id, { ...upload, wire: { ...upload.wire, ...change.wire } });
        }
        this.#uploadParts.delete(change.id);
        return;
      }
      case 'jobAdded':
        // Journals of the first versions lack these.
        this.#jobs.set(change.job.wire.id, { ...{ validated: false, plan: null, saved: null }, ...change.job });
        return;
      case 'jobChanged': {
        const { kind: _kind, id, wire, ...own } = change;
        const job = this.#jobs.get(id);
        if (job !== undefined) {
          this.#jobs.set(id, { ...job, ...own, wire: { ...job.wire, ...wire } });
        }
        return;
      }
      case 'eventAdded':
        append(this.#events, change.jobId, change.event);
        return;
      case 'checkpointAdded':
        append(this.#checkpoints, change.checkpoint.wire.fine_tuning_job_id, change.checkpoint);
        return;
      case 'checkpointDropped':
        this.#checkpoints.set(
          change.jobId,
          this.checkpoints(change.jobId).filter((checkpoint) => checkpoint.wire.id !== change.id),
        );
        return;
      case 'modelDeleted':
        this.#deletedModels.add(change.model);
        return;
    }
  }
}

export function isActive(job: StoredJob): boolean {
  return !terminalJobStatuses.has(job.wire.status);
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
  } else {
    list.push(value);
  }
}
