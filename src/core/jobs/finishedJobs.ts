import { jobKey } from './jobRef.ts';
import { isTerminal } from './jobStatus.ts';
import type { JobRecord, JobRef } from './jobStore.ts';

/**
 * Ids of the jobs that were seen unfinished and whose end nobody was told yet, by connection. It is stored, so that
 * a job that ends while nothing looks is still announced, once.
 */
export type UnfinishedJobs = Readonly<Record<string, readonly string[]>>;

/** Most ids remembered per connection; older ones are forgotten. */
const maxPerConnection = 100;

/** Reads what was stored; anything else than the expected shape counts as nothing. */
export function readUnfinished(stored: unknown): UnfinishedJobs {
  if (typeof stored !== 'object' || stored === null) return {};
  const entries = Object.entries(stored).map(([connectionId, ids]): [string, readonly string[]] => [
    connectionId,
    Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [],
  ]);
  return Object.fromEntries(entries.filter(([, ids]) => ids.length > 0));
}

export function isUnfinished(unfinished: UnfinishedJobs, ref: JobRef): boolean {
  return unfinished[ref.connectionId]?.includes(ref.jobId) ?? false;
}

/** `unfinished` with the job; the same object if it is there already. */
export function withUnfinished(unfinished: UnfinishedJobs, ref: JobRef): UnfinishedJobs {
  if (isUnfinished(unfinished, ref)) return unfinished;
  const ids = [...(unfinished[ref.connectionId] ?? []), ref.jobId].slice(-maxPerConnection);
  return { ...unfinished, [ref.connectionId]: ids };
}

/** `unfinished` without the job; the same object if it was not there. */
export function withoutUnfinished(unfinished: UnfinishedJobs, ref: JobRef): UnfinishedJobs {
  if (!isUnfinished(unfinished, ref)) return unfinished;
  const { [ref.connectionId]: ids = [], ...others } = unfinished;
  const left = ids.filter((id) => id !== ref.jobId);
  return left.length === 0 ? others : { ...others, [ref.connectionId]: left };
}

/** The records whose end is news. */
export function pickFinished(unfinished: UnfinishedJobs, records: readonly JobRecord[]): readonly JobRecord[] {
  return records.filter(
    (record) =>
      isTerminal(record.job) &&
      isUnfinished(unfinished, { connectionId: record.connectionId, jobId: record.job.id }),
  );
}

/**
 * Remembers each job the first time this observer sees it unfinished, and never again: another window that announced
 * its end must not have its word undone by an older answer.
 */
export class UnfinishedObserver {
  readonly #met = new Set<string>();

  observe(unfinished: UnfinishedJobs, records: readonly JobRecord[]): UnfinishedJobs {
    let result = unfinished;
    for (const { connectionId, job } of records) {
      const ref = { connectionId, jobId: job.id };
      const key = jobKey(ref);
      if (isTerminal(job) || this.#met.has(key)) continue;
      this.#met.add(key);
      result = withUnfinished(result, ref);
    }
    return result;
  }
}
