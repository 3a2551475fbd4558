import { createHash } from 'node:crypto';
import type { StoredJob, StoredRequest } from '../store/changes.ts';
import type { State } from '../store/state.ts';
import { ApiError } from './apiError.ts';
import type { Call } from './call.ts';

/**
 * What an `Idempotency-Key` header makes of a request: a client that got no answer sends it again with the same key,
 * and is given what the first one made. Digests are kept, as neither key nor body is anybody else's business.
 * @throws ApiError 400 for a key that is none
 */
export function requestOf(call: Call): StoredRequest | undefined {
  const key = call.request.headers['idempotency-key'];
  if (key === undefined) {
    return undefined;
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ApiError(400, 'The Idempotency-Key header must have 1 to 255 visible ASCII characters.');
  }
  return { key: digest(key), body: digest(JSON.stringify(call.body)) };
}

/**
 * The job that this request has already made.
 * @throws ApiError 422 if the key was used for another request
 */
export function jobOfRequest(state: State, request: StoredRequest | undefined): StoredJob | undefined {
  if (request === undefined) {
    return undefined;
  }
  const job = [...state.jobs.values()].find((one) => one.request?.key === request.key);
  if (job !== undefined && job.request?.body !== request.body) {
    throw new ApiError(422, 'This idempotency key was used for another request.', { code: 'idempotency_key_reused' });
  }
  return job;
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
