import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answer, giveUp, type Serving } from './answer.ts';
import { ApiError } from './apiError.ts';
import type { Engine } from './call.ts';
import { Connections } from './connections.ts';
import { checkGate, createGate } from './gate.ts';
import { limits, serverTimes, type ServerTimes } from './limits.ts';
import { otherMethod, refuseRaw, toParserError } from './malformed.ts';
import { RefusalLog } from './refusalLog.ts';
import { methods } from './routes.ts';

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
  readonly times?: Partial<ServerTimes>;
  /** A line tells method, route, status, time and id of a request. Never a path, query, header or body. */
  readonly log: (line: string) => void;
};

/** @throws with code EADDRINUSE if the port is taken */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const times = { ...serverTimes, ...options.times };
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: times.headersMs,
    // Large uploads may take long; a body that does not get on is watched for instead.
    requestTimeout: 0,
    keepAliveTimeout: times.keepAliveMs,
    connectionsCheckingInterval: times.checkMs,
    // The gate answers for it, in our envelope.
    requireHostHeader: false,
  });
  // Node would leave out what is beyond its count, and with it what the gate must see.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = limits.requestsPerSocket;

  await listen(server, options.port);
  const { address, port } = server.address() as AddressInfo;
  const serving: Serving = {
    engine: options.engine,
    log: options.log,
    gate: createGate(`${address}:${port}`, options.token),
    times,
    connections: new Connections(limits.connections),
    refusals: new RefusalLog(options.log, times.refusalLogMs),
    current: new WeakMap(),
    closing: false,
  };
  let running = 0;
  let lastEnd = performance.now();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    running += 1;
    serving.current.set(request.socket, { request, response });
    const onOver = (): void => {
      running -= 1;
      lastEnd = performance.now();
      if (serving.closing) {
        serving.connections.closeWaiting();
      }
    };
    void answer(request, response, serving, onOver);
  };
  server.on('connection', (socket) => serving.connections.add(socket));
  server.on('request', onRequest);
  // Without this listener Node would ask for the body before the gate has seen the headers.
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);
  server.on('connect', (request, socket) => refuseConnect(request, socket as Socket, serving));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseMalformed(error, socket as Socket, serving));

  return {
    port,
    idleMs: () => (running > 0 ? 0 : performance.now() - lastEnd),
    close: () =>
      new Promise((resolve) => {
        serving.closing = true;
        serving.refusals.close();
        server.close(() => resolve());
        serving.connections.closeWaiting();
        setTimeout(() => server.closeAllConnections(), times.drainMs).unref();
      }),
  };
}

/** Bytes that are no HTTP request, one beyond the limits of its header, or a body that breaks its framing. */
function refuseMalformed(cause: NodeJS.ErrnoException, socket: Socket, { current, refusals }: Serving): void {
  if (!socket.writable || cause.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const error = toParserError(cause);
  const running = current.get(socket);
  if (running === undefined || running.response.writableFinished) {
    refusals.tell(`${error.status} no request`);
    refuseRaw(socket, error);
  } else if (running.request.complete) {
    // The answer to a whole request is on its way; what was to follow it gets none.
    socket.destroy();
  } else {
    giveUp(running.request, running.response, error);
  }
}

/** A proxy is asked for. Whoever may know the methods learns that this is none of them. */
function refuseConnect(request: IncomingMessage, socket: Socket, { gate, refusals }: Serving): void {
  let error = otherMethod(methods);
  try {
    checkGate(request, gate);
  } catch (refusal) {
    error = refusal instanceof ApiError ? refusal : error;
  }
  socket.on('error', () => undefined);
  refusals.tell(`${error.status} CONNECT`);
  refuseRaw(socket, error);
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
