/** Steps that compile; their time says nothing. */
const firstMeasuredStep = 4;
/** Every so many steps the slower way is tried again: the machine may have become busier or calmer. */
const stepsPerTrial = 16;
/** Share of a new time in the average. */
const newShare = 0.35;

type Way = 'alone' | 'shared';

/**
 * Decides from step to step whether the pool shares its kernels. On free cores that is faster; on cores that others
 * keep busy, every kernel would wait for the thread that got no core. Who computes a share does not change its
 * numbers, so this decision, which depends on timing, does not make results irreproducible.
 */
export class Sharing {
  readonly #now: () => number;
  /** Milliseconds per unit of work. */
  readonly #average: Record<Way, number | undefined> = { alone: undefined, shared: undefined };
  #step = 0;
  #way: Way = 'shared';
  #work = 0;
  #start = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get isOn(): boolean {
    return this.#way === 'shared';
  }

  /** To be called where a step of `work` units begins, and with it ends the one before. */
  beginStep(work: number): void {
    const now = this.#now();
    if (this.#step >= firstMeasuredStep) {
      const time = (now - this.#start) / this.#work;
      const average = this.#average[this.#way];
      this.#average[this.#way] = average === undefined ? time : (1 - newShare) * average + newShare * time;
    }
    this.#step += 1;
    this.#way = this.#nextWay();
    this.#work = work;
    this.#start = now;
  }

  #nextWay(): Way {
    const { alone, shared } = this.#average;
    if (shared === undefined || alone === undefined) {
      return shared === undefined ? 'shared' : 'alone';
    }
    const isTrial = this.#step % stepsPerTrial === 0;
    return shared < alone !== isTrial ? 'shared' : 'alone';
  }
}
