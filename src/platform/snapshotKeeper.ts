import type * as vscode from 'vscode';
import type { JobStore } from '../core/jobs/jobStore.ts';
import type { WireJob } from '../core/providers/wire.ts';
import type { WatchState } from './connectionWatch.ts';
import type { Connection } from './connections.ts';
import type { JobSnapshots } from './jobSnapshots.ts';

/** As many as one question brings: older ones are asked for by hand, and would not be missed if they were gone. */
const keptJobs = 20;
/** Answers come every few seconds while a job runs. */
const pauseMs = 5_000;
/** How far behind the age of an unchanged list may be. */
const refreshMs = 5 * 60_000;

type Kept = { jobs: readonly WireJob[]; at: number; timer: NodeJS.Timeout | undefined };

/** Keeps the newest jobs of each connection on disk, not more often than they are worth. */
export class SnapshotKeeper implements vscode.Disposable {
  readonly #snapshots: JobSnapshots;
  readonly #store: JobStore;
  readonly #kept = new Map<string, Kept>();

  constructor(snapshots: JobSnapshots, store: JobStore) {
    this.#snapshots = snapshots;
    this.#store = store;
  }

  /** Puts the kept jobs into an empty store; when they were told, in milliseconds since 1970. */
  async restore(connection: Connection): Promise<number | undefined> {
    const snapshot = await this.#snapshots.read(connection);
    if (snapshot === undefined || this.#store.list(connection.id).length > 0) return undefined;
    const page = { object: 'list', data: snapshot.jobs, has_more: true } as const;
    this.#store.applyPage(connection.id, page, this.#store.ask(snapshot.at));
    return snapshot.at;
  }

  /** Call after each round. Without a key nothing is kept either. */
  keep(connection: Connection, { kind, answeredAt }: WatchState): void {
    if (kind === 'nothing') this.forget(connection.id);
    if (kind !== 'answered' || answeredAt === undefined) return;
    const jobs = this.#store.list(connection.id).slice(0, keptJobs).map(({ job }) => job);
    const kept = this.#kept.get(connection.id) ?? { jobs: [], at: 0, timer: undefined };
    this.#kept.set(connection.id, kept);
    const changed = jobs.length !== kept.jobs.length || jobs.some((job, index) => job !== kept.jobs[index]);
    if (!changed && answeredAt - kept.at < refreshMs) return;
    kept.jobs = jobs;
    kept.timer ??= setTimeout(() => {
      kept.timer = undefined;
      kept.at = Date.now();
      void this.#snapshots.write(connection, { at: kept.at, jobs: kept.jobs });
    }, pauseMs);
  }

  /** The connection or its key is gone. */
  forget(connectionId: string): void {
    clearTimeout(this.#kept.get(connectionId)?.timer);
    this.#kept.delete(connectionId);
    void this.#snapshots.forget(connectionId);
  }

  dispose(): void {
    for (const { timer } of this.#kept.values()) clearTimeout(timer);
  }
}
