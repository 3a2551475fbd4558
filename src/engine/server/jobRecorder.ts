import type { StepMetrics } from '../../core/providers/wire.ts';
import type { Change, JobPlan, SavedState, StoredCheckpoint, StoredFile, StoredJob } from '../store/changes.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import { hyperparametersOfJob, jobEvent } from './jobRecord.ts';
import { stepMessage, stepsOf, toResultCsv } from './resultFile.ts';
import type { TrainProgress } from './trainerHost.ts';

/** The last three are kept, as the service does. */
const keptCheckpoints = 3;

export type RecorderContext = {
  readonly store: Store;
  /** Unix seconds. */
  readonly now: () => number;
  /** Makes changes unless the job was cancelled meanwhile; resolves to false then. */
  readonly ifActive: (changes: (present: StoredJob) => readonly Change[]) => Promise<boolean>;
  /** Told in how many seconds the job will probably end. */
  readonly estimate: (secondsLeft: number) => void;
};

/**
 * Writes down what the trainer tells, in order. Training is reproducible to the byte, so a step or checkpoint that
 * comes once more, because training went on from before it, is the one that is recorded already, and is skipped.
 */
export class JobRecorder {
  readonly #job: StoredJob;
  readonly #context: RecorderContext;
  readonly #onFailure: () => void;
  #plan: JobPlan | undefined;
  #lastStep: number;
  #queue: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  /** `onFailure` is called once if something cannot be written down: it is no use to go on then. */
  constructor(job: StoredJob, context: RecorderContext, onFailure: () => void) {
    this.#job = job;
    this.#context = context;
    this.#onFailure = onFailure;
    this.#lastStep = stepsOf(context.store.state.events(job.wire.id)).at(-1)?.step ?? 0;
  }

  /** The trainer has read everything that it needs. */
  get hasStarted(): boolean {
    return this.#plan !== undefined;
  }

  take(event: TrainProgress): void {
    this.#queue = this.#queue
      .then(() => (this.#failure === undefined ? this.#record(event) : undefined))
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        this.#onFailure();
      });
  }

  /** @throws what went wrong while an event was written down */
  async settled(): Promise<void> {
    await this.#queue;
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  async #record(event: TrainProgress): Promise<void> {
    switch (event.kind) {
      case 'started':
        return this.#started(event);
      case 'step':
        return this.#step(event);
      case 'checkpoint':
        return this.#checkpoint(event);
      case 'saved':
        return this.#saved(event);
    }
  }

  async #started(event: Extract<TrainProgress, { kind: 'started' }>): Promise<void> {
    const { now } = this.#context;
    const plan = { totalSteps: event.totalSteps, stepsPerEpoch: event.stepsPerEpoch };
    this.#plan = plan;
    await this.#context.ifActive((present) => {
      if (present.plan !== null) {
        return [];
      }
      const changes: Change[] = [
        {
          kind: 'jobChanged',
          id: present.wire.id,
          plan,
          wire: hyperparametersOfJob({
            n_epochs: event.hyperparameters.nEpochs,
            batch_size: event.hyperparameters.batchSize,
            learning_rate_multiplier: event.hyperparameters.learningRateMultiplier,
          }),
        },
        jobEvent(
          present,
          now(),
          'info',
          `Training ${event.parameters} parameters for ${event.totalSteps} steps ` +
            `(context ${event.contextLength} tokens, vocabulary ${event.vocabularySize})`,
        ),
      ];
      if (event.truncatedExamples > 0) {
        const message =
          `${event.truncatedExamples} example(s) are longer than the context of ${event.contextLength} tokens and ` +
          'were cut at their end';
        changes.push(jobEvent(present, now(), 'warn', message));
      }
      return changes;
    });
  }

  async #step(event: Extract<TrainProgress, { kind: 'step' }>): Promise<void> {
    const { store, now } = this.#context;
    if (event.secondsLeft !== null) {
      this.#context.estimate(event.secondsLeft);
    }
    const { step } = event.metrics;
    if (step <= this.#lastStep) {
      return;
    }
    this.#lastStep = step;
    const total = event.metrics.total_steps ?? this.#knownPlan().totalSteps;
    const metrics = { ...event.metrics, total_steps: total };
    const details = { id: newId.stepEvent(this.#job.wire.id, step), type: 'metrics', data: metrics };
    await store.commitLazily(() => [jobEvent(this.#job, now(), 'info', stepMessage(metrics, total), details)]);
  }

  async #checkpoint(event: Extract<TrainProgress, { kind: 'checkpoint' }>): Promise<void> {
    const { store, now } = this.#context;
    const jobId = this.#job.wire.id;
    const { stepsPerEpoch, totalSteps } = this.#knownPlan();
    const directory = store.modelFolders.directoryOf(event.directory);
    if (event.step <= (store.state.checkpoints(jobId).at(-1)?.wire.step_number ?? 0)) {
      // The last one is the tuned model of this run, whatever was recorded before.
      await store.modelFolders.release(event.step === totalSteps ? [] : [directory]);
      return;
    }
    // The weights must be on disk before a record names them.
    const digest = await store.modelFolders.makeDurable(directory);
    const dropped: string[] = [];
    await this.#context.ifActive((present) => {
      const isEpochEnd = event.step % stepsPerEpoch === 0;
      if (!isEpochEnd && present.wire.status !== 'pausing') {
        // Of an engine that ends: nobody asked for a model here.
        return [];
      }
      const superfluous = superfluousCheckpoints(store.state.checkpoints(jobId), stepsPerEpoch, isEpochEnd);
      dropped.push(...superfluous.map((checkpoint) => checkpoint.directory));
      return [
        {
          kind: 'checkpointAdded',
          checkpoint: {
            wire: {
              id: newId.checkpoint(),
              object: 'fine_tuning.job.checkpoint',
              created_at: now(),
              fine_tuned_model_checkpoint: `${present.modelName}:ckpt-step-${event.step}`,
              step_number: event.step,
              fine_tuning_job_id: jobId,
              metrics: metricsOfCheckpoint(event.metrics),
            },
            directory,
            digest,
          },
        },
        ...superfluous.map((checkpoint): Change => ({ kind: 'checkpointDropped', jobId, id: checkpoint.wire.id })),
        jobEvent(present, now(), 'info', `Checkpoint created at step ${event.step}`),
      ];
    });
    await store.modelFolders.release(dropped);
  }

  /** The earlier state goes only when a durable record names the new one. */
  async #saved(event: Extract<TrainProgress, { kind: 'saved' }>): Promise<void> {
    const { store } = this.#context;
    const directory = store.modelFolders.directoryOf(event.directory);
    const digest = await store.modelFolders.makeDurable(directory);
    const saved: SavedState = { step: event.step, directory, digest };
    const earlier: string[] = [];
    await this.#context.ifActive((present) => {
      earlier.push(...(present.saved === null ? [] : [present.saved.directory]));
      return [{ kind: 'jobChanged', id: present.wire.id, saved }];
    });
    await store.modelFolders.release(earlier);
  }

  /** Makes the tuned model and the result file known, as the end of the job. */
  async succeed(trainedTokens: number, path: string): Promise<void> {
    const { store, now } = this.#context;
    const directory = store.modelFolders.directoryOf(path);
    const modelDigest = await store.modelFolders.makeDurable(directory);
    const resultFile = await this.#writeResultFile();
    const done = await this.#context.ifActive((present) => [
      { kind: 'fileAdded', file: resultFile },
      {
        kind: 'jobChanged',
        id: present.wire.id,
        modelDirectory: directory,
        modelDigest,
        saved: null,
        wire: {
          status: 'succeeded',
          fine_tuned_model: present.modelName,
          finished_at: now(),
          trained_tokens: trainedTokens,
          result_files: [resultFile.wire.id],
        },
      },
      jobEvent(present, now(), 'info', `New fine-tuned model created: ${present.modelName}`),
      jobEvent(present, now(), 'info', 'The job has successfully completed'),
    ]);
    if (!done) {
      await store.fileBytes.release([resultFile.wire.id]);
    }
  }

  async #writeResultFile(): Promise<StoredFile> {
    const { store, now } = this.#context;
    const incoming = await store.fileBytes.receive();
    try {
      await incoming.write(Buffer.from(toResultCsv(stepsOf(store.state.events(this.#job.wire.id))), 'utf8'));
      const { bytes, sha256 } = await incoming.finish();
      return {
        sha256,
        wire: {
          id: incoming.id,
          object: 'file',
          bytes,
          created_at: now(),
          filename: 'step_metrics.csv',
          purpose: 'fine-tune-results',
          status: 'processed',
          expires_at: null,
          status_details: null,
        },
      };
    } catch (error) {
      await incoming.discard();
      throw error;
    }
  }

  #knownPlan(): JobPlan {
    if (this.#plan === undefined) {
      throw new Error('The trainer told a step before its start');
    }
    return this.#plan;
  }
}

/**
 * Which of the kept checkpoints (oldest first) go when another comes: those of epoch ends but for the last three, and
 * that of a pause in between, which is overtaken.
 */
function superfluousCheckpoints(
  kept: readonly StoredCheckpoint[],
  stepsPerEpoch: number,
  isEpochEnd: boolean,
): readonly StoredCheckpoint[] {
  const ofEpochs = kept.filter(({ wire }) => wire.step_number % stepsPerEpoch === 0);
  const room = isEpochEnd ? keptCheckpoints - 1 : keptCheckpoints;
  const staying = new Set(ofEpochs.slice(-room));
  return kept.filter((checkpoint) => !staying.has(checkpoint));
}

/** A checkpoint tells the values of its step, without the length of the run. */
function metricsOfCheckpoint(metrics: StepMetrics): Partial<StepMetrics> {
  const { total_steps: _total, ...values } = metrics;
  return values;
}
