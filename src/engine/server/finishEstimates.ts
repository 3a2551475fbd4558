/**
 * When running jobs will probably end. What is left is measured from the moment it was told, on a clock that nobody
 * sets: after a night asleep, or a change of the wall clock, the answer is not in the past.
 */
export class FinishEstimates {
  readonly #now: () => number;
  readonly #left = new Map<string, { readonly seconds: number; readonly toldAt: number }>();

  /** `now` in Unix seconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  set(jobId: string, seconds: number): void {
    this.#left.set(jobId, { seconds, toldAt: performance.now() });
  }

  forget(jobId: string): void {
    this.#left.delete(jobId);
  }

  /** Unix seconds; null as long as nothing is known. */
  finishOf(jobId: string): number | null {
    const left = this.#left.get(jobId);
    if (left === undefined) {
      return null;
    }
    const passed = (performance.now() - left.toldAt) / 1000;
    return Math.ceil(this.#now() + Math.max(0, left.seconds - passed));
  }
}
