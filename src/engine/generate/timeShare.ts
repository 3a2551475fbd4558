/** Milliseconds: those that pass, and those that this thread has computed. */
export type ThreadClock = { readonly now: () => number; readonly computed: () => number };

/** Where Node cannot tell what a thread has computed, all that passes counts, unless it rests. */
function threadClock(): ThreadClock {
  const usage = (process as { readonly threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.bind(process);
  const now = (): number => performance.now();
  if (usage !== undefined) {
    return { now, computed: () => (usage().user + usage().system) / 1000 };
  }
  return { now, computed: () => performance.eventLoopUtilization().active };
}

/** What may be computed beyond its share after a time of rest, which a timer that is late gives. */
const creditMs = 5;

/**
 * Keeps what a thread computes below a share of one core, whatever else runs there: in any stretch of time it is at
 * most that share, the credit, and what is computed between two looks at the clock.
 */
export class TimeShare {
  readonly #clock: ThreadClock;
  #share = 1;
  #now: number;
  #computed: number;
  /** Computed beyond the share. */
  #debtMs = 0;

  constructor(clock: ThreadClock = threadClock()) {
    this.#clock = clock;
    this.#now = clock.now();
    this.#computed = clock.computed();
  }

  /** In (0, 1]. */
  set(share: number): void {
    this.#settle();
    this.#share = share;
  }

  /** How long to rest before anything more is computed. */
  restMs(): number {
    this.#settle();
    return this.#share < 1 ? Math.max(0, this.#debtMs / this.#share) : 0;
  }

  #settle(): void {
    const [now, computed] = [this.#clock.now(), this.#clock.computed()];
    const beyond = computed - this.#computed - this.#share * (now - this.#now);
    this.#debtMs = Math.max(-creditMs, this.#debtMs + beyond);
    [this.#now, this.#computed] = [now, computed];
  }
}
