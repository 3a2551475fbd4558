import type { Auto, Hyperparameters, WireJob } from '../providers/wire.ts';

/**
 * The job with every field the product reads, whatever the service left out. Services answer with fewer fields in
 * lists, `error` as an object of nulls where nothing failed, `result_files: null` and -1 for "auto" (Azure).
 */
export function completeJob(job: WireJob): WireJob {
  const partial: Partial<WireJob> = job;
  return {
    ...job,
    object: 'fine_tuning.job',
    created_at: partial.created_at ?? 0,
    model: partial.model ?? '',
    training_file: partial.training_file ?? '',
    validation_file: partial.validation_file ?? null,
    organization_id: partial.organization_id ?? '',
    status: partial.status ?? '',
    seed: partial.seed ?? 0,
    result_files: partial.result_files ?? [],
    fine_tuned_model: partial.fine_tuned_model || null,
    finished_at: partial.finished_at || null,
    trained_tokens: partial.trained_tokens ?? null,
    error: partial.error?.code || partial.error?.message ? partial.error : null,
    hyperparameters: completeHyperparameters(
      partial.method?.supervised?.hyperparameters ?? partial.method?.dpo?.hyperparameters ?? partial.hyperparameters,
    ),
    method: partial.method ?? null,
    integrations: partial.integrations ?? null,
    estimated_finish: partial.estimated_finish || null,
    metadata: partial.metadata ?? null,
    user_provided_suffix: partial.user_provided_suffix || null,
  };
}

function completeHyperparameters(given: Hyperparameters | null | undefined): Hyperparameters | null {
  if (given === null || given === undefined) return null;
  return {
    n_epochs: completeAuto(given.n_epochs),
    batch_size: completeAuto(given.batch_size),
    learning_rate_multiplier: completeAuto(given.learning_rate_multiplier),
  };
}

function completeAuto(value: Auto<number> | null | undefined): Auto<number> {
  return typeof value === 'number' && value > 0 ? value : 'auto';
}
