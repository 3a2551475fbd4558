import { relative } from 'node:path';
import type { StepMetrics } from '../../core/providers/wire.ts';
import { syncFolder } from '../../disk/files.ts';
import { syncTree } from '../../disk/syncTree.ts';
import type { Change, StoredFile, StoredJob } from '../store/changes.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import { hyperparametersOfJob, jobEvent } from './jobRecord.ts';
import { stepMessage, toResultCsv } from './resultFile.ts';
import type { TrainProgress } from './trainerHost.ts';

/** The last three are kept, as the service does. */
const keptCheckpoints = 3;

export type RecorderContext = {
  readonly store: Store;
  /** Unix seconds. */
  readonly now: () => number;
  /** Makes changes unless the job was cancelled meanwhile; resolves to false then. */
  readonly ifActive: (changes: (present: StoredJob) => readonly Change[]) => Promise<boolean>;
  /** Told when the job will probably end, in Unix seconds. */
  readonly estimate: (finish: number) => void;
};

/** Writes down what the trainer tells, in order. */
export class JobRecorder {
  readonly #job: StoredJob;
  readonly #context: RecorderContext;
  readonly #steps: StepMetrics[] = [];
  #totalSteps = 0;
  #queue: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(job: StoredJob, context: RecorderContext) {
    this.#job = job;
    this.#context = context;
  }

  take(event: TrainProgress): void {
    this.#queue = this.#queue
      .then(() => (this.#failure === undefined ? this.#record(event) : undefined))
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
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
        return undefined;
    }
  }

  async #started(event: Extract<TrainProgress, { kind: 'started' }>): Promise<void> {
    const { now } = this.#context;
    this.#totalSteps = event.totalSteps;
    await this.#context.ifActive((present) => {
      const changes: Change[] = [
        {
          kind: 'jobChanged',
          id: present.wire.id,
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
    const total = event.metrics.total_steps ?? this.#totalSteps;
    const metrics = { ...event.metrics, total_steps: total };
    this.#steps.push(metrics);
    if (event.secondsLeft !== null) {
      this.#context.estimate(Math.ceil(now() + event.secondsLeft));
    }
    const data = { type: 'metrics', data: metrics };
    await store.commitLazily(() => [jobEvent(this.#job, now(), 'info', stepMessage(metrics, total), data)]);
  }

  async #checkpoint(event: Extract<TrainProgress, { kind: 'checkpoint' }>): Promise<void> {
    const { store, now } = this.#context;
    const jobId = this.#job.wire.id;
    // The weights must be on disk before a record names them.
    await this.#makeDurable(event.directory);
    const dropped: string[] = [];
    await this.#context.ifActive((present) => {
      const older = store.state.checkpoints(jobId);
      const superfluous = older.slice(0, Math.max(0, older.length + 1 - keptCheckpoints));
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
            directory: store.modelDirectory(event.directory),
          },
        },
        ...superfluous.map((checkpoint): Change => ({ kind: 'checkpointDropped', jobId, id: checkpoint.wire.id })),
        jobEvent(present, now(), 'info', `Checkpoint created at step ${event.step}`),
      ];
    });
    await store.releaseModels(dropped);
  }

  /** Makes the tuned model and the result file known, as the end of the job. */
  async succeed(trainedTokens: number, directory: string): Promise<void> {
    const { store, now } = this.#context;
    await this.#makeDurable(directory);
    const resultFile = await this.#writeResultFile();
    const done = await this.#context.ifActive((present) => [
      { kind: 'fileAdded', file: resultFile },
      {
        kind: 'jobChanged',
        id: present.wire.id,
        modelDirectory: store.modelDirectory(directory),
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
      await store.releaseFiles([resultFile.wire.id]);
    }
  }

  async #writeResultFile(): Promise<StoredFile> {
    const { store, now } = this.#context;
    const incoming = await store.receiveFile();
    try {
      await incoming.write(Buffer.from(toResultCsv(this.#steps), 'utf8'));
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

  async #makeDurable(directory: string): Promise<void> {
    const { store } = this.#context;
    if (relative(store.layout.models, directory).startsWith('..')) {
      throw new Error('A model was written outside the folder of models');
    }
    await syncTree(directory);
    for (const folder of [`${this.#job.wire.id}/a${this.#job.attempt}`, this.#job.wire.id]) {
      await syncFolder(store.modelPath(folder));
    }
    await syncFolder(store.layout.models);
  }
}

/** A checkpoint tells the values of its step, without the length of the run. */
function metricsOfCheckpoint(metrics: StepMetrics): Partial<StepMetrics> {
  const { total_steps: _total, ...values } = metrics;
  return values;
}
