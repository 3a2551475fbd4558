import { resolveObjectURL } from 'node:buffer';
import { balanced, checked, PoolHere } from './poolHere.ts';
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
  const here = new PoolHere();
  let created = 0;
  /** The shares of one kernel, handed out one after the other before any of them is begun. */
  let shares: { readonly worker: BrowserWorker; readonly message: unknown }[] = [];

  /** As much of the browser's Worker as jax-js uses. Its code comes as an object URL, whose text is read later. */
  class BrowserWorker {
    onmessage: ((event: MessageEvent) => void) | null = null;
    onerror: ((event: { readonly message: string }) => void) | null = null;
    /** Absent for the first worker, which is the calling thread. */
    thread: PoolThread | undefined;
    readonly #isFirst = created++ === 0;
    readonly #starting: Promise<void>;
    #started = false;

    constructor(url: string) {
      // A failure is not caught: it must end the thread. jax-js would go on with numbers that nobody computed.
      this.#starting = this.#start(url);
    }

    postMessage(message: unknown): void {
      if (!this.#started) {
        void this.#starting.then(() => this.postMessage(message));
        return;
      }
      if (shares.length === 0) {
        queueMicrotask(work);
      }
      shares.push({ worker: this, message });
    }

    async #start(url: string): Promise<void> {
      const code = await resolveObjectURL(url)?.text();
      if (code === undefined) {
        throw new Error('The code of the worker pool is gone');
      }
      if (this.#isFirst) {
        here.load(code);
      } else {
        this.thread = await PoolThread.start(code);
        others.push(this.thread);
      }
      this.#started = true;
    }
  }

  function work(): void {
    const workers = shares.map(({ worker }) => worker);
    const messages = balanced(shares.map(({ message }) => message));
    shares = [];
    const quick = here.isQuick(messages[0]);
    const finish = messages.map((message, index) => {
      const thread = workers[index]?.thread;
      if (thread === undefined || quick) {
        return () => here.answer(message);
      }
      thread.post(message);
      return () => thread.waitForAnswer();
    });
    const answers = finish.map((answer) => checked(answer()));
    workers.forEach((worker, index) => worker.onmessage?.({ data: answers[index] }));
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
