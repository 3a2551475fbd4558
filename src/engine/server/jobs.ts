import type { JobError } from '../../core/providers/wire.ts';
import { readLines } from '../../disk/files.ts';
import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import type { Change, StoredJob, StoredRequest } from '../store/changes.ts';
import { isActive } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import { ApiError, notFound } from './apiError.ts';
import { FinishEstimates } from './finishEstimates.ts';
import { cancelMove, pauseMove, resumeMove, takeUpMove } from './jobMoves.ts';
import { jobEvent, jobFailed, newJob, type JobSpec } from './jobRecord.ts';
import { limits } from './limits.ts';
import { jobOfRequest } from './repeatedRequest.ts';
import type { StartThread } from './thread.ts';
import { maxExampleBytes, type checkTrainingFile, type FileRole } from './trainingFile.ts';
import { trainJob } from './trainJob.ts';
import { WorkLoop, type WorkStop } from './workLoop.ts';

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

/** What is left of the five seconds an ending engine has belongs to the trainer that does not listen. */
const savePatienceMs = 4_000;

/**
 * The life of jobs: validating_files, queued, running, and one of succeeded, failed, cancelled; pausing and paused in
 * between. Files are checked while another job trains; jobs are trained one at a time, in the order of creation.
 */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #estimates: FinishEstimates;
  readonly #validation: WorkLoop;
  readonly #training: WorkLoop;
  #closing = false;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#estimates = new FinishEstimates(options.now);
    const loopOf = (status: string, work: (job: StoredJob, stop: WorkStop) => Promise<void>): WorkLoop =>
      new WorkLoop({
        next: () => this.#oldest(status),
        work: (job, stop) => this.#guarded(job, () => work(job, stop)),
        onBreak: (error) => this.#break(error),
      });
    this.#validation = loopOf('validating_files', (job, stop) => this.#validate(job, stop));
    this.#training = loopOf('queued', (job, stop) => this.#train(job, stop));
  }

  /** Takes up what an earlier process left behind: a job that was running goes on from what it last saved. */
  async takeUp(): Promise<void> {
    const { store, now } = this.#options;
    await store.commit(() => ({
      changes: this.#unfinished().flatMap((job) => takeUpMove(job, now())),
      result: undefined,
    }));
    this.#wake();
  }

  /** Jobs that wait for nobody but the engine; a paused one waits for a person. */
  get active(): number {
    return this.#unfinished().filter((job) => job.wire.status !== 'paused').length;
  }

  /** When the running job will probably end, in Unix seconds; null for every other job. */
  estimatedFinish(job: StoredJob): number | null {
    return job.wire.status === 'running' ? this.#estimates.finishOf(job.wire.id) : null;
  }

  /** The same request makes one job, however often it comes. */
  async create(spec: JobSpec, request?: StoredRequest): Promise<StoredJob> {
    const { store, threads, now } = this.#options;
    if (this.#unfinished().length >= limits.queuedJobs) {
      throw new ApiError(429, 'Too many jobs are waiting.', {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        headers: { 'retry-after': '60' },
      });
    }
    const job = { ...newJob(spec, threads, now()), ...(request === undefined ? {} : { request }) };
    const files = [`training file: ${spec.trainingFile}`];
    if (spec.validationFile !== null) {
      files.push(`validation file: ${spec.validationFile}`);
    }
    const created: readonly Change[] = [
      { kind: 'jobAdded', job },
      jobEvent(job, now(), 'info', `Created fine-tuning job: ${job.wire.id}`),
      jobEvent(job, now(), 'info', `Validating ${files.join(' and ')}`),
    ];
    const stored = await store.commit((state) => {
      const earlier = jobOfRequest(state, request);
      return { changes: earlier === undefined ? created : [], result: earlier ?? job };
    });
    this.#wake();
    return stored;
  }

  /**
   * Ends a job for good. It is over when this resolves; what still computes for it stops within about a second.
   * @throws ApiError 400 if it had ended before
   */
  async cancel(jobId: string): Promise<void> {
    const job = await this.#move(jobId, cancelMove);
    const stop = this.#stopOf(jobId);
    if (stop === undefined) {
      await this.#tidy(job);
    } else {
      stop.cancel.abort();
    }
  }

  /** @throws ApiError 400 if it has ended */
  async pause(jobId: string): Promise<void> {
    await this.#move(jobId, pauseMove);
    this.#validation.stopOf(jobId)?.cancel.abort();
    this.#training.stopOf(jobId)?.pause.abort();
  }

  /** @throws ApiError 400 if it is not paused */
  async resume(jobId: string): Promise<void> {
    await this.#move(jobId, resumeMove);
    this.#wake();
  }

  /** Stops computing without ending the jobs, after saving if it takes no longer than 5 s: the next process goes on. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#validation.stopOf()?.cancel.abort();
    const training = this.#training.stopOf();
    training?.pause.abort();
    const patience = setTimeout(() => training?.cancel.abort(), savePatienceMs);
    await Promise.all([this.#validation.close(), this.#training.close()]);
    clearTimeout(patience);
  }

  #wake(): void {
    this.#validation.wake();
    this.#training.wake();
  }

  #unfinished(): readonly StoredJob[] {
    return [...this.#options.store.state.jobs.values()].filter(isActive);
  }

  #isUnfinished(jobId: string): boolean {
    const job = this.#options.store.state.jobs.get(jobId);
    return job !== undefined && isActive(job);
  }

  #oldest(status: string): StoredJob | undefined {
    return this.#unfinished().find((job) => job.wire.status === status);
  }

  #stopOf(jobId: string): WorkStop | undefined {
    return this.#training.stopOf(jobId) ?? this.#validation.stopOf(jobId);
  }

  /** Resolves to the job as it was decided on. */
  #move(jobId: string, move: (job: StoredJob, now: number) => readonly Change[]): Promise<StoredJob> {
    return this.#options.store.commit((state) => {
      const job = state.jobs.get(jobId);
      if (job === undefined) {
        throw notFound('fine-tuning job', jobId, 'fine_tuning_job_id');
      }
      return { changes: move(job, this.#options.now()), result: job };
    });
  }

  async #guarded(job: StoredJob, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.#fail(job, internalError(error));
    }
    // A job that was only checked may be trained by now.
    if (!this.#closing && !this.#isUnfinished(job.wire.id)) {
      await this.#tidy(job);
    }
  }

  #break(error: unknown): void {
    this.#options.log(`jobs stopped: ${String(error)}`);
    this.#options.onStorageFailure();
  }

  async #validate(job: StoredJob, { cancel: { signal } }: WorkStop): Promise<void> {
    const { store, now } = this.#options;
    const files: readonly (readonly [FileRole, string | null])[] = [
      ['training', job.wire.training_file],
      ['validation', job.wire.validation_file],
    ];
    for (const [role, id] of files) {
      if (id === null) {
        continue;
      }
      const lines = readLines(store.fileBytes.path(id), { signal, maxLineBytes: maxExampleBytes });
      const check = await this.#options.checkFile(lines, role, id).catch((error: unknown) => {
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
    await this.#ifActive(job, (present) =>
      present.wire.status !== 'validating_files'
        ? []
        : [
            { kind: 'jobChanged', id: present.wire.id, validated: true, wire: { status: 'queued' } },
            jobEvent(present, now(), 'info', 'Files validated, moving job to queued state'),
          ],
    );
    this.#training.wake();
  }

  async #train(job: StoredJob, stop: WorkStop): Promise<void> {
    const { id } = job.wire;
    const error = await trainJob(job, stop, {
      ...this.#options,
      ifActive: (changes) => this.#ifActive(job, changes),
      estimate: (secondsLeft) => this.#estimates.set(id, secondsLeft),
      closing: () => this.#closing,
    });
    this.#estimates.forget(id);
    if (error !== undefined) {
      await this.#fail(job, error);
    }
    if (!this.#closing && this.#isUnfinished(id)) {
      await this.#tidy(job);
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

  /** Frees the space of what a job no longer needs. Only while nothing computes for it. */
  async #tidy(job: StoredJob): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store.fileBytes.release([job.wire.training_file, job.wire.validation_file]);
      await store.modelFolders.releaseJob(job.wire.id);
    } catch (error) {
      // Space that is not freed now is freed when the store opens next.
      log(`could not free the space of ${job.wire.id}: ${String(error)}`);
    }
  }
}

function internalError(error: unknown): JobError {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'server_error', message: `The job failed due to an internal error: ${reason}`, param: null };
}
