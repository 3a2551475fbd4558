import type { JobError } from '../../core/providers/wire.ts';
import { makeFolder, stat } from '../../disk/files.ts';
import type { TrainerCommand, TrainerEvent } from '../../protocol/training.ts';
import type { StoredJob } from '../store/changes.ts';
import type { Store } from '../store/store.ts';
import { jobEvent } from './jobRecord.ts';
import { JobRecorder, type RecorderContext } from './jobRecorder.ts';
import type { StartThread } from './thread.ts';
import { runTrainer } from './trainerHost.ts';

export type TrainJobContext = RecorderContext & {
  readonly startTrainer: StartThread<TrainerCommand, TrainerEvent>;
  /** True once the engine ends: the job then stays as it is and begins again in the next process. */
  readonly closing: () => boolean;
};

/** Trains one queued job to its end. Resolves to the reason if it failed. */
export async function trainJob(
  job: StoredJob,
  signal: AbortSignal,
  context: TrainJobContext,
): Promise<JobError | undefined> {
  const { store, now } = context;
  const missing = await missingInput(job, store);
  if (missing !== undefined) {
    return missing;
  }
  const attempt = job.attempt + 1;
  const begun = await context.ifActive((present) => [
    { kind: 'jobChanged', id: present.wire.id, attempt, wire: { status: 'running' } },
    jobEvent(present, now(), 'info', 'Fine-tuning job started', { attempt }),
  ]);
  if (!begun) {
    return undefined;
  }
  const outputDirectory = store.modelPath(`${job.wire.id}/a${attempt}`);
  await makeFolder(outputDirectory, { mode: 0o700 });
  const recorder = new JobRecorder({ ...job, attempt }, context);
  const { hyperparameters: given } = job.wire;
  const outcome = await runTrainer(
    context.startTrainer,
    {
      kind: 'train',
      jobId: job.wire.id,
      trainingPath: store.filePath(job.wire.training_file),
      validationPath: job.wire.validation_file === null ? null : store.filePath(job.wire.validation_file),
      baseModelDirectory: job.baseDirectory === null ? null : store.modelPath(job.baseDirectory),
      hyperparameters: {
        nEpochs: given?.n_epochs ?? 'auto',
        batchSize: given?.batch_size ?? 'auto',
        learningRateMultiplier: given?.learning_rate_multiplier ?? 'auto',
      },
      seed: job.wire.seed,
      threads: job.threads,
      resumeFrom: null,
      outputDirectory,
    },
    (event) => recorder.take(event),
    signal,
  );
  await recorder.settled();
  switch (outcome.kind) {
    case 'paused':
    case 'cancelled':
      return signal.aborted || context.closing()
        ? undefined
        : { code: 'server_error', message: 'The job failed due to an internal error: the trainer stopped.', param: null };
    case 'failed':
      return { code: outcome.code, message: outcome.message, param: null };
    case 'succeeded':
      await recorder.succeed(outcome.trainedTokens, outcome.directory);
      return undefined;
  }
}

async function missingInput(job: StoredJob, store: Store): Promise<JobError | undefined> {
  const files = [
    ['training_file', job.wire.training_file],
    ['validation_file', job.wire.validation_file],
  ] as const;
  for (const [param, id] of files) {
    if (id !== null && (await stat(store.filePath(id))) === undefined) {
      return { code: 'file_not_found', message: `The job failed because the bytes of ${id} are no longer there.`, param };
    }
  }
  if (job.baseDirectory !== null && (await stat(store.modelPath(job.baseDirectory))) === undefined) {
    const message = `The job failed because the weights of ${job.wire.model} are no longer there.`;
    return { code: 'model_not_found', message, param: 'model' };
  }
  return undefined;
}
