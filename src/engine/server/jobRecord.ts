import { randomInt } from 'node:crypto';
import type { Auto, JobError, WireEvent, WireJob } from '../../core/providers/wire.ts';
import type { Change, StoredJob } from '../store/changes.ts';
import { newId, randomName } from '../store/ids.ts';
import { baseModel } from '../store/models.ts';

export type JobHyperparameters = {
  readonly n_epochs: Auto<number>;
  readonly batch_size: Auto<number>;
  readonly learning_rate_multiplier: Auto<number>;
};

/** A checked request for a job. */
export type JobSpec = {
  readonly model: string;
  readonly baseDirectory: string | null;
  readonly trainingFile: string;
  readonly validationFile: string | null;
  readonly suffix: string | null;
  /** null = choose one. */
  readonly seed: number | null;
  readonly hyperparameters: JobHyperparameters;
  readonly metadata: Readonly<Record<string, string>> | null;
};

/** A new job as it is first stored. */
export function newJob(spec: JobSpec, threads: number, now: number): StoredJob {
  return {
    wire: {
      id: newId.job(),
      object: 'fine_tuning.job',
      created_at: now,
      model: spec.model,
      training_file: spec.trainingFile,
      validation_file: spec.validationFile,
      organization_id: 'org-local',
      status: 'validating_files',
      seed: spec.seed ?? randomInt(0, 2 ** 31),
      result_files: [],
      fine_tuned_model: null,
      finished_at: null,
      trained_tokens: null,
      error: null,
      ...hyperparametersOfJob(spec.hyperparameters),
      integrations: null,
      estimated_finish: null,
      metadata: spec.metadata,
      user_provided_suffix: spec.suffix,
    },
    modelName: `ft:${baseModel}:local:${spec.suffix ?? ''}:${randomName(8)}`,
    baseDirectory: spec.baseDirectory,
    threads,
    attempt: 0,
    validated: false,
    plan: null,
    saved: null,
    modelDirectory: null,
  };
}

/** The service tells them twice: in the field that is deprecated and in the method. */
export function hyperparametersOfJob(
  hyperparameters: JobHyperparameters,
): Required<Pick<WireJob, 'hyperparameters' | 'method'>> {
  return { hyperparameters, method: { type: 'supervised', supervised: { hyperparameters } } };
}

export function jobEvent(
  job: StoredJob,
  now: number,
  level: 'info' | 'warn' | 'error',
  message: string,
  details: Partial<Pick<WireEvent, 'id' | 'type' | 'data'>> = {},
): Change {
  return {
    kind: 'eventAdded',
    jobId: job.wire.id,
    event: {
      id: details.id ?? newId.event(),
      object: 'fine_tuning.job.event',
      created_at: now,
      level,
      message,
      type: details.type ?? 'message',
      data: details.data ?? null,
    },
  };
}

export function jobFailed(job: StoredJob, now: number, error: JobError): readonly Change[] {
  return [
    { kind: 'jobChanged', id: job.wire.id, wire: { status: 'failed', error, finished_at: now } },
    jobEvent(job, now, 'error', error.message ?? 'The job failed'),
  ];
}
