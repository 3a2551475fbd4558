import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { BytesLostError } from '../store/blobs.ts';
import { newId } from '../store/ids.ts';
import { StoreUnavailableError } from '../store/status.ts';
import { ApiError } from './apiError.ts';
import { watchBody } from './bodyWatch.ts';
import type { Engine } from './call.ts';
import type { Connections } from './connections.ts';
import { checkGate, type Gate } from './gate.ts';
import { readJsonObject } from './jsonBody.ts';
import { limits, type ServerTimes } from './limits.ts';
import { otherMethod } from './malformed.ts';
import { watchReader } from './readerWatch.ts';
import type { RefusalLog } from './refusalLog.ts';
import { findRoute, methods, type Route } from './routes.ts';
import { sendAnswer, sendError } from './sendAnswer.ts';

/** What all requests of a server share. */
export type Serving = {
  readonly engine: Engine;
  readonly log: (line: string) => void;
  readonly gate: Gate;
  readonly times: ServerTimes;
  readonly connections: Connections;
  readonly refusals: RefusalLog;
  /** What is being answered on a connection. */
  readonly current: WeakMap<Socket, { readonly request: IncomingMessage; readonly response: ServerResponse }>;
  closing: boolean;
};

const slowMs = 1_000;

/** Answers one request: gate, route, body, handler. `onOver` is called once, when it is answered or its client gone. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
  onOver: () => void,
): Promise<void> {
  const { engine, log, connections, refusals } = serving;
  const requestId = newId.request();
  const start = performance.now();
  const hangUp = new AbortController();
  let inside = false;
  let route: Route | undefined;
  response.setHeader('x-request-id', requestId);
  let isOver = false;
  const end = (): void => {
    if (isOver) {
      return;
    }
    isOver = true;
    leave();
    onOver();
    if (!response.writableFinished) {
      hangUp.abort(new Error('The client hung up'));
    }
    const time = Math.round(performance.now() - start);
    const status = response.writableFinished ? String(response.statusCode) : 'hung up';
    if (!inside) {
      refusals.tell(`${status} at the gate`);
    } else if (request.method !== 'GET' || response.statusCode >= 400 || time > slowMs) {
      // Clients ask about their jobs all the time; what went well and fast is not worth a line.
      const name = route === undefined ? '(no route)' : `${route.method} ${route.path}`;
      log(`${name} ${status} ${time} ms ${requestId}`);
    }
  };
  const leave = connections.begin(request.socket, end);
  response.once('close', end);
  watchBody(request, serving.times.bodyMs, () => {
    giveUp(request, response, new ApiError(408, 'The request body came too slowly.'));
  });
  watchReader(response, serving.times.unreadMs);
  try {
    checkGate(request, serving.gate);
    inside = true;
    connections.trust(request.socket);
    if (serving.closing) {
      throw new ApiError(503, 'The engine is ending.', { headers: { 'retry-after': '1', connection: 'close' } });
    }
    const url = splitTarget(request.url ?? '/');
    const found = findRoute(request.method ?? '', url.pathname);
    if (found.kind === 'unknown') {
      if (!methods.some((method) => method === request.method)) {
        throw otherMethod(methods);
      }
      throw new ApiError(404, 'Unknown request URL.', { code: 'unknown_url' });
    }
    if (found.kind === 'otherMethod') {
      throw otherMethod(found.allowed);
    }
    route = found.route;
    if (request.headers.expect !== undefined && route.body !== 'none') {
      refuseExpectation(request, route.body === 'stream' ? limits.uploadBytes : limits.jsonBytes);
      response.writeContinue();
    }
    const takesJson = route.body === 'json' || route.body === 'optional';
    const body = takesJson ? await readJsonObject(request, route.body === 'optional') : {};
    const handle = engine.faults?.around(route) ?? route.handle;
    const result = await handle(engine, {
      request,
      params: found.params,
      query: url.query,
      body,
      signal: hangUp.signal,
    });
    await sendAnswer(response, result);
  } catch (error) {
    if (!hangUp.signal.aborted) {
      sendError(request, response, toApiError(error, requestId, log));
    }
  } finally {
    discardRest(request);
  }
}

function toApiError(error: unknown, requestId: string, log: (line: string) => void): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  if (error instanceof StoreUnavailableError) {
    const code = error.status.kind === 'readOnly' ? 'store_read_only' : 'store_failed';
    return new ApiError(503, error.message, { code });
  }
  if (error instanceof BytesLostError) {
    log(`${error.message} ${requestId}`);
    return new ApiError(500, error.message, { code: 'bytes_lost' });
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ApiError(507, 'The disk is full: nothing was stored.', { code: 'disk_full' });
  }
  // Names, codes and places of errors are the program's own; messages, which may have lines, may quote what was sent.
  const where = error instanceof Error ? placesOf(error).slice(0, 3).join(' ') : '';
  log(`internal error ${error instanceof Error ? error.name : typeof error} ${code ?? ''} ${requestId} ${where}`);
  return new ApiError(500, `The engine failed to answer. Its log tells more under ${requestId}.`);
}

/** The lines of an error's stack, behind those of its message. */
function placesOf({ stack = '', message }: Error): readonly string[] {
  const lines = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return lines.filter((line) => /^ {4}at /.test(line));
}

function refuseExpectation(request: IncomingMessage, maxBytes: number): void {
  if (request.headers.expect?.toLowerCase() !== '100-continue') {
    throw new ApiError(417, 'This expectation cannot be met.');
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    throw new ApiError(413, `The body is larger than ${maxBytes} bytes.`);
  }
}

/** Answers while the body is still read. Node tells the reader nothing once a request has its answer. */
export function giveUp(request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  response.once('close', () => request.destroy());
  sendError(request, response, error);
}

/** What is left of a body after its answer: taken for a moment, so that the client can read the answer. */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) {
    return;
  }
  request.on('error', () => undefined);
  request.resume();
  setTimeout(() => {
    if (!request.complete) {
      request.destroy();
    }
  }, 2_000).unref();
}

function splitTarget(target: string): { readonly pathname: string; readonly query: URLSearchParams } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { pathname: target, query: new URLSearchParams() }
    : { pathname: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}
