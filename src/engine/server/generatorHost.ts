import type { GenerateRequest, GeneratorCommand, GeneratorEvent } from '../../protocol/training.ts';
import { ApiError } from './apiError.ts';
import { limits } from './limits.ts';
import type { StartThread, Thread } from './thread.ts';

/** How long the thread may go on after it was told to stop, before it is ended. */
const stopPatienceMs = 5000;

type GeneratorThread = Thread<GeneratorCommand, GeneratorEvent>;

/** One chat's place: what arrived and has not been taken, and who waits for it. */
type Turn = { readonly id: string; readonly events: GeneratorEvent[]; wake: () => void };

/**
 * Lets chats through to the generator thread one after another. The thread is started with the first chat, kept,
 * and started anew after a crash.
 */
export class GeneratorHost {
  readonly #startThread: StartThread<GeneratorCommand, GeneratorEvent>;
  #thread: GeneratorThread | undefined;
  #turn: Turn | undefined;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(startThread: StartThread<GeneratorCommand, GeneratorEvent>) {
    this.#startThread = startThread;
  }

  /**
   * Events of one answer; the last one is `end`. Aborting, or leaving the loop, stops the computation.
   * @throws ApiError 429 if too many wait, 500 if the answer failed
   */
  async *generate(
    request: GenerateRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Extract<GeneratorEvent, { kind: 'text' | 'end' }>, void, undefined> {
    if (this.#waiting >= limits.waitingChats) {
      throw new ApiError(429, 'Too many chats are waiting for an answer.', {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        headers: { 'retry-after': '1' },
      });
    }
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#waiting += 1;
    try {
      await before;
      if (!signal.aborted) {
        yield* this.#answer(request, signal);
      }
    } finally {
      this.#waiting -= 1;
      leave();
    }
  }

  async close(): Promise<void> {
    await this.#dropThread();
  }

  async *#answer(
    request: GenerateRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Extract<GeneratorEvent, { kind: 'text' | 'end' }>, void, undefined> {
    const turn: Turn = { id: request.id, events: [], wake: () => undefined };
    this.#turn = turn;
    const thread = this.#runningThread();
    let finished = false;
    const onAbort = (): void => turn.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      thread.post(request);
      while (!signal.aborted) {
        const event = turn.events.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            turn.wake = resolve;
          });
          continue;
        }
        if (event.kind === 'failed') {
          finished = true;
          throw new ApiError(500, event.message, { code: event.code });
        }
        finished = event.kind === 'end';
        yield event;
        if (finished) {
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (!finished) {
        await this.#stop(thread, turn);
      }
      this.#turn = undefined;
    }
  }

  #runningThread(): GeneratorThread {
    if (this.#thread !== undefined) {
      return this.#thread;
    }
    const thread = this.#startThread();
    this.#thread = thread;
    thread.onEvent((event) => this.#deliver(event));
    thread.onEnd((reason) => {
      if (this.#thread === thread) {
        this.#thread = undefined;
        this.#deliver({
          kind: 'failed',
          id: this.#turn?.id ?? '',
          code: 'generator_stopped',
          message: `The answer could not be computed: the generating thread stopped (${reason}). Ask again.`,
        });
      }
    });
    return thread;
  }

  #deliver(event: GeneratorEvent): void {
    if (event.id === this.#turn?.id) {
      this.#turn.events.push(event);
      this.#turn.wake();
    }
  }

  /** Waits until the thread is free again, so that the next chat does not queue behind a dead one. */
  async #stop(thread: GeneratorThread, turn: Turn): Promise<void> {
    if (this.#thread !== thread) {
      return;
    }
    thread.post({ kind: 'stop', id: turn.id });
    const deadline = performance.now() + stopPatienceMs;
    while (!turn.events.some((event) => event.kind !== 'text')) {
      const left = deadline - performance.now();
      if (left <= 0) {
        await this.#dropThread();
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        turn.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #dropThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}
