/**
 * Names that a person may not send with every request: those that carry a key (a key belongs into the secret storage,
 * bound to its host), those that belong to one connection and not to the request (RFC 9110 §7.6.1), and those that
 * the client writes itself.
 */
const withKey =
  /^(?:authorization|proxy-authorization|proxy-authenticate|cookie2?|set-cookie2?|api-?key|x-api-?key|(?:[\w]+-)*(?:auth|access|api|secret|session|subscription|bearer|id)-?(?:key|token)s?|(?:[\w]+-)*(?:token|secret|password|credentials?|auth|authorization))$/;
const ofTransport: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via'],
  ...['host', 'content-length', 'content-type', 'content-encoding', 'accept', 'accept-encoding', 'expect', 'origin', 'referer'],
  ...['user-agent', 'openai-organization', 'openai-project', 'http2-settings', 'forwarded'],
]);

/** A token of RFC 9110 §5.6.2, in lower case. */
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

export type HeaderFault = 'notName' | 'carriesKey' | 'reserved' | 'notValue';

/** Why a header cannot be sent; undefined if it can. */
export function faultOfHeader(name: string, value: unknown): HeaderFault | undefined {
  const lower = name.toLowerCase();
  if (!token.test(lower) || lower.length > 100) return 'notName';
  if (withKey.test(lower)) return 'carriesKey';
  if (ofTransport.has(lower) || /^(?:proxy|sec|access-control)-/.test(lower)) return 'reserved';
  return typeof value === 'string' && value.length <= 4_000 && /^[\x20-\x7e\x80-\xff]*$/.test(value) ? undefined : 'notValue';
}

/** Of an object as a person wrote it, what can be sent; at most 20 headers. */
export function usableHeaders(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const usable = Object.entries(value as Readonly<Record<string, unknown>>).filter(
    (entry): entry is [string, string] => faultOfHeader(entry[0], entry[1]) === undefined,
  );
  return Object.fromEntries(usable.slice(0, 20));
}
