import type { JobCreateRequest } from '../providers/wire.ts';

/**
 * A request for a job that was about to be sent, written down before: if this window ends before the answer comes,
 * the job is looked for before the same file is sent again.
 */
export type PendingJob = {
  readonly requestId: string;
  readonly connectionId: string;
  readonly request: JobCreateRequest;
  readonly freshFile: boolean;
  /** URI of the training file, or its id where it lay at the service already. */
  readonly trainingFile: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The request has ended without an answer: nothing is on its way any more. */
  readonly isOver?: boolean;
};

/** A job that has not appeared for so long was never made. */
const forgetMs = 24 * 3_600_000;

/** Reads what was written down; undefined for what is too old, or was never a note. `now` in milliseconds since 1970. */
export function parsePendingJob(text: string, now: number): PendingJob | undefined {
  try {
    const stored: unknown = JSON.parse(text);
    return isPendingJob(stored) && now - stored.at < forgetMs ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a request may still be on its way, in this window or in another one. Times in milliseconds. */
export function mayBeAnswered({ at, isOver = false }: PendingJob, timeoutMs: number, now: number): boolean {
  return !isOver && now - at < timeoutMs;
}

/** Requests of a connection for a job from the same file: `trainingFile` as in a note, so that it is found by its id at the service, too. */
export function pendingFor(all: readonly PendingJob[], connectionId: string, trainingFile: string): readonly PendingJob[] {
  const isSame = ({ trainingFile: noted, request }: PendingJob): boolean => noted === trainingFile || request.training_file === trainingFile;
  return all.filter((job) => job.connectionId === connectionId && isSame(job));
}

function isPendingJob(value: unknown): value is PendingJob {
  if (typeof value !== 'object' || value === null) return false;
  const { requestId, connectionId, request, freshFile, trainingFile, at } = value as Readonly<Record<string, unknown>>;
  const texts = [requestId, connectionId, trainingFile].every((text) => typeof text === 'string');
  return texts && typeof at === 'number' && typeof freshFile === 'boolean' && typeof request === 'object' && request !== null;
}
