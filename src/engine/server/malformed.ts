import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../store/ids.ts';
import { ApiError } from './apiError.ts';
import { methods } from './routes.ts';

const closing = { connection: 'close' } as const;

/** What the HTTP parser's complaint about a request is in an answer. The bytes themselves are told to nobody. */
export function toParserError(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): ApiError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(431, 'The header of the request is too large.', { headers: closing });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ApiError(413, 'The chunk extensions of the body are too large.', { headers: closing });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError(408, 'The request came too slowly.', { headers: closing });
    case 'HPE_INVALID_METHOD':
      // A request line with a word that the parser does not know, as opposed to another protocol or noise.
      return /^[A-Z]{1,32} \S+ HTTP\/1\.[01]\r\n/.test(error.rawPacket?.toString('latin1') ?? '')
        ? otherMethod(methods)
        : malformed();
    default:
      return malformed();
  }
}

/** 405 that says which methods there are. */
export function otherMethod(allowed: readonly string[]): ApiError {
  return new ApiError(405, 'Not allowed to use this method on this resource.', {
    code: 'method_not_supported',
    headers: { allow: allowed.join(', ') },
  });
}

function malformed(): ApiError {
  return new ApiError(400, 'The request is malformed.', { headers: closing });
}

/** Answers on a connection that Node gives no response for, and closes it. */
export function refuseRaw(socket: Socket, { status, body, headers }: ApiError): void {
  const text = JSON.stringify(body);
  const fields = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-request-id': newId.request(),
    ...headers,
    ...closing,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
  // Whoever goes on sending, or never reads, is not waited for.
  setTimeout(() => socket.destroy(), 1_000).unref();
}
