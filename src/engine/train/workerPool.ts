import { resolveObjectURL } from 'node:buffer';
import { compileFunction } from 'node:vm';
import { PoolThread } from './poolThread.ts';

type MessageEvent = { readonly data: unknown };

/**
 * Gives jax-js a pool of `threads` threads, the calling one included. In Node it finds no browser `Worker` and would
 * compute on the calling thread alone. It looks for `Worker` and for `navigator.hardwareConcurrency`, the size of its
 * pool, once, while it is being imported: call this before, and import it dynamically. With 1 thread it is left to
 * compute in place. The pool keeps the process alive until `stop` is called.
 *
 * A training step is some 400 short kernels, each of which waits for the one before. Over message events a kernel
 * takes 0.15 ms longer, about as much as it computes; so the first worker is the calling thread itself, and the
 * others are waited for without going through the message loop. Work therefore blocks the calling thread.
 */
export function installWorkerPool(threads: number): { readonly stop: () => Promise<void> } {
  if (threads <= 1) {
    return { stop: () => Promise.resolve() };
  }
  const others: PoolThread[] = [];
  let created = 0;

  /** As much of the browser's Worker as jax-js uses. Its code comes as an object URL, whose text is read later. */
  class BrowserWorker {
    onmessage: ((event: MessageEvent) => void) | null = null;
    onerror: ((event: { readonly message: string }) => void) | null = null;
    readonly #isFirst = created++ === 0;
    readonly #starting: Promise<void>;
    /** Computes, and returns the answer of the worker's code. */
    #work: ((message: unknown) => () => unknown) | undefined;

    constructor(url: string) {
      // A failure is not caught: it must end the thread. jax-js would go on with numbers that nobody computed.
      this.#starting = this.#start(url);
    }

    postMessage(message: unknown): void {
      if (this.#work === undefined) {
        void this.#starting.then(() => this.postMessage(message));
        return;
      }
      const finish = this.#work(message);
      // After the caller has handed all workers their share.
      queueMicrotask(() => this.onmessage?.({ data: checked(finish()) }));
    }

    async #start(url: string): Promise<void> {
      const code = await resolveObjectURL(url)?.text();
      if (code === undefined) {
        throw new Error('The code of the worker pool is gone');
      }
      if (this.#isFirst) {
        const answer = runHere(code);
        this.#work = (message) => () => answer(message);
      } else {
        const thread = await PoolThread.start(code);
        others.push(thread);
        this.#work = (message) => {
          thread.post(message);
          return () => thread.waitForAnswer();
        };
      }
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
      await Promise.all(others.map((thread) => thread.stop()));
    },
  };
}

/** jax-js passes over a kernel that failed; thrown from a microtask, the error ends the thread. */
function checked(answer: unknown): unknown {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok !== true) {
    throw new Error(`A computation failed: ${'error' in answer ? String(answer.error) : 'without a reason'}`);
  }
  return answer;
}

/** Runs the worker's code in the calling thread; the result answers one message with one message. */
function runHere(code: string): (message: unknown) => unknown {
  const self: { onmessage?: (event: MessageEvent) => void } = {};
  let answer: unknown;
  const postMessage = (message: unknown): void => {
    answer = message;
  };
  compileFunction(code, ['self', 'postMessage'])(self, postMessage);
  return (message) => {
    self.onmessage?.({ data: message });
    return answer;
  };
}
