import type { JobError } from '../../core/providers/wire.ts';
import { makeFolder } from '../../disk/files.ts';
import type { TrainerCommand, TrainerEvent, TrainRequest } from '../../protocol/training.ts';
import { BytesLostError } from '../store/blobs.ts';
import type { SavedState, StoredJob } from '../store/changes.ts';
import { missingSpace } from '../store/space.ts';
import type { Store } from '../store/store.ts';
import { pausedMove } from './jobMoves.ts';
import { jobEvent } from './jobRecord.ts';
import { JobRecorder, type RecorderContext } from './jobRecorder.ts';
import type { StartThread } from './thread.ts';
import { runTrainer } from './trainerHost.ts';
import type { WorkStop } from './workLoop.ts';

export type TrainJobContext = RecorderContext & {
  readonly startTrainer: StartThread<TrainerCommand, TrainerEvent>;
  /** True once the engine ends: the job then stays as it is, and the next process goes on with it. */
  readonly closing: () => boolean;
};

/** Trains one queued job to its end, or until it is stopped. Resolves to the reason if it failed. */
export async function trainJob(job: StoredJob, stop: WorkStop, context: TrainJobContext): Promise<JobError | undefined> {
  const { store } = context;
  const missing = (await lostInput(job, store)) ?? (await missingSpace(store, job));
  if (missing !== undefined) {
    return missing;
  }
  const saved = await presentState(job, context);
  const running = await begin(job, saved, context);
  if (running === undefined) {
    return undefined;
  }
  const outputDirectory = store.modelFolders.path(`${job.wire.id}/a${running.attempt}`);
  await makeFolder(outputDirectory, { mode: 0o700 });
  const recorder = new JobRecorder(running, context, () => stop.cancel.abort());
  const outcome = await runTrainer(
    context.startTrainer,
    requestOf(running, saved, outputDirectory, store),
    (event) => recorder.take(event),
    stop,
  );
  await recorder.settled();
  switch (outcome.kind) {
    case 'paused':
      return paused(context);
    case 'cancelled':
      return stop.cancel.signal.aborted ? undefined : unasked('stopped');
    case 'failed':
      if (saved !== null && !recorder.hasStarted) {
        await forgetState(job, saved, `cannot be used (${outcome.message})`, context);
        return undefined;
      }
      return { code: outcome.code, message: outcome.message, param: null };
    case 'succeeded':
      await recorder.succeed(outcome.trainedTokens, outcome.directory);
      return undefined;
  }
}

function requestOf(
  { wire, baseDirectory, threads }: StoredJob,
  saved: SavedState | null,
  outputDirectory: string,
  store: Store,
): TrainRequest {
  const { hyperparameters: given } = wire;
  return {
    kind: 'train',
    jobId: wire.id,
    trainingPath: store.fileBytes.path(wire.training_file),
    validationPath: wire.validation_file === null ? null : store.fileBytes.path(wire.validation_file),
    baseModelDirectory: baseDirectory === null ? null : store.modelFolders.path(baseDirectory),
    hyperparameters: {
      nEpochs: given?.n_epochs ?? 'auto',
      batchSize: given?.batch_size ?? 'auto',
      learningRateMultiplier: given?.learning_rate_multiplier ?? 'auto',
    },
    seed: wire.seed,
    threads,
    resumeFrom: saved === null ? null : store.modelFolders.path(saved.directory),
    outputDirectory,
  };
}

/** The job as it is while it is trained; undefined if it is no longer queued. */
async function begin(
  job: StoredJob,
  saved: SavedState | null,
  { ifActive, now }: TrainJobContext,
): Promise<StoredJob | undefined> {
  let begun: StoredJob | undefined;
  await ifActive((present) => {
    if (present.wire.status !== 'queued') {
      return [];
    }
    const attempt = present.attempt + 1;
    begun = { ...present, attempt, wire: { ...present.wire, status: 'running' } };
    const message = saved === null ? 'Fine-tuning job started' : `Fine-tuning job resumed at step ${saved.step}`;
    return [
      { kind: 'jobChanged', id: job.wire.id, attempt, wire: { status: 'running' } },
      jobEvent(present, now(), 'info', message),
    ];
  });
  return begun;
}

/** The trainer has saved and stopped. Why it was asked to decides what becomes of the job. */
async function paused({ ifActive, now, closing }: TrainJobContext): Promise<JobError | undefined> {
  let asked = true;
  await ifActive((present) => {
    switch (present.wire.status) {
      case 'pausing':
        return pausedMove(present, now());
      case 'running':
        asked = closing();
        return [];
      default:
        // Resumed meanwhile.
        return [];
    }
  });
  return asked ? undefined : unasked('paused');
}

/** The state to go on from; null to begin from the start. */
async function presentState(job: StoredJob, context: TrainJobContext): Promise<SavedState | null> {
  if (job.saved === null) {
    return null;
  }
  try {
    await context.store.modelFolders.checked(job.saved.directory);
    return job.saved;
  } catch (error) {
    if (!(error instanceof BytesLostError)) {
      throw error;
    }
    await forgetState(job, job.saved, error.keptAt === undefined ? 'is no longer there' : 'was damaged on the disk', context);
    return null;
  }
}

/** Training begins again from the start when the job's turn comes next. */
async function forgetState(
  job: StoredJob,
  saved: SavedState,
  reason: string,
  { ifActive, now, closing }: TrainJobContext,
): Promise<void> {
  if (closing()) {
    return;
  }
  await ifActive((present) => [
    {
      kind: 'jobChanged',
      id: job.wire.id,
      saved: null,
      wire: { status: present.wire.status === 'pausing' ? 'paused' : 'queued' },
    },
    jobEvent(present, now(), 'warn', `What was saved at step ${saved.step} ${reason}; training begins again from the start`),
  ]);
}

function unasked(what: string): JobError {
  return { code: 'server_error', message: `The job failed due to an internal error: the trainer ${what}.`, param: null };
}

/** Files and weights are read only after their checksums were found right. */
async function lostInput(job: StoredJob, store: Store): Promise<JobError | undefined> {
  const files = [
    ['training_file', job.wire.training_file],
    ['validation_file', job.wire.validation_file],
  ] as const;
  const lost = async (check: () => Promise<unknown>, code: string, param: string): Promise<JobError | undefined> => {
    try {
      await check();
      return undefined;
    } catch (error) {
      if (error instanceof BytesLostError) {
        return { code, message: `The job failed. ${error.message}`, param };
      }
      throw error;
    }
  };
  for (const [param, id] of files) {
    const problem = id === null ? undefined : await lost(() => store.fileBytes.checkedInput(id), 'file_not_found', param);
    if (problem !== undefined) {
      return problem;
    }
  }
  const { baseDirectory } = job;
  return baseDirectory === null ? undefined : lost(() => store.modelFolders.checked(baseDirectory), 'model_not_found', 'model');
}
