import type { WireModel } from '../../core/providers/wire.ts';
import type { State } from './state.ts';

/** The base model: trained from scratch, so it answers nothing before it is tuned. */
export const baseModel = 'tunesmith-tiny';

export type KnownModel = {
  readonly wire: WireModel;
  /** Folder of the weights below `models/`; null for the base model, which has none. */
  readonly directory: string | null;
  /** The job that made it; null for the base model. */
  readonly jobId: string | null;
};

/** 2025-11-01: a fixed date, because the base model is part of the program and has no birth of its own. */
const baseModelCreated = 1_761_955_200;

/** Every model that can be named, newest first, the base model last. Checkpoints are models too. */
export function knownModels(state: State): readonly KnownModel[] {
  const models: KnownModel[] = [
    {
      wire: { id: baseModel, object: 'model', created: baseModelCreated, owned_by: 'tunesmith', shutdown_date: null },
      directory: null,
      jobId: null,
    },
  ];
  for (const job of state.jobs.values()) {
    for (const checkpoint of state.checkpoints(job.wire.id)) {
      models.push(tuned(checkpoint.wire.fine_tuned_model_checkpoint, checkpoint.wire.created_at, checkpoint.directory, job.wire.id));
    }
    if (job.wire.fine_tuned_model !== null && job.modelDirectory !== null) {
      const created = job.wire.finished_at ?? job.wire.created_at;
      models.push(tuned(job.wire.fine_tuned_model, created, job.modelDirectory, job.wire.id));
    }
  }
  return models.filter((model) => !state.isDeleted(model.wire.id)).toReversed();
}

export function findModel(state: State, id: string): KnownModel | undefined {
  return knownModels(state).find((model) => model.wire.id === id);
}

/** Folders below `models/` that a model, or a job that has not ended, still needs. */
export function neededDirectories(state: State, ofActiveJobs: Iterable<string>): ReadonlySet<string> {
  const needed = new Set(ofActiveJobs);
  for (const model of knownModels(state)) {
    if (model.directory !== null) {
      needed.add(model.directory);
    }
  }
  return needed;
}

/** The digest that was stored with a folder of a model, also of one that only a job still needs. */
export function digestOf(state: State, directory: string): string | undefined {
  for (const job of state.jobs.values()) {
    if (job.modelDirectory === directory && job.modelDigest !== undefined) {
      return job.modelDigest;
    }
    if (job.saved?.directory === directory && job.saved.digest !== undefined) {
      return job.saved.digest;
    }
    const checkpoint = state.checkpoints(job.wire.id).find((one) => one.directory === directory);
    if (checkpoint?.digest !== undefined) {
      return checkpoint.digest;
    }
  }
  return undefined;
}

function tuned(id: string, created: number, directory: string, jobId: string): KnownModel {
  return { wire: { id, object: 'model', created, owned_by: 'local', shutdown_date: null }, directory, jobId };
}
