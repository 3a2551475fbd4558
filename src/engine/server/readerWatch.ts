import type { ServerResponse } from 'node:http';

/**
 * Cuts an answer off if its reader takes nothing of what waits for it for `windowMs`: otherwise a client that only
 * asks would hold connections, files and memory for ever. An answer that is still being worked out waits for nobody.
 */
export function watchReader(response: ServerResponse, windowMs: number): void {
  // An answer that waits its turn has no connection of its own yet.
  const { socket } = response.req;
  let seen = '';
  const timer = setInterval(() => {
    if (socket.destroyed) {
      clearInterval(timer);
      return;
    }
    const now = `${socket.bytesWritten} ${socket.writableLength}`;
    if (socket.writableLength > 0 && now === seen) {
      clearInterval(timer);
      socket.destroy();
    }
    seen = now;
  }, windowMs);
  timer.unref();
  response.once('close', () => clearInterval(timer));
}
