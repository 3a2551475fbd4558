import { jobProgress } from './jobProgress.ts';
import { jobKey } from './jobRef.ts';
import { describeStatus } from './jobStatus.ts';
import type { JobRecord, JobRef } from './jobStore.ts';

/** A job may take this many times its usual step before it counts as stuck: a hot laptop slows down tenfold. */
const patienceInSteps = 20;
/** Shorter than this is no news, however fast the steps were. */
const minPatienceMs = 3 * 60_000;
/** Of a job whose steps nobody has timed yet. */
const unknownPatienceMs = 60 * 60_000;
/** Time between two looks that is longer than this was slept through or spent without a network, and does not count. */
const maxLookMs = 2 * 60_000;

type Watched = {
  readonly step: number;
  readonly sinceMs: number;
  readonly lookedMs: number;
};

/**
 * Finds jobs that say they run and make no step. Only time that was watched on our own clock counts: a service's
 * clock may be a day off, and nobody looks while the machine sleeps.
 */
export class StallWatch {
  readonly #jobs = new Map<string, Watched>();

  /** Call after each answer about the job; `seenAt` of the record is when it was asked for. */
  observe(record: JobRecord): void {
    const key = keyOf(record);
    if (describeStatus(record.job.status).phase !== 'running') {
      this.#jobs.delete(key);
      return;
    }
    const { seenAt } = record;
    const step = jobProgress(record)?.step ?? 0;
    const known = this.#jobs.get(key);
    if (known === undefined || known.step !== step) {
      this.#jobs.set(key, { step, sinceMs: seenAt, lookedMs: seenAt });
      return;
    }
    const unwatched = Math.max(0, seenAt - known.lookedMs - maxLookMs);
    const lookedMs = Math.max(seenAt, known.lookedMs);
    this.#jobs.set(key, { step, sinceMs: known.sinceMs + unwatched, lookedMs });
  }

  /** Milliseconds that a running job was watched without a step, if that is too long for it; else undefined. */
  stalledMs(record: JobRecord): number | undefined {
    const watched = this.#jobs.get(keyOf(record));
    if (watched === undefined) return undefined;
    const still = watched.lookedMs - watched.sinceMs;
    return still > patienceMs(record) ? still : undefined;
  }

  forget(ref: JobRef): void {
    this.#jobs.delete(jobKey(ref));
  }
}

function patienceMs(record: JobRecord): number {
  const seconds = jobProgress(record)?.secondsPerStep;
  return seconds === undefined ? unknownPatienceMs : Math.max(minPatienceMs, seconds * 1_000 * patienceInSteps);
}

function keyOf({ connectionId, job }: JobRecord): string {
  return jobKey({ connectionId, jobId: job.id });
}
