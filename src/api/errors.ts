import { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ServiceError, type ServiceErrorFacts, type ServiceErrorKind } from '../core/providers/port.ts';
import { isWebPage } from './webPage.ts';

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
  const { headers } = error;
  const location = status >= 300 && status < 400 ? headers?.get('location') : undefined;
  // What is no JSON stands in the SDK's message; only whether it is a page is of interest.
  const isPage = headers?.get('content-type')?.includes('text/html') === true || isWebPage(error.message.replace(/^\d+ /, ''));
  const code = location ? 'redirected' : status === 407 ? 'proxy_auth' : (body.code ?? (isPage ? 'web_page' : undefined));
  const retryAfter = parseRetryAfter(headers?.get('retry-after'), serverTime(headers?.get('date')));
  const shouldRetry = headers?.get('x-should-retry');
  const facts: ServiceErrorFacts = {
    kind: kindOfStatus(status),
    status,
    ...(code === undefined ? {} : { code }),
    ...(body.param === undefined ? {} : { param: body.param }),
    ...(error.requestID ? { requestId: error.requestID } : {}),
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
  // 407: the proxy between wants to know who asks.
  if (status === 403 || status === 407) return 'forbidden';
  if (status === 404) return 'notFound';
  if (status === 429) return 'rateLimited';
  if (status === 408) return 'cutOff';
  return status >= 500 ? 'serverFault' : 'rejected';
}

type Body = { readonly message?: string; readonly code?: string; readonly param?: string };

/** The error object, or what other servers put in its place: a text, `detail`, or a list of either. */
function toBody(error: unknown): Body {
  if (typeof error === 'string' && error !== '') return { message: error };
  if (Array.isArray(error)) return toBody((error as readonly unknown[])[0]);
  if (typeof error !== 'object' || error === null) return {};
  const { message, msg, detail, code, param, type } = error as Readonly<Record<string, unknown>>;
  const sentence = [message, msg].find((text) => typeof text === 'string' && text !== '') ?? toBody(detail).message;
  // Some services tell an exhausted account apart in the type alone.
  const named = typeof code === 'string' && code !== '' ? code : type === 'insufficient_quota' ? type : undefined;
  return {
    ...(typeof sentence === 'string' ? { message: sentence } : {}),
    ...(named === undefined ? {} : { code: named.slice(0, 100) }),
    ...(typeof param === 'string' ? { param: param.slice(0, 100) } : {}),
  };
}

/** Keys as services begin them, wherever a service or a proxy quotes one: not only ours. */
const keyLike = /\b(?:bearer\s+[\w.~+/=-]{8,}|(?:sk|pk|rk|tgp|nb|hf|ghp|glpat|xox[abp])[-_][\w-]{12,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)/gi;
/** Where a service forgets that its error is read by strangers: what a traceback begins with. */
const traceback = /\s*(?:Traceback \(most recent call last\)|\n\s+at \S+[^\n]*[:(]\d+|\n\s*File "[^"\n]+", line \d+)[\s\S]*$/;

/** One line, without control characters, keys and stacks, not longer than a person reads. */
export function toSentence(text: string, secret: string | null): string {
  if (isWebPage(text)) return 'a web page';
  const own = text.replace(traceback, '');
  const open = (secret === null || secret.length < 4 ? own : own.replaceAll(secret, '[key]')).replace(keyLike, '[key]');
  const line = open.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').replace(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
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

/** The operating system's or HTTP library's code, wherever it is in the chain of causes. */
function systemCode(error: unknown): string | undefined {
  for (const link of chainOf(error)) {
    const { code } = link as { readonly code?: unknown };
    if (typeof code === 'string' && /^(E[A-Z]|UND_ERR|CERT_|DEPTH_|SELF_|UNABLE_|HOSTNAME_)/.test(code)) return code;
  }
  return undefined;
}

/** A proxy that refuses the way to the service; its status is told in a sentence only. */
function proxyStatus(error: unknown): number | undefined {
  for (const { message } of chainOf(error)) {
    if (/proxy authentication required/i.test(message)) return 407;
    const status = /proxy[^\d]{0,80}\b([345]\d\d)\b/i.exec(message)?.[1];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 8; link = link.cause) {
    chain.push(link);
    // Several addresses of one host, each with its own failure.
    if (link instanceof AggregateError && link.errors[0] instanceof Error) chain.push(link.errors[0]);
  }
  return chain;
}

/** What Node's `fetch` throws when the socket ends in the middle of a body. */
function isCutBody(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}
