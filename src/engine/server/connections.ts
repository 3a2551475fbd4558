import type { Socket } from 'node:net';

/**
 * Bounds the number of open connections without letting strangers keep others out: beyond the limit a newcomer takes
 * the place of the one that has waited longest, first of those that never sent a request that passed the gate.
 * Connections with a request that is being answered are never pushed out.
 */
export class Connections {
  readonly #most: number;
  /** In the order of their arrival. */
  readonly #open = new Map<Socket, { readonly running: Set<() => void>; known: boolean }>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes a new connection in, or closes it if every other one is at work. */
  add(socket: Socket): void {
    if (this.#open.size >= this.#most) {
      const victim = this.#longestWaiting(false) ?? this.#longestWaiting(true) ?? socket;
      this.#open.delete(victim);
      victim.destroy();
      if (victim === socket) {
        return;
      }
    }
    const running = new Set<() => void>();
    this.#open.set(socket, { running, known: false });
    socket.once('close', () => {
      this.#open.delete(socket);
      // Not every release of Node tells an answer that waits its turn that its connection has gone.
      for (const gone of [...running]) {
        gone();
      }
    });
  }

  /** A request begins; `gone` is called if its connection closes first. Call what this returns when it is over. */
  begin(socket: Socket, gone: () => void): () => void {
    const running = this.#open.get(socket)?.running;
    running?.add(gone);
    return () => void running?.delete(gone);
  }

  /** A request on it has passed the gate. */
  trust(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) {
      connection.known = true;
    }
  }

  /** Closes what waits for a request; no more are expected. */
  closeWaiting(): void {
    for (const [socket, connection] of this.#open) {
      if (connection.running.size === 0) {
        socket.destroy();
      }
    }
  }

  #longestWaiting(known: boolean): Socket | undefined {
    for (const [socket, connection] of this.#open) {
      if (connection.running.size === 0 && connection.known === known) {
        return socket;
      }
    }
    return undefined;
  }
}
