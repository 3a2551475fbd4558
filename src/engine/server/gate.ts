import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './apiError.ts';
import { limits } from './limits.ts';

export type Gate = {
  /** `127.0.0.1:<port>`, the only `Host` that is let in. */
  readonly host: string;
  readonly tokenDigest: Buffer;
};

export function createGate(host: string, token: string): Gate {
  return { host, tokenDigest: digest(token) };
}

const closing = { connection: 'close' } as const;

/**
 * What every request must pass before anything looks at its path. It keeps web pages out (a name that resolves to
 * us, a cross-site request) and everybody without the token.
 * @throws ApiError
 */
export function checkGate(request: IncomingMessage, gate: Gate): void {
  if (request.rawHeaders.length / 2 > limits.headerCount) {
    throw new ApiError(400, `More than ${limits.headerCount} headers are not accepted.`, { headers: closing });
  }
  const hosts = valuesOf(request, 'host');
  if (hosts.length !== 1) {
    throw new ApiError(400, 'Exactly one Host header is needed.', { headers: closing });
  }
  if (hosts[0] !== gate.host) {
    throw new ApiError(421, 'This server answers only under the address it is bound to.', { headers: closing });
  }
  // Only CONNECT has a target that is none; as a method it is refused later.
  if (request.method !== 'CONNECT' && !request.url?.startsWith('/')) {
    throw new ApiError(400, 'The request target must be a path.', { headers: closing });
  }
  const site = valuesOf(request, 'sec-fetch-site');
  const fromPage = ['origin', 'access-control-request-method', 'access-control-request-headers'];
  if (fromPage.some((name) => valuesOf(request, name).length > 0) || site.some((value) => value !== 'none')) {
    throw new ApiError(403, 'Requests of web pages are refused.', { headers: closing });
  }
  const codings = valuesOf(request, 'transfer-encoding');
  if (codings.some((value) => value.trim().toLowerCase() !== 'chunked')) {
    throw new ApiError(400, 'Only one transfer coding, chunked, is understood.', { headers: closing });
  }
  const credentials = valuesOf(request, 'authorization');
  const token = credentials.length === 1 ? /^Bearer ([\x21-\x7e]+)$/i.exec(credentials[0] ?? '')?.[1] : undefined;
  // Digests have one length, and comparing them in constant time tells nothing about the token.
  if (token === undefined || !timingSafeEqual(digest(token), gate.tokenDigest)) {
    throw new ApiError(401, 'A valid API key of this engine is needed as bearer token.', {
      type: 'authentication_error',
      code: 'invalid_api_key',
      headers: { 'www-authenticate': 'Bearer', ...closing },
    });
  }
  for (const name of ['content-type', 'content-length', 'expect', 'transfer-encoding']) {
    if (valuesOf(request, name).length > 1) {
      throw new ApiError(400, `The header ${name} is given twice.`, { headers: closing });
    }
  }
  const encodings = valuesOf(request, 'content-encoding');
  if (encodings.some((value) => value.trim().toLowerCase() !== 'identity')) {
    throw new ApiError(415, 'Compressed request bodies are not accepted.', { headers: closing });
  }
}

/** Every value of a header as it was sent; Node itself drops or joins repeated ones. */
function valuesOf(request: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === name) {
      values.push(raw[index + 1] ?? '');
    }
  }
  return values;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
