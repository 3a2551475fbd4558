import type { IncomingMessage } from 'node:http';
import { limits } from './limits.ts';

/**
 * Calls `tooSlow` once if the body of a request comes more slowly than `limits.bodyProgressBytes` in `windowMs`.
 * Bytes that wait here to be read wait for the engine, for instance for its disk, and are not held against the client.
 */
export function watchBody(request: IncomingMessage, windowMs: number, tooSlow: () => void): void {
  const { socket } = request;
  let seen = socket.bytesRead;
  const timer = setInterval(() => {
    const arrived = socket.bytesRead - seen;
    seen = socket.bytesRead;
    if (request.complete || request.destroyed) {
      clearInterval(timer);
    } else if (request.readableLength === 0 && arrived < limits.bodyProgressBytes) {
      clearInterval(timer);
      tooSlow();
    }
  }, windowMs);
  timer.unref();
  request.once('close', () => clearInterval(timer));
}
