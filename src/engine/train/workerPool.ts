import { resolveObjectURL } from 'node:buffer';
import { Worker } from 'node:worker_threads';

/** The library's worker code expects a browser's worker scope. */
const prelude = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

/**
 * Gives jax-js a pool of `threads` threads. In Node it finds no browser `Worker` and would compute on the calling
 * thread alone. It looks for `Worker` and for `navigator.hardwareConcurrency`, the size of its pool, once, while it is
 * being imported: call this before, and import it dynamically. With 1 thread it is left to compute in place.
 * The pool keeps the process alive until `stop` is called.
 */
export function installWorkerPool(threads: number): { readonly stop: () => Promise<void> } {
  if (threads <= 1) {
    return { stop: () => Promise.resolve() };
  }
  const running = new Set<Worker>();

  /** As much of the browser's Worker as jax-js uses. The code comes as an object URL, whose text is read later. */
  class BrowserWorker {
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    onerror: ((event: { readonly message: string }) => void) | null = null;
    #worker: Worker | undefined;
    #waiting: unknown[] = [];

    constructor(url: string) {
      this.#start(url).catch((error: unknown) => this.onerror?.({ message: String(error) }));
    }

    postMessage(message: unknown): void {
      if (this.#worker === undefined) {
        this.#waiting.push(message);
      } else {
        this.#worker.postMessage(message);
      }
    }

    async #start(url: string): Promise<void> {
      const code = await resolveObjectURL(url)?.text();
      if (code === undefined) {
        throw new Error('The code of the worker pool is gone');
      }
      const worker = new Worker(prelude + code, { eval: true });
      running.add(worker);
      worker.on('message', (data: unknown) => this.onmessage?.({ data }));
      worker.on('error', (error: Error) => this.onerror?.(error));
      this.#worker = worker;
      for (const message of this.#waiting) {
        worker.postMessage(message);
      }
      this.#waiting = [];
    }
  }

  Object.defineProperty(globalThis, 'Worker', { value: BrowserWorker, configurable: true, writable: true });
  // An own property hides the getter; old hosts have no navigator at all.
  const host = (globalThis as { navigator?: object }).navigator;
  if (host === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: threads }, configurable: true });
  } else {
    Object.defineProperty(host, 'hardwareConcurrency', { value: threads, configurable: true });
  }

  return {
    stop: async () => {
      await Promise.all(Array.from(running, (worker) => worker.terminate()));
      running.clear();
    },
  };
}
