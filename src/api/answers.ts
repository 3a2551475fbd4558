import type {
  Auto,
  Hyperparameters,
  JobError,
  WireCheckpoint,
  WireEvent,
  WireFile,
  WireJob,
  WireModel,
  WirePage,
  WireUpload,
  WireUploadPart,
} from '../core/providers/wire.ts';
import { invalidAnswer } from './errors.ts';
import { isFields, toFields, toId, toList, toNumber, toSeconds, toText, type Fields } from './fields.ts';

/**
 * Answers of services as our wire types. Services leave fields out, add others and give empty objects where the
 * contract says null; only what an object is known by (its id) is insisted on.
 */
export function parseJob(value: unknown): WireJob {
  const job = toFields(value, 'job');
  return {
    id: toId(job, 'job'),
    object: 'fine_tuning.job',
    created_at: toSeconds(job['created_at']) ?? 0,
    model: toText(job['model']) ?? '',
    training_file: toText(job['training_file']) ?? '',
    validation_file: toText(job['validation_file']),
    organization_id: toText(job['organization_id']) ?? '',
    status: toText(job['status']) ?? 'unknown',
    seed: toNumber(job['seed']) ?? 0,
    result_files: toList(job['result_files']).filter((file) => typeof file === 'string'),
    fine_tuned_model: toText(job['fine_tuned_model']),
    finished_at: toSeconds(job['finished_at']) || null,
    trained_tokens: toNumber(job['trained_tokens']),
    error: parseJobError(job['error']),
    hyperparameters: parseHyperparameters(job),
    method: isMethod(job['method']) ? job['method'] : null,
    integrations: Array.isArray(job['integrations']) ? (job['integrations'] as readonly unknown[]) : null,
    estimated_finish: toSeconds(job['estimated_finish']) || null,
    metadata: parseMetadata(job['metadata']),
    user_provided_suffix: toText(job['user_provided_suffix']),
    ...steps(job),
  };
}

/** Only where the service tells them, so that other jobs stay as small as they were. */
function steps(job: Fields): Pick<WireJob, 'trained_steps' | 'total_steps'> {
  const [trained, total] = [toNumber(job['trained_steps']), toNumber(job['total_steps'])];
  return total === null || total <= 0 ? {} : { trained_steps: trained ?? 0, total_steps: total };
}

/** They stand in the method or, deprecated, beside it. Azure writes -1 for `auto`. */
function parseHyperparameters(job: Fields): Hyperparameters | null {
  const method = isFields(job['method']) ? job['method'] : {};
  const places = [method['supervised'], method['dpo']].map((part) => (isFields(part) ? part['hyperparameters'] : null));
  const given = [...places, job['hyperparameters']].find(isFields);
  if (given === undefined) return null;
  return {
    n_epochs: toNumberOrAuto(given['n_epochs']),
    batch_size: toNumberOrAuto(given['batch_size']),
    // A service that takes the rate itself may call it so.
    learning_rate_multiplier: toNumberOrAuto(given['learning_rate_multiplier'] ?? given['learning_rate']),
  };
}

function toNumberOrAuto(value: unknown): Auto<number> {
  const number = toNumber(value);
  return number !== null && number > 0 ? number : 'auto';
}

/** `null`, `{}` and an object of nulls all mean that there is no error. */
function parseJobError(value: unknown): JobError | null {
  if (typeof value === 'string' && value !== '') return { code: null, message: value, param: null };
  if (!isFields(value)) return null;
  const error = { code: toText(value['code']), message: toText(value['message']), param: toText(value['param']) };
  return error.code === null && error.message === null ? null : error;
}

function parseMetadata(value: unknown): WireJob['metadata'] {
  if (!isFields(value)) return null;
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export function parseEvent(value: unknown): WireEvent {
  const event = toFields(value, 'event');
  const createdAt = toSeconds(event['created_at']) ?? 0;
  const message = toText(event['message']) ?? '';
  return {
    // Without an id, time and text tell one event from another.
    id: toText(event['id']) ?? `${createdAt}:${message}`,
    object: 'fine_tuning.job.event',
    created_at: createdAt,
    level: toText(event['level']) ?? 'info',
    message,
    type: toText(event['type']) ?? 'message',
    data: isFields(event['data']) ? event['data'] : null,
  };
}

export function parseCheckpoint(value: unknown): WireCheckpoint {
  const checkpoint = toFields(value, 'checkpoint');
  const metrics = isFields(checkpoint['metrics']) ? checkpoint['metrics'] : {};
  return {
    id: toId(checkpoint, 'checkpoint'),
    object: 'fine_tuning.job.checkpoint',
    created_at: toSeconds(checkpoint['created_at']) ?? 0,
    fine_tuned_model_checkpoint: toText(checkpoint['fine_tuned_model_checkpoint']) ?? '',
    step_number: toNumber(checkpoint['step_number']) ?? toNumber(metrics['step']) ?? 0,
    fine_tuning_job_id: toText(checkpoint['fine_tuning_job_id']) ?? '',
    metrics: parseMetrics(metrics),
    ...resultFiles(checkpoint),
  };
}

/** Numbers, also where a service writes them as texts. */
function parseMetrics(metrics: Fields): WireCheckpoint['metrics'] {
  const numbers = Object.entries(metrics).map(([name, value]) => [name, toNumber(value)] as const);
  return Object.fromEntries(numbers.filter(([, number]) => number !== null));
}

function resultFiles(checkpoint: Fields): Pick<WireCheckpoint, 'result_files'> {
  const files = toList(checkpoint['result_files']).filter((file) => typeof file === 'string');
  return files.length === 0 ? {} : { result_files: files };
}

export function parseFile(value: unknown): WireFile {
  const file = toFields(value, 'file');
  return {
    id: toId(file, 'file'),
    object: 'file',
    bytes: toNumber(file['bytes']) ?? 0,
    created_at: toSeconds(file['created_at']) ?? 0,
    filename: toText(file['filename']) ?? '',
    purpose: toText(file['purpose']) ?? '',
    // The field is deprecated; where it is gone, a file that was accepted can be used.
    status: toText(file['status']) ?? 'processed',
    expires_at: toSeconds(file['expires_at']),
    status_details: toText(file['status_details']),
  };
}

const uploadStatuses = ['pending', 'completed', 'cancelled', 'expired'] as const;

export function parseUpload(value: unknown): WireUpload {
  const upload = toFields(value, 'upload');
  return {
    id: toId(upload, 'upload'),
    object: 'upload',
    bytes: toNumber(upload['bytes']) ?? 0,
    created_at: toSeconds(upload['created_at']) ?? 0,
    filename: toText(upload['filename']) ?? '',
    purpose: toText(upload['purpose']) ?? '',
    status: uploadStatuses.find((status) => status === upload['status']) ?? 'pending',
    expires_at: toSeconds(upload['expires_at']) ?? 0,
    file: isFields(upload['file']) ? parseFile(upload['file']) : null,
  };
}

export function parseUploadPart(value: unknown): WireUploadPart {
  const part = toFields(value, 'part of an upload');
  return {
    id: toId(part, 'part of an upload'),
    object: 'upload.part',
    created_at: toSeconds(part['created_at']) ?? 0,
    upload_id: toText(part['upload_id']) ?? '',
  };
}

export function parseModel(value: unknown): WireModel {
  const model = toFields(value, 'model');
  return {
    id: toId(model, 'model'),
    object: 'model',
    created: toSeconds(model['created']) ?? 0,
    owned_by: toText(model['owned_by']) ?? '',
    shutdown_date: toText(model['shutdown_date']),
  };
}

/**
 * A page of a list. Items that are no objects are left out. A service that ignores `after` gives the same page again:
 * what was there before is cut off, and a page without news has no successor, so that no caller loops for ever.
 */
export function parsePage<T extends { readonly id: string }>(
  value: unknown,
  parse: (item: unknown) => T,
  after: string | undefined,
): WirePage<T> {
  const page: Fields = Array.isArray(value) ? { data: value } : toFields(value, 'list');
  if (!Array.isArray(page['data'])) throw invalidAnswer('The answer holds no list.');
  const items = (page['data'] as readonly unknown[]).filter(isFields).map(parse);
  const known = after === undefined ? -1 : items.findIndex((item) => item.id === after);
  const data = items.slice(known + 1);
  return { object: 'list', data, has_more: page['has_more'] === true && data.length > 0 };
}

function isMethod(value: unknown): value is NonNullable<WireJob['method']> {
  return isFields(value) && typeof value['type'] === 'string';
}
