import { ServiceError, type Service } from '../providers/port.ts';
import type { JobCreateRequest, WireJob } from '../providers/wire.ts';
import { requestIdKey } from './jobOrigin.ts';

export type CreateOutcome =
  | { readonly kind: 'created'; readonly job: WireJob }
  /** The answer never came. `looked`: the newest jobs were read, and ours was not among them. */
  | { readonly kind: 'lost'; readonly looked: boolean; readonly error: ServiceError };

export type LookOptions = {
  /**
   * True if no other job can have the training file, because it was uploaded for this request: then the file tells
   * a job that came back without our metadata.
   */
  readonly freshFile?: boolean;
  /** Waits so many milliseconds. Without it the jobs are read once only. */
  readonly wait?: (milliseconds: number) => Promise<void>;
  /** A signal for each look: the one of the request may be aborted by now, because its time was over. */
  readonly lookSignal?: () => AbortSignal;
};

/** Newest jobs that are searched for a request whose answer was lost. */
const searchedJobs = 100;
/** A service may still be busy with a request whose connection broke off: its job appears a little later. */
const waitsMs = [1_000, 3_000];

/**
 * Sends a request for a job exactly once. If the answer is lost, the newest jobs are searched for it: a second job
 * would cost a second time.
 * @throws ServiceError if the service certainly made no job
 */
export async function createOnce(
  service: Service,
  request: JobCreateRequest,
  signal: AbortSignal,
  options: LookOptions = {},
): Promise<CreateOutcome> {
  try {
    return { kind: 'created', job: await service.createJob(request, signal) };
  } catch (error) {
    if (!(error instanceof ServiceError) || !mayHaveHappened(error)) throw error;
    return searchRequested(service, request, error, signal, options);
  }
}

/** Searches the newest jobs for the one that came of a request, more than once where that can be waited for. */
export async function searchRequested(
  service: Service,
  request: JobCreateRequest,
  error: ServiceError,
  signal: AbortSignal,
  options: LookOptions = {},
): Promise<CreateOutcome> {
  const { wait } = options;
  let outcome = await look(service, request, error, signal, options);
  for (const milliseconds of wait === undefined ? [] : waitsMs) {
    if (outcome.kind === 'created') break;
    await wait?.(milliseconds);
    outcome = await look(service, request, error, signal, options);
  }
  return outcome;
}

async function look(
  service: Service,
  request: JobCreateRequest,
  error: ServiceError,
  signal: AbortSignal,
  { freshFile = false, lookSignal }: LookOptions,
): Promise<CreateOutcome> {
  try {
    const page = await service.listJobs({ limit: searchedJobs }, lookSignal?.() ?? signal);
    const job = findRequested(page.data, request, freshFile);
    return job === undefined ? { kind: 'lost', looked: true, error } : { kind: 'created', job };
  } catch (searchError) {
    if (!(searchError instanceof ServiceError)) throw searchError;
    return { kind: 'lost', looked: false, error: searchError };
  }
}

/**
 * The job that came of a request: the one with the request's id, else, among those without any such id, the one
 * that trains on the file which nothing but this request can have named.
 */
export function findRequested(jobs: readonly WireJob[], request: JobCreateRequest, freshFile: boolean): WireJob | undefined {
  const id = request.metadata?.[requestIdKey];
  const named = id === undefined ? undefined : jobs.find((job) => job.metadata?.[requestIdKey] === id);
  if (named !== undefined || !freshFile) return named;
  return jobs.find((job) => job.metadata?.[requestIdKey] === undefined && job.training_file === request.training_file);
}

/** A gateway's 5xx says nothing about what the service behind it did. */
function mayHaveHappened({ facts }: ServiceError): boolean {
  return facts.kind === 'cutOff' || facts.kind === 'serverFault' || facts.kind === 'cancelled';
}
