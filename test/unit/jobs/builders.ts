import type { WireCheckpoint, WireEvent, WireJob, WirePage } from '../../../src/core/providers/wire.ts';

/** `job('a', 100, { status: 'succeeded' })`: a complete job with the given id and creation time. */
export function job(id: string, created = 0, given: Partial<WireJob> = {}): WireJob {
  return {
    id,
    object: 'fine_tuning.job',
    created_at: created,
    model: 'base-1',
    training_file: 'file-1',
    validation_file: null,
    organization_id: 'org',
    status: 'running',
    seed: 1,
    result_files: [],
    fine_tuned_model: null,
    finished_at: null,
    trained_tokens: null,
    error: null,
    hyperparameters: { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' },
    method: null,
    integrations: null,
    estimated_finish: null,
    metadata: null,
    user_provided_suffix: null,
    ...given,
  };
}

export function page<T>(data: readonly T[], more = false): WirePage<T> {
  return { object: 'list', data, has_more: more };
}

export function event(id: string, at: number, data: WireEvent['data'] = null, message = ''): WireEvent {
  const type = data === null ? 'message' : 'metrics';
  return { id, object: 'fine_tuning.job.event', created_at: at, level: 'info', message, type, data };
}

export function checkpoint(jobId: string, step: number): WireCheckpoint {
  return {
    id: `${jobId}-${step}`,
    object: 'fine_tuning.job.checkpoint',
    created_at: step,
    fine_tuned_model_checkpoint: `ft:base-1:org::x:ckpt-step-${step}`,
    step_number: step,
    fine_tuning_job_id: jobId,
    metrics: { step, train_loss: 1 / step },
  };
}

/** Repeatable numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
