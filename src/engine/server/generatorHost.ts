import type { GenerateRequest, GeneratorCommand, GeneratorEvent } from '../../protocol/training.ts';
import { ApiError } from './apiError.ts';
import { limits } from './limits.ts';
import type { StartThread, Thread } from './thread.ts';

/** How long the thread may go on after it was told to stop, before it is ended. */
const stopPatienceMs = 5000;

type GeneratorThread = Thread<GeneratorCommand, GeneratorEvent>;

/** One request's place: what arrived and has not been taken, and who waits for it. */
type Place = { readonly id: string; readonly events: GeneratorEvent[]; wake: () => void; held: boolean };

export type Generated = Exclude<GeneratorEvent, { kind: 'failed' }>;

/**
 * Lets requests through to the generator thread, which takes turns between them. The thread is started with the first
 * one, kept, and started anew after a crash.
 */
export class GeneratorHost {
  readonly #startThread: StartThread<GeneratorCommand, GeneratorEvent>;
  readonly #places = new Map<string, Place>();
  #thread: GeneratorThread | undefined;
  #share = 1;

  constructor(startThread: StartThread<GeneratorCommand, GeneratorEvent>) {
    this.#startThread = startThread;
  }

  /** The part of one core that the thread may use, in (0, 1]. */
  setShare(share: number): void {
    if (share === this.#share) {
      return;
    }
    this.#share = share;
    this.#thread?.post({ kind: 'share', share });
  }

  /**
   * Events of one request; the last one is `end`. Aborting, or leaving the loop, stops the computation; who takes the
   * events slowly holds it up.
   * @throws ApiError 429 if too many are under way, 400 if the model cannot do what is asked, 500 if it failed
   */
  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<Generated, void, undefined> {
    if (this.#places.size >= limits.chats) {
      throw new ApiError(429, 'Too many chats are waiting for an answer.', {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        headers: { 'retry-after': '1' },
      });
    }
    if (signal.aborted) {
      return;
    }
    const { id } = request;
    const place: Place = { id, events: [], wake: () => undefined, held: false };
    this.#places.set(id, place);
    const thread = this.#runningThread();
    const onAbort = (): void => place.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    let over = false;
    try {
      thread.post(request);
      while (!signal.aborted) {
        const event = place.events.shift();
        if (event === undefined) {
          await woken(place);
          continue;
        }
        if (place.held && place.events.length === 0) {
          place.held = false;
          thread.post({ kind: 'resume', id });
        }
        over = event.kind === 'end' || event.kind === 'failed';
        if (event.kind === 'failed') {
          throw new ApiError(event.fault === 'request' ? 400 : 500, event.message, { code: event.code, param: event.param });
        }
        yield event;
        if (over) {
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (over) {
        this.#places.delete(id);
      } else {
        void this.#abandon(thread, place);
      }
    }
  }

  async close(): Promise<void> {
    await this.#dropThread('the engine ends');
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
        this.#failAll(reason);
      }
    });
    if (this.#share < 1) {
      thread.post({ kind: 'share', share: this.#share });
    }
    return thread;
  }

  #deliver(event: GeneratorEvent): void {
    const place = this.#places.get(event.id);
    if (place === undefined) {
      return;
    }
    place.events.push(event);
    place.wake();
    if (!place.held && place.events.length >= limits.untakenEvents) {
      place.held = true;
      this.#thread?.post({ kind: 'pause', id: event.id });
    }
  }

  #failAll(reason: string): void {
    const message = `The answer could not be computed: the generating thread stopped (${reason}). Ask again.`;
    for (const { id } of [...this.#places.values()]) {
      this.#deliver({ kind: 'failed', id, fault: 'engine', code: 'generator_stopped', param: null, message });
    }
  }

  /** The place is free when the thread has stopped computing; one that does not stop is ended. */
  async #abandon(thread: GeneratorThread, place: Place): Promise<void> {
    const { id } = place;
    thread.post({ kind: 'stop', id });
    const deadline = performance.now() + stopPatienceMs;
    const stopped = (): boolean => place.events.some(({ kind }) => kind === 'end' || kind === 'failed');
    while (!stopped()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        this.#places.delete(id);
        if (this.#thread === thread) {
          await this.#dropThread('it was stuck');
        }
        return;
      }
      await woken(place, left);
    }
    this.#places.delete(id);
  }

  async #dropThread(reason: string): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#failAll(reason);
    await thread?.terminate();
  }
}

function woken(place: Place, atMostMs?: number): Promise<void> {
  return new Promise<void>((resolve) => {
    const timer = atMostMs === undefined ? undefined : setTimeout(resolve, atMostMs);
    place.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
