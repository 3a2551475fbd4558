import type { Auto, WireCheckpoint, WireEvent, WireJob } from '../../core/providers/wire.ts';
import { isFields, toFields, toId, toList, toNumber, toSeconds, toText, type Fields } from '../fields.ts';

/**
 * Together's jobs as our wire types. Source: the service's OpenAPI document as the `together-ai` package carries it
 * (0.49.0, 2026). Times are ISO 8601 there, Unix seconds here.
 */

/** Its words for the state of a job, as ours; a word that is not here stays as it is, and is not terminal. */
const statuses: ReadonlyMap<string, string> = new Map([
  ['pending', 'pending'],
  ['queued', 'queued'],
  ['running', 'running'],
  // The steps are done, and the weights are packed and stored.
  ['compressing', 'running'],
  ['uploading', 'running'],
  ['cancel_requested', 'cancelling'],
  ['cancelled', 'cancelled'],
  ['error', 'failed'],
  // Named in its documents, not in its types.
  ['user_error', 'failed'],
  ['completed', 'succeeded'],
]);

export function parseTogetherJob(value: unknown): WireJob {
  const job = toFields(value, 'job');
  const status = toText(job['status']) ?? 'unknown';
  const ours = statuses.get(status) ?? status;
  const succeeded = ours === 'succeeded';
  const ended = succeeded || ours === 'failed' || ours === 'cancelled';
  const events = toList(job['events']).filter(isFields);
  const project = toText(job['wandb_project_name']);
  return {
    id: toId(job, 'job'),
    object: 'fine_tuning.job',
    created_at: toSeconds(job['created_at']) ?? 0,
    model: toText(job['model']) ?? '',
    training_file: toText(job['training_file']) ?? '',
    validation_file: toText(job['validation_file']),
    organization_id: '',
    status: ours,
    seed: toNumber(job['random_seed']) ?? 0,
    result_files: [],
    // The name is known from the beginning, the model exists at the end.
    fine_tuned_model: succeeded ? toText(job['model_output_name']) : null,
    finished_at: ended ? toSeconds(job['updated_at']) : null,
    trained_tokens: succeeded ? toNumber(job['token_count']) : null,
    error: ours === 'failed' ? errorOf(events) : null,
    hyperparameters: {
      n_epochs: toPositive(job['n_epochs']),
      batch_size: toPositive(job['batch_size']),
      learning_rate_multiplier: toPositive(job['learning_rate']),
    },
    method: methodOf(job['training_method']),
    integrations: project === null ? null : [{ type: 'wandb', wandb: { project } }],
    estimated_finish: ended ? null : finishOf(job),
    metadata: null,
    user_provided_suffix: toText(job['suffix']),
    ...stepsOf(events),
    ...(toNumber(job['total_price']) === null ? {} : { total_price: toNumber(job['total_price']) }),
  };
}

/** `max` and 0 leave the choice to the service. */
function toPositive(value: unknown): Auto<number> {
  const number = toNumber(value);
  return number !== null && number > 0 ? number : 'auto';
}

function methodOf(value: unknown): NonNullable<WireJob['method']> | null {
  const method = isFields(value) ? toText(value['method']) : null;
  return method === null ? null : { type: method === 'sft' ? 'supervised' : method };
}

function errorOf(events: readonly Fields[]): WireJob['error'] {
  const last = events.findLast((event) => levelOf(event['level']) === 'error' || event['type'] === 'job_error');
  return { code: null, message: last === undefined ? null : toText(last['message']), param: null };
}

/** To the minute: the service counts seconds from now, and every answer would be news. */
function finishOf(job: Fields): number | null {
  const progress = isFields(job['progress']) ? job['progress'] : {};
  const seconds = toNumber(progress['seconds_remaining']);
  if (progress['estimate_available'] !== true || seconds === null || seconds <= 0) return null;
  const since = toSeconds(job['updated_at']) ?? Math.floor(Date.now() / 1000);
  return Math.ceil((since + seconds) / 60) * 60;
}

function stepsOf(events: readonly Fields[]): Pick<WireJob, 'trained_steps' | 'total_steps'> {
  let [step, total] = [0, 0];
  for (const event of events) {
    step = Math.max(step, toNumber(event['step']) ?? 0);
    total = Math.max(total, toNumber(event['total_steps']) ?? 0);
  }
  return total > 0 ? { trained_steps: step, total_steps: total } : {};
}

/** Events have no ids: time, kind and text tell one from another. */
export function parseTogetherEvent(value: unknown): WireEvent {
  const event = toFields(value, 'event');
  const createdAt = toSeconds(event['created_at']) ?? 0;
  const message = toText(event['message']) ?? '';
  const [step, total] = [toNumber(event['step']), toNumber(event['total_steps'])];
  return {
    id: [createdAt, toText(event['type']) ?? '', toText(event['hash']) ?? '', message].join(':'),
    object: 'fine_tuning.job.event',
    created_at: createdAt,
    level: levelOf(event['level']),
    message,
    type: 'message',
    data: step !== null && step > 0 && total !== null && total > 0 ? { step, total_steps: total } : null,
  };
}

/** `legacy_iwarning`, `Warning` and `warning` are one thing. */
function levelOf(value: unknown): string {
  const level = typeof value === 'string' ? value.toLowerCase() : '';
  if (level.endsWith('error')) return 'error';
  return level.endsWith('warning') ? 'warn' : 'info';
}

export function parseTogetherCheckpoint(value: unknown, jobId: string): WireCheckpoint {
  const checkpoint = toFields(value, 'checkpoint');
  const step = toNumber(checkpoint['step']) ?? 0;
  return {
    id: `${jobId}:${step}`,
    object: 'fine_tuning.job.checkpoint',
    created_at: toSeconds(checkpoint['created_at']) ?? 0,
    // The service's own way to name the state of a job at a step; it answers only where it is deployed.
    fine_tuned_model_checkpoint: `${jobId}:${step}`,
    step_number: step,
    fine_tuning_job_id: jobId,
    metrics: {},
  };
}
