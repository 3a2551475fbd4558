import type { JobError } from '../../core/providers/wire.ts';
import { readLines } from '../../disk/files.ts';
import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import type { Change, StoredJob } from '../store/changes.ts';
import { isActive, type State } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import { ApiError } from './apiError.ts';
import { jobEvent, jobFailed, newJob, type JobSpec } from './jobRecord.ts';
import { limits } from './limits.ts';
import type { StartThread } from './thread.ts';
import { maxExampleBytes, type checkTrainingFile, type FileRole } from './trainingFile.ts';
import { trainJob } from './trainJob.ts';

export type JobsOptions = {
  readonly store: Store;
  readonly startTrainer: StartThread<TrainerCommand, TrainerEvent>;
  readonly checkFile: typeof checkTrainingFile;
  /** Threads a job trains with, at least 1. */
  readonly threads: number;
  /** Unix seconds. */
  readonly now: () => number;
  /** Gets ids and system errors only, never content. */
  readonly log: (line: string) => void;
  /** Not even the failure of a job could be stored: nothing that is promised from now on would be kept. */
  readonly onStorageFailure: () => void;
};

/**
 * The life of jobs: validating_files, queued, running, and one of succeeded, failed, cancelled. Files are checked
 * while another job trains; jobs are trained one at a time, in the order of their creation.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #stops = new Map<string, AbortController>();
  readonly #estimates = new Map<string, number>();
  readonly #loops = new Map<string, Promise<void>>();
  #closed = false;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier process left behind: a job that was running begins again from scratch. */
  async resume(): Promise<void> {
    const { store, now } = this.#options;
    const interrupted = await store.commit((state) => {
      const jobs = [...state.jobs.values()].filter((job) => isActive(job) && job.wire.status !== 'validating_files');
      const running = jobs.filter((job) => job.wire.status !== 'queued');
      return { changes: running.flatMap((job) => restart(state, job, now())), result: running };
    });
    for (const job of interrupted) {
      await store.releaseJobFolder(job.wire.id);
    }
    this.#wake();
  }

  /** Jobs that are not at an end. */
  get active(): number {
    return [...this.#options.store.state.jobs.values()].filter(isActive).length;
  }

  /** When the running job will probably end, in Unix seconds; null for every other job. */
  estimatedFinish(jobId: string): number | null {
    return this.#estimates.get(jobId) ?? null;
  }

  async create(spec: JobSpec): Promise<StoredJob> {
    const { store, threads, now } = this.#options;
    if (this.active >= limits.queuedJobs) {
      throw new ApiError(429, 'Too many jobs are waiting.', {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        headers: { 'retry-after': '60' },
      });
    }
    const job = newJob(spec, threads, now());
    const files = [`training file: ${spec.trainingFile}`];
    if (spec.validationFile !== null) {
      files.push(`validation file: ${spec.validationFile}`);
    }
    await store.commit(() => ({
      changes: [
        { kind: 'jobAdded', job },
        jobEvent(job, now(), 'info', `Created fine-tuning job: ${job.wire.id}`),
        jobEvent(job, now(), 'info', `Validating ${files.join(' and ')}`),
      ],
      result: undefined,
    }));
    this.#wake();
    return job;
  }

  /**
   * Ends a job for good. It is over when this resolves; what still computes for it stops within a few seconds.
   * @throws ApiError 400 if it had ended before
   */
  async cancel(jobId: string): Promise<void> {
    const { store, now } = this.#options;
    const job = await store.commit((state) => {
      const found = state.jobs.get(jobId);
      if (found === undefined || !isActive(found)) {
        const status = found?.wire.status ?? 'unknown';
        throw new ApiError(400, `The job has already ended with status '${status}' and cannot be cancelled.`, {
          code: 'job_already_ended',
        });
      }
      return {
        changes: [
          { kind: 'jobChanged', id: jobId, wire: { status: 'cancelled', finished_at: now() } },
          jobEvent(found, now(), 'warn', 'Fine tuning process stopping due to job cancellation'),
        ],
        result: found,
      };
    });
    const stop = this.#stops.get(jobId);
    if (stop === undefined) {
      await this.#release(job);
    } else {
      stop.abort();
    }
  }

  /** Stops computing without ending the jobs: they are taken up again by the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stops.values()) {
      stop.abort();
    }
    await Promise.all(this.#loops.values());
  }

  #wake(): void {
    this.#run('validating_files', (job, signal) => this.#validate(job, signal));
    this.#run('queued', (job, signal) => this.#train(job, signal));
  }

  /** One loop for each kind of work; it ends when nothing is left and begins again with the next wake. */
  #run(status: string, work: (job: StoredJob, signal: AbortSignal) => Promise<void>): void {
    if (this.#closed || this.#loops.has(status)) {
      return;
    }
    const loop = async (): Promise<void> => {
      for (let job = this.#oldest(status); job !== undefined && !this.#closed; job = this.#oldest(status)) {
        const stop = new AbortController();
        this.#stops.set(job.wire.id, stop);
        try {
          await work(job, stop.signal);
        } catch (error) {
          await this.#fail(job, internalError(error));
        } finally {
          // The training of a job may begin before its validation has returned from here.
          if (this.#stops.get(job.wire.id) === stop) {
            this.#stops.delete(job.wire.id);
          }
          this.#estimates.delete(job.wire.id);
        }
        if (!this.#closed) {
          await this.#release(job);
        }
      }
    };
    const done = loop()
      .catch((error: unknown) => {
        this.#options.log(`jobs stopped: ${String(error)}`);
        this.#closed = true;
        this.#options.onStorageFailure();
      })
      .finally(() => {
        this.#loops.delete(status);
        if (this.#oldest(status) !== undefined) {
          this.#wake();
        }
      });
    this.#loops.set(status, done);
  }

  #oldest(status: string): StoredJob | undefined {
    return [...this.#options.store.state.jobs.values()].find((job) => job.wire.status === status);
  }

  async #validate(job: StoredJob, signal: AbortSignal): Promise<void> {
    const { store, now } = this.#options;
    const files: readonly (readonly [FileRole, string | null])[] = [
      ['training', job.wire.training_file],
      ['validation', job.wire.validation_file],
    ];
    for (const [role, id] of files) {
      if (id === null) {
        continue;
      }
      const lines = readLines(store.filePath(id), { signal, maxLineBytes: maxExampleBytes });
      const check = await this.#options.checkFile(lines, role).catch((error: unknown) => {
        if (signal.aborted) {
          return undefined;
        }
        throw error;
      });
      if (check === undefined) {
        return;
      }
      if ('error' in check) {
        await this.#fail(job, check.error);
        return;
      }
    }
    await this.#ifActive(job, (present) => [
      { kind: 'jobChanged', id: present.wire.id, wire: { status: 'queued' } },
      jobEvent(present, now(), 'info', 'Files validated, moving job to queued state'),
    ]);
    this.#wake();
  }

  async #train(job: StoredJob, signal: AbortSignal): Promise<void> {
    const error = await trainJob(job, signal, {
      ...this.#options,
      ifActive: (changes) => this.#ifActive(job, changes),
      estimate: (seconds) => this.#estimates.set(job.wire.id, seconds),
      closing: () => this.#closed,
    });
    if (error !== undefined) {
      await this.#fail(job, error);
    }
  }

  async #fail(job: StoredJob, error: JobError): Promise<void> {
    this.#options.log(`${job.wire.id} failed: ${error.code ?? 'no code'}`);
    await this.#ifActive(job, (present) => jobFailed(present, this.#options.now(), error));
  }

  /** Makes the changes if the job has not been cancelled meanwhile; tells whether it did. */
  #ifActive(job: StoredJob, changes: (present: StoredJob) => readonly Change[]): Promise<boolean> {
    return this.#options.store.commit((state) => {
      const present = state.jobs.get(job.wire.id);
      const active = present !== undefined && isActive(present);
      return { changes: active ? changes(present) : [], result: active };
    });
  }

  async #release(job: StoredJob): Promise<void> {
    const { store, log } = this.#options;
    const present = store.state.jobs.get(job.wire.id);
    if (present === undefined || isActive(present)) {
      return;
    }
    try {
      await store.releaseFiles([job.wire.training_file, job.wire.validation_file]);
      await store.releaseJobFolder(job.wire.id);
    } catch (error) {
      // Space that is not freed now is freed when the store opens next.
      log(`could not free the space of ${job.wire.id}: ${String(error)}`);
    }
  }
}

function restart(state: State, job: StoredJob, now: number): readonly Change[] {
  const id = job.wire.id;
  return [
    ...state.checkpoints(id).map((checkpoint): Change => ({ kind: 'checkpointDropped', jobId: id, id: checkpoint.wire.id })),
    { kind: 'jobChanged', id, wire: { status: 'queued' } },
    jobEvent(job, now, 'warn', 'The engine ended while this job was running; training begins again from the start'),
  ];
}

function internalError(error: unknown): JobError {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'server_error', message: `The job failed due to an internal error: ${reason}`, param: null };
}
