import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './apiError.ts';
import type { Answer } from './call.ts';
import { limits } from './limits.ts';

const noStore = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

const jsonType = 'application/json; charset=utf-8';
const pieceBytes = 64 * 1024;

export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  switch (answer.kind) {
    case 'json':
      await sendWhole(response, answer.body);
      return;
    case 'bytes':
      await sendBytes(response, answer);
      return;
    case 'events':
      await sendEvents(response, answer.events);
      return;
  }
}

/** Writes the error envelope, or, if an answer has begun, cuts it off. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // A body that nobody reads would stand in the way of the next request on this connection.
  const headers = request.complete ? error.headers : { ...error.headers, connection: 'close' };
  sendJson(response, error.status, Buffer.from(JSON.stringify(error.body)), headers);
}

/** A long text goes out in pieces, so that it can be seen whether its reader gets on. */
async function sendWhole(response: ServerResponse, body: unknown): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  if (bytes.length <= pieceBytes) {
    sendJson(response, 200, bytes, {});
    return;
  }
  await sendBytes(response, { kind: 'bytes', contentType: jsonType, length: bytes.length, chunks: piecesOf(bytes) });
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes);
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...noStore, 'content-type': jsonType, 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

async function sendBytes(response: ServerResponse, answer: Extract<Answer, { kind: 'bytes' }>): Promise<void> {
  const headers = { ...noStore, 'content-type': answer.contentType, 'content-length': answer.length };
  const chunks = answer.chunks[Symbol.asyncIterator]();
  // The file is opened before the header is sent, so that a missing one is still an error envelope.
  let next = await chunks.next();
  response.writeHead(200, headers);
  while (next.done !== true) {
    if (!response.write(next.value)) {
      await drained(response);
    }
    if (response.destroyed) {
      await chunks.return?.();
      return;
    }
    next = await chunks.next();
  }
  response.end();
}

/**
 * Server-sent events. JSON escapes line ends, so a text can never forge an event. The header waits for the first
 * event: what fails before it is a normal error. Nothing is taken from `events` before the reader has made room.
 */
async function sendEvents(response: ServerResponse, events: AsyncIterable<string>): Promise<void> {
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    for await (const event of events) {
      if (!response.headersSent) {
        response.writeHead(200, { ...noStore, 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' });
        heartbeat = setInterval(() => response.write(': still working\n\n'), limits.heartbeatMs);
      }
      if (!response.write(`data: ${event}\n\n`)) {
        await drained(response, limits.unreadStreamMs);
      }
      if (response.destroyed) {
        return;
      }
    }
    if (response.headersSent) {
      response.end('data: [DONE]\n\n');
    }
  } catch (error) {
    if (!response.headersSent) {
      throw error;
    }
    // Told inside the stream; the SDK turns it into an error. The end mark is left out.
    const body = error instanceof ApiError ? error.body : new ApiError(500, 'The answer broke off.').body;
    response.end(`data: ${JSON.stringify(body)}\n\n`);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Waits until there is room, or the reader is gone; one that reads nothing for `atMostMs` is cut off. */
async function drained(response: ServerResponse, atMostMs?: number): Promise<void> {
  const stop = new AbortController();
  const patience = atMostMs === undefined ? undefined : setTimeout(() => response.destroy(), atMostMs);
  try {
    await Promise.race([
      once(response, 'drain', { signal: stop.signal }),
      once(response, 'close', { signal: stop.signal }),
    ]);
  } finally {
    clearTimeout(patience);
    stop.abort();
  }
}
