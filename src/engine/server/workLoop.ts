import type { StoredJob } from '../store/changes.ts';

/** How a job that is worked on is told to stop. */
export class WorkStop {
  /** At once; what was computed since the last save is lost. */
  readonly cancel = new AbortController();
  /** After saving. */
  readonly pause = new AbortController();
}

export type WorkLoopOptions = {
  /** The job to work on next; a job is not given out again once its work has changed it. */
  readonly next: () => StoredJob | undefined;
  readonly work: (job: StoredJob, stop: WorkStop) => Promise<void>;
  /** The loop has ended for good, because `work` threw. */
  readonly onBreak: (error: unknown) => void;
};

/** Works on jobs one at a time. It ends when nothing is left and begins again when it is woken. */
export class WorkLoop {
  readonly #options: WorkLoopOptions;
  #current: { readonly jobId: string; readonly stop: WorkStop } | undefined;
  #turning = false;
  #closed = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: WorkLoopOptions) {
    this.#options = options;
  }

  wake(): void {
    if (!this.#closed && !this.#turning) {
      this.#turning = true;
      this.#ended = this.#turn();
    }
  }

  /** How to stop the job at work: `jobId`, or whichever it is. */
  stopOf(jobId?: string): WorkStop | undefined {
    return jobId === undefined || this.#current?.jobId === jobId ? this.#current?.stop : undefined;
  }

  /** Takes no further job; resolves when the present one has come to its stop. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#ended;
  }

  async #turn(): Promise<void> {
    const { next, work, onBreak } = this.#options;
    try {
      for (let job = next(); job !== undefined && !this.#closed; job = next()) {
        const stop = new WorkStop();
        this.#current = { jobId: job.wire.id, stop };
        await work(job, stop);
        this.#current = undefined;
      }
    } catch (error) {
      this.#closed = true;
      onBreak(error);
    } finally {
      this.#current = undefined;
      this.#turning = false;
    }
  }
}
