import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { newId } from '../store/ids.ts';
import { ApiError } from './apiError.ts';
import type { Engine } from './call.ts';
import { checkGate, createGate, type Gate } from './gate.ts';
import { readJsonObject } from './jsonBody.ts';
import { limits } from './limits.ts';
import { findRoute, type Route } from './routes.ts';
import { sendAnswer, sendError } from './sendAnswer.ts';

export type RunningServer = {
  readonly port: number;
  /** Milliseconds since the last request ended; 0 while one is answered. */
  idleMs(): number;
  /** Answers nothing more; open connections are closed, running answers after a moment. */
  close(): Promise<void>;
};

export type ServerOptions = {
  readonly engine: Engine;
  readonly token: string;
  /** 0 = any free one. */
  readonly port: number;
  /** A line tells method, route, status, time and id of a request. Never a path, query, header or body. */
  readonly log: (line: string) => void;
};

/** @throws with code EADDRINUSE if the port is taken */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: 2_000,
    // The gate answers for it, in our envelope.
    requireHostHeader: false,
  });
  server.maxHeadersCount = limits.headerCount;
  server.maxRequestsPerSocket = limits.requestsPerSocket;
  server.maxConnections = limits.connections;

  await listen(server, options.port);
  const { address, port } = server.address() as AddressInfo;
  const gate = createGate(`${address}:${port}`, options.token);
  let running = 0;
  let lastEnd = performance.now();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    running += 1;
    response.once('close', () => {
      running -= 1;
      lastEnd = performance.now();
    });
    void answer(request, response, gate, options);
  };
  server.on('request', onRequest);
  // Without this listener Node would ask for the body before the gate has seen the headers.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseMalformed(error, socket as Socket));

  return {
    port,
    idleMs: () => (running > 0 ? 0 : performance.now() - lastEnd),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 500).unref();
      }),
  };
}

const slowMs = 1_000;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  gate: Gate,
  options: ServerOptions,
): Promise<void> {
  const requestId = newId.request();
  const start = performance.now();
  const hangUp = new AbortController();
  let route: Route | undefined;
  response.setHeader('x-request-id', requestId);
  response.once('close', () => {
    if (!response.writableFinished) {
      hangUp.abort(new Error('The client hung up'));
    }
    const time = Math.round(performance.now() - start);
    // Clients ask about their jobs all the time; what went well and fast is not worth a line.
    if (request.method !== 'GET' || response.statusCode >= 400 || time > slowMs) {
      const name = route === undefined ? '(no route)' : `${route.method} ${route.path}`;
      options.log(`${name} ${response.writableFinished ? response.statusCode : 'hung up'} ${time} ms ${requestId}`);
    }
  });
  request.setTimeout(limits.bodyStallMs, () => {
    if (!request.complete) {
      sendError(request, response, new ApiError(408, 'The request body stood still for too long.'));
    }
  });
  try {
    checkGate(request, gate);
    const url = splitTarget(request.url ?? '/');
    const found = findRoute(request.method ?? '', url.pathname);
    if (found.kind === 'unknown') {
      throw new ApiError(404, 'Unknown request URL.', { code: 'unknown_url' });
    }
    if (found.kind === 'otherMethod') {
      throw new ApiError(405, 'Not allowed to use this method on this resource.', {
        code: 'method_not_supported',
        headers: { allow: found.allowed.join(', ') },
      });
    }
    route = found.route;
    if (request.headers.expect !== undefined && route.body !== 'none') {
      refuseExpectation(request);
      response.writeContinue();
    }
    const takesJson = route.body === 'json' || route.body === 'optional';
    const body = takesJson ? await readJsonObject(request, route.body === 'optional') : {};
    const result = await route.handle(options.engine, {
      request,
      params: found.params,
      query: url.query,
      body,
      signal: hangUp.signal,
    });
    await sendAnswer(response, result);
  } catch (error) {
    if (!hangUp.signal.aborted) {
      sendError(request, response, toApiError(error, requestId, options.log));
    }
  } finally {
    discardRest(request);
  }
}

function toApiError(error: unknown, requestId: string, log: (line: string) => void): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ApiError(507, 'The disk is full: nothing was stored.', { code: 'disk_full' });
  }
  // Names and codes of errors are the program's own; messages may quote what was sent.
  const where = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4).join(' ') : '';
  log(`internal error ${error instanceof Error ? error.name : typeof error} ${code ?? ''} ${requestId} ${where}`);
  return new ApiError(500, `The engine failed to answer. Its log tells more under ${requestId}.`);
}

function refuseExpectation(request: IncomingMessage): void {
  if (request.headers.expect?.toLowerCase() !== '100-continue') {
    throw new ApiError(417, 'This expectation cannot be met.');
  }
  if (Number(request.headers['content-length'] ?? 0) > limits.uploadBytes) {
    throw new ApiError(413, `The body is larger than ${limits.uploadBytes} bytes.`);
  }
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

/** Bytes that are no HTTP request, or one beyond the limits of its header. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  const { body } = new ApiError(400, 'The request is malformed.');
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${newId.request()}\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
