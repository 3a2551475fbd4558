import { JobPoll } from '../core/jobs/jobPoll.ts';
import type { JobStore } from '../core/jobs/jobStore.ts';
import { planPoll } from '../core/jobs/pollPlan.ts';
import { ServiceError, type Service } from '../core/providers/port.ts';
import { isCancellation } from './errorReport.ts';

type WatchHost = {
  /** Puts what was known before the editor was closed into the store; when it was true, in milliseconds since 1970. */
  restore(): Promise<number | undefined>;
  /** The service, or undefined where there is nothing to ask yet. */
  peek(signal: AbortSignal): Promise<Service | undefined>;
  isVisible(): boolean;
  watched(): ReadonlySet<string>;
  unfinished(): readonly string[];
  onGone(jobId: string): void;
  /** After every round and whenever `state` changed. */
  onRound(): void;
};

export type WatchState = {
  /** 'idle' before the first answer; 'nothing' where `peek` gave no service. */
  readonly kind: 'idle' | 'nothing' | 'answered' | 'failed';
  /** When the last good answer came, in milliseconds since 1970. */
  readonly answeredAt: number | undefined;
  /** Why the last round failed. */
  readonly error: unknown;
  readonly hasMore: boolean;
};

/** A round that takes longer has lost its connection without noticing. */
const roundTimeoutMs = 120_000;

/** The polling loop of one connection: one round at a time, and the next timer only after its answer. */
export class ConnectionWatch {
  readonly #connectionId: string;
  readonly #store: JobStore;
  readonly #host: WatchHost;
  #poll: JobPoll;
  #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failures = 0;
  #restored: Promise<void> | undefined;
  #state: Omit<WatchState, 'hasMore'> = { kind: 'idle', answeredAt: undefined, error: undefined };

  constructor(connectionId: string, store: JobStore, host: WatchHost) {
    this.#connectionId = connectionId;
    this.#store = store;
    this.#host = host;
    this.#poll = new JobPoll(store, connectionId, Date.now);
  }

  get state(): WatchState {
    return { ...this.#state, hasMore: this.#poll.hasMore };
  }

  /** Asks now; while a round is under way, asks once more after it. Never rejects. */
  run(): Promise<void> {
    if (this.#round === undefined) return (this.#round = this.#runRound());
    return (this.#next ??= this.#round.then(() => {
      this.#next = undefined;
      return this.run();
    }));
  }

  /** Resolves after the round that is under way, or after one that begins now. */
  settled(): Promise<void> {
    return this.#round ?? this.run();
  }

  /** The same as `run`, and what is known about ended jobs is asked again. */
  refresh(): Promise<void> {
    this.#failures = 0;
    this.#poll.forgetDetails();
    return this.run();
  }

  /** Lists one more page of older jobs. Throws ServiceError. */
  async loadMore(signal: AbortSignal): Promise<void> {
    const service = await this.#host.peek(signal);
    if (service !== undefined) await this.#poll.loadMore(service, AbortSignal.any([signal, this.#ended.signal]));
    this.#host.onRound();
  }

  /** Reads the details of one ended job again in the next round. */
  forgetDetails(jobId: string): void {
    this.#poll.forgetDetails(jobId);
  }

  /** Plans the next round anew: what is visible or running has changed. */
  replan(): void {
    if (this.#round !== undefined || this.#ended.signal.aborted) return;
    clearTimeout(this.#timer);
    const error = this.#state.kind === 'failed' ? this.#state.error : undefined;
    const facts = error instanceof ServiceError ? error.facts : undefined;
    const delay =
      this.#state.kind === 'nothing'
        ? undefined
        : planPoll(
            {
              records: this.#store.list(this.#connectionId),
              visible: this.#host.isVisible(),
              failures: this.#failures,
              lastFailure: facts?.kind,
              retryAfter: facts?.retryAfter,
            },
            Math.random(),
          );
    this.#timer = delay === undefined ? undefined : setTimeout(() => void this.run(), delay);
  }

  dispose(): void {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  async #runRound(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await (this.#restored ??= this.#restore());
      await this.#ask();
    } finally {
      this.#round = undefined;
      if (!this.#ended.signal.aborted) {
        this.replan();
        this.#host.onRound();
      }
    }
  }

  async #restore(): Promise<void> {
    const answeredAt = await this.#host.restore();
    if (answeredAt === undefined || this.#ended.signal.aborted) return;
    this.#state = { ...this.#state, answeredAt };
    this.#host.onRound();
  }

  async #ask(): Promise<void> {
    const poll = this.#poll;
    const timeout = AbortSignal.timeout(roundTimeoutMs);
    const signal = AbortSignal.any([this.#ended.signal, timeout]);
    try {
      const service = await this.#host.peek(signal);
      if (service === undefined) {
        this.#failures = 0;
        this.#poll = new JobPoll(this.#store, this.#connectionId, Date.now);
        this.#state = { kind: 'nothing', answeredAt: undefined, error: undefined };
        this.#store.clear(this.#connectionId);
        return;
      }
      const interest = { watched: this.#host.watched(), unfinished: this.#host.unfinished() };
      const { gone } = await poll.round(service, interest, signal);
      this.#failures = 0;
      this.#state = { kind: 'answered', answeredAt: Date.now(), error: undefined };
      for (const jobId of gone) this.#host.onGone(jobId);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const late = timeout.aborted && isCancellation(error);
      this.#failures += 1;
      this.#state = {
        ...this.#state,
        kind: 'failed',
        error: late ? new ServiceError('The service did not answer in time.', { kind: 'unreachable' }) : error,
      };
    }
  }
}
