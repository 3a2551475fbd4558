import { ServiceError, type Service } from '../providers/port.ts';
import type { JobCreateRequest, WireJob } from '../providers/wire.ts';
import { findRequested } from './jobDraft.ts';
import { requestIdKey } from './jobOrigin.ts';

export type CreateOutcome =
  | { readonly kind: 'created'; readonly job: WireJob }
  /** The answer never came. `looked`: the newest jobs were read, and ours was not among them. */
  | { readonly kind: 'lost'; readonly looked: boolean; readonly error: ServiceError };

/** Newest jobs that are searched for a request whose answer was lost. */
const searchedJobs = 50;

/**
 * Sends a request for a job exactly once. If the answer is lost, the newest jobs are searched for the request's id:
 * a second job would cost a second time.
 * @throws ServiceError if the service certainly made no job
 */
export async function createOnce(
  service: Service,
  request: JobCreateRequest,
  signal: AbortSignal,
): Promise<CreateOutcome> {
  try {
    return { kind: 'created', job: await service.createJob(request, signal) };
  } catch (error) {
    if (!(error instanceof ServiceError) || !mayHaveHappened(error)) throw error;
    return searchRequested(service, request, error, signal);
  }
}

/** Searches the newest jobs for the one that came of a request. */
export async function searchRequested(
  service: Service,
  request: JobCreateRequest,
  error: ServiceError,
  signal: AbortSignal,
): Promise<CreateOutcome> {
  try {
    const page = await service.listJobs({ limit: searchedJobs }, signal);
    const job = findRequested(page.data, request.metadata?.[requestIdKey] ?? '');
    return job === undefined ? { kind: 'lost', looked: true, error } : { kind: 'created', job };
  } catch (searchError) {
    if (!(searchError instanceof ServiceError)) throw searchError;
    return { kind: 'lost', looked: false, error: searchError };
  }
}

/** A gateway's 5xx says nothing about what the service behind it did. */
function mayHaveHappened({ facts }: ServiceError): boolean {
  return facts.kind === 'cutOff' || facts.kind === 'serverFault' || facts.kind === 'cancelled';
}
