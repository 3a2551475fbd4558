import { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ServiceError, type ServiceErrorFacts, type ServiceErrorKind } from '../core/providers/port.ts';
import { answerLost, isCutBody, isRedirect, neverSent, proxyStatus, systemCode } from './networkCause.ts';
import { readRefusal, toSentence } from './refusal.ts';
import { requestIdOf } from './requestId.ts';
import { isWebPage } from './webPage.ts';

/**
 * What the SDK or `fetch` threw, as one of our kinds. 'unreachable' means that the request was never received,
 * 'cutOff' that its answer was lost.
 * @param secret never appears in a message, not even if the service quotes it
 */
export function toServiceError(error: unknown, signal: AbortSignal, secret: string | null): ServiceError {
  if (error instanceof ServiceError) return error;
  if (isTimeout(signal)) return failed('cutOff', 'The service did not answer in time.', error, 'timeout');
  if (signal.aborted || error instanceof APIUserAbortError) return cancelled();
  if (error instanceof APIError && error.status !== undefined) return fromAnswer(error, error.status, secret);
  if (isRedirect(error)) return failed('rejected', 'The service redirects to another address.', error, 'redirected');
  const refused = proxyStatus(error);
  if (refused !== undefined) return byProxy(refused, error);
  const code = systemCode(error);
  if (code !== undefined && neverSent.has(code)) return failed('unreachable', 'The service is unreachable.', error, code);
  if (error instanceof APIConnectionTimeoutError) return failed('cutOff', 'The service did not answer.', error, 'timeout');
  if (code !== undefined && answerLost.has(code)) return failed('cutOff', 'The connection was cut off.', error, code);
  if (isCutBody(error)) return failed('cutOff', 'The connection was cut off.', error, code);
  if (error instanceof SyntaxError) return invalidAnswer('The answer is no valid JSON.');
  if (error instanceof APIError && error.error !== undefined) return fromStream(error, secret);
  return failed('unreachable', 'The service is unreachable.', error, code);
}

function byProxy(status: number, cause: unknown): ServiceError {
  if (status === 407) {
    return new ServiceError('The proxy wants a user name and a password.', { kind: 'forbidden', status, code: 'proxy_auth' }, { cause });
  }
  return failed('unreachable', `The proxy does not lead to the service (HTTP ${status}).`, cause, 'proxy_refused');
}

/** A signal that ran out of time, unlike one that a person aborted, is a failure to be told. */
function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof Error && reason.name === 'TimeoutError';
}

/** Somebody else has answered: a network that wants a sign-in, a proxy, or a site at a wrong address. */
export function webPage(): ServiceError {
  return new ServiceError('A web page answered.', { kind: 'serverFault', code: 'web_page' });
}

/** A success that says itself that nothing was done. */
export function notDeleted(): ServiceError {
  return new ServiceError('The service kept it.', { kind: 'rejected', code: 'not_deleted' });
}

function cancelled(): ServiceError {
  return new ServiceError('The request was cancelled.', { kind: 'cancelled' });
}

/** An answer of success that is not what the wire format says. */
export function invalidAnswer(message: string): ServiceError {
  return new ServiceError(message, { kind: 'serverFault', code: 'invalid_answer' });
}

function failed(kind: ServiceErrorKind, message: string, cause: unknown, code: string | undefined): ServiceError {
  return new ServiceError(message, { kind, ...(code === undefined ? {} : { code }) }, { cause });
}

function fromAnswer(error: APIError, status: number, secret: string | null): ServiceError {
  const body = readRefusal(error.error, secret);
  const { headers } = error;
  const location = status >= 300 && status < 400 ? headers?.get('location') : undefined;
  // What is no JSON stands in the SDK's message; only whether it is a page is of interest.
  const isPage = headers?.get('content-type')?.includes('text/html') === true || isWebPage(error.message.replace(/^\d+ /, ''));
  const code = location ? 'redirected' : status === 407 ? 'proxy_auth' : (body.code ?? (isPage ? 'web_page' : undefined));
  const retryAfter = parseRetryAfter(headers?.get('retry-after'), serverTime(headers?.get('date')));
  const requestId = headers && requestIdOf(headers);
  const shouldRetry = headers?.get('x-should-retry');
  const facts: ServiceErrorFacts = {
    kind: kindOfStatus(status),
    status,
    ...(code === undefined ? {} : { code }),
    ...(body.param === undefined ? {} : { param: body.param }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(shouldRetry === 'true' || shouldRetry === 'false' ? { retryable: shouldRetry === 'true' } : {}),
  };
  const plain = isPage ? `HTTP ${status} with a web page` : `HTTP ${status}`;
  const sentence = location ? `The service redirects to ${withoutQuery(location)}` : (body.message ?? plain);
  return new ServiceError(toSentence(sentence, secret) || plain, facts, { cause: error });
}

/** What follows an address may be a permission. */
function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}

/** An error that the service reported inside a stream, after a good start. */
function fromStream(error: APIError, secret: string | null): ServiceError {
  const body = readRefusal(error.error, secret);
  const kind = body.code === 'rate_limit_exceeded' || body.code === 'insufficient_quota' ? 'rateLimited' : 'serverFault';
  const facts = {
    kind,
    ...(body.code === undefined ? {} : { code: body.code }),
    ...(body.param === undefined ? {} : { param: body.param }),
    ...(error.requestID ? { requestId: error.requestID } : {}),
  } as const;
  return new ServiceError(toSentence(body.message ?? 'The service reported an error.', secret), facts, { cause: error });
}

function kindOfStatus(status: number): ServiceErrorKind {
  if (status === 401) return 'unauthorized';
  // 407: the proxy between wants to know who asks.
  if (status === 403 || status === 407) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimited';
  if (status === 408) return 'cutOff';
  return status >= 500 ? 'serverFault' : 'rejected';
}

/**
 * Seconds to wait, from a number of seconds or a date (RFC 9110 §10.2.3).
 * @param now the service's own time in milliseconds: a date is relative to its clock, not to ours
 */
export function parseRetryAfter(value: string | null | undefined, now: number): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

function serverTime(date: string | null | undefined): number {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}
