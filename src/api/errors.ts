import { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ServiceError, type ServiceErrorFacts, type ServiceErrorKind } from '../core/providers/port.ts';

/** Codes of failures before the request could leave: whatever was asked has certainly not happened. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EACCES',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of failures while an answer was awaited or read: what was asked may have happened. */
const answerLost: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

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
  const code = systemCode(error);
  if (code !== undefined && neverSent.has(code)) return failed('unreachable', 'The service is unreachable.', error, code);
  if (error instanceof APIConnectionTimeoutError) return failed('cutOff', 'The service did not answer.', error, 'timeout');
  if (code !== undefined && answerLost.has(code)) return failed('cutOff', 'The connection was cut off.', error, code);
  if (isCutBody(error)) return failed('cutOff', 'The connection was cut off.', error, code);
  if (error instanceof SyntaxError) return invalidAnswer('The answer is no valid JSON.');
  if (error instanceof APIError && error.error !== undefined) return fromStream(error, secret);
  return failed('unreachable', 'The service is unreachable.', error, code);
}

/** A signal that ran out of time, unlike one that a person aborted, is a failure to be told. */
function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof Error && reason.name === 'TimeoutError';
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
  const body = toBody(error.error);
  const location = status >= 300 && status < 400 ? error.headers?.get('location') : undefined;
  const code = location ? 'redirected' : body.code;
  const retryAfter = parseRetryAfter(error.headers?.get('retry-after'), Date.now());
  const facts: ServiceErrorFacts = {
    kind: kindOfStatus(status),
    status,
    ...(code === undefined ? {} : { code }),
    ...(body.param === undefined ? {} : { param: body.param }),
    ...(error.requestID ? { requestId: error.requestID } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  const sentence = location ? `The service redirects to ${location}` : (body.message ?? `HTTP ${status}`);
  return new ServiceError(toSentence(sentence, secret), facts, { cause: error });
}

/** An error that the service reported inside a stream, after a good start. */
function fromStream(error: APIError, secret: string | null): ServiceError {
  const body = toBody(error.error);
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
  if (status === 403) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimited';
  if (status === 408) return 'cutOff';
  return status >= 500 ? 'serverFault' : 'rejected';
}

type Body = { readonly message?: string; readonly code?: string; readonly param?: string };

/** The error object, or what other servers put in its place: a text, or `detail`. */
function toBody(error: unknown): Body {
  if (typeof error === 'string' && error !== '') return { message: error };
  if (typeof error !== 'object' || error === null) return {};
  const { message, detail, code, param, type } = error as Readonly<Record<string, unknown>>;
  const sentence = typeof message === 'string' && message !== '' ? message : detail;
  // Some services tell an exhausted account apart in the type alone.
  const named = typeof code === 'string' ? code : type === 'insufficient_quota' ? type : undefined;
  return {
    ...(typeof sentence === 'string' ? { message: sentence } : {}),
    ...(named === undefined ? {} : { code: named }),
    ...(typeof param === 'string' ? { param } : {}),
  };
}

/** One line, without control characters and the key, not longer than a person reads. */
function toSentence(text: string, secret: string | null): string {
  const open = secret === null || secret.length < 4 ? text : text.replaceAll(secret, '[key]');
  const line = open.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').replace(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

/** Seconds to wait, from a number of seconds or a date (RFC 9110 §10.2.3). */
export function parseRetryAfter(value: string | null | undefined, now: number): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** The operating system's or HTTP library's code, wherever it is in the chain of causes. */
function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 6; current = current.cause, depth += 1) {
    const { code } = current as { readonly code?: unknown };
    if (typeof code === 'string' && /^(E[A-Z]|UND_ERR|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code)) return code;
  }
  return undefined;
}

/** What Node's `fetch` throws when the socket ends in the middle of a body. */
function isCutBody(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}
