import { findModel } from '../store/models.ts';
import type { State } from '../store/state.ts';
import { badField, quote } from './apiError.ts';
import { autoNumberField, field, metadataField, numberField, objectField, requiredString, stringField } from './fields.ts';
import { isLive } from './files.ts';
import type { JobHyperparameters, JobSpec } from './jobRecord.ts';
import type { JsonObject } from './jsonBody.ts';

/**
 * Checks the body of a request for a job against what is stored.
 * @throws ApiError 400 that names the field
 */
export function parseJobRequest(body: JsonObject, state: State, now: number): JobSpec {
  const model = requiredString(body, 'model');
  const known = findModel(state, model);
  if (known === undefined) {
    const message = `Model ${quote(model)} is not available for fine-tuning or does not exist.`;
    throw badField('model', message, 'model_not_found');
  }
  const trainingFile = requiredString(body, 'training_file');
  checkFile(state, trainingFile, 'training_file', now);
  const validationFile = stringField(body, 'validation_file') ?? null;
  if (validationFile !== null) {
    checkFile(state, validationFile, 'validation_file', now);
  }
  const integrations = field(body, 'integrations');
  if (integrations !== undefined && !(Array.isArray(integrations) && integrations.length === 0)) {
    throw badField('integrations', 'This engine makes no outgoing connections, so it has no integrations.', 'unsupported_value');
  }
  return {
    model,
    baseDirectory: known.directory,
    trainingFile,
    validationFile,
    suffix: suffixOf(body),
    seed: numberField(body, 'seed', { min: 0, max: 2_147_483_647, integer: true }) ?? null,
    hyperparameters: hyperparametersOf(body),
    metadata: metadataField(body),
  };
}

function checkFile(state: State, id: string, param: string, now: number): void {
  const file = state.files.get(id);
  if (file === undefined || !isLive(file, now)) {
    throw badField(param, `Invalid '${param}': there is no file ${quote(id)}.`, 'file_not_found');
  }
  if (file.wire.purpose !== 'fine-tune') {
    const message = `Invalid '${param}': the file has the purpose '${file.wire.purpose}', but 'fine-tune' is needed.`;
    throw badField(param, message, 'invalid_file_purpose');
  }
}

/** A colon or slash would break the grammar of model names. */
function suffixOf(body: JsonObject): string | null {
  const suffix = stringField(body, 'suffix');
  if (suffix === undefined) {
    return null;
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(suffix)) {
    const message = "Invalid 'suffix': it must have 1 to 64 letters, digits, '-' or '_'.";
    throw badField('suffix', message, 'invalid_value');
  }
  return suffix;
}

/** Ten times the base rate ruins most runs already; far beyond it nothing but overflow is left. */
const maxLearningRateMultiplier = 1_000;

/** The method's hyperparameters, or those of the deprecated field; `auto` where neither says anything. */
function hyperparametersOf(body: JsonObject): JobHyperparameters {
  const method = objectField(body, 'method');
  const legacy = readHyperparameters(objectField(body, 'hyperparameters') ?? {}, 'hyperparameters');
  if (method === undefined) {
    return legacy;
  }
  const type = requiredString(method, 'type', 'method.type');
  if (type !== 'supervised') {
    const message = `The method ${quote(type)} is not available for this model. Available: 'supervised'.`;
    throw badField('method.type', message, 'unsupported_value');
  }
  const supervised = objectField(method, 'supervised', 'method.supervised');
  const path = 'method.supervised.hyperparameters';
  const given = supervised === undefined ? undefined : objectField(supervised, 'hyperparameters', path);
  return given === undefined ? legacy : readHyperparameters(given, path);
}

function readHyperparameters(given: JsonObject, path: string): JobHyperparameters {
  const read = (name: string, max: number, integer: boolean): number | 'auto' =>
    autoNumberField(given, name, integer ? { min: 1, max, integer } : { min: 0, max, above: true }, `${path}.${name}`) ??
    'auto';
  return {
    n_epochs: read('n_epochs', 50, true),
    batch_size: read('batch_size', 256, true),
    learning_rate_multiplier: read('learning_rate_multiplier', maxLearningRateMultiplier, false),
  };
}
