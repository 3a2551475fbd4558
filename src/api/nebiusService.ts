import { nebiusProfile } from '../core/providers/nebius.ts';
import type { Deployment, Deployments, Service } from '../core/providers/port.ts';
import { findBaseModel } from '../core/providers/profile.ts';
import type { Auto, Hyperparameters, JobCreateRequest } from '../core/providers/wire.ts';
import type { Exchange } from './exchange.ts';
import { isFields, toFields, toText } from './fields.ts';
import { createOpenAIService } from './openaiService.ts';

/** OpenAI's format with Nebius's hyperparameters, and a step that serves what was trained. */
export function createNebiusService(exchange: Exchange): Service {
  return { ...createOpenAIService(exchange, { toBody, uploads: null }), deployments: createDeployments(exchange) };
}

/**
 * `lora` is said explicitly, because leaving it out trains all weights; the learning rate is the rate itself. Fields
 * that no document of the service names are left out.
 */
function toBody(request: JobCreateRequest): unknown {
  const { model, training_file, validation_file, suffix, seed, method, integrations } = request;
  const given: Hyperparameters = { ...request.hyperparameters, ...method?.supervised?.hyperparameters };
  const { n_epochs, batch_size, learning_rate_multiplier: learning_rate } = given;
  return {
    model,
    training_file,
    ...present({ validation_file, suffix, seed, integrations }),
    hyperparameters: { lora: true, ...chosen({ n_epochs, batch_size, learning_rate }) },
  };
}

function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

/** `auto` is the service's own choice, which it makes for what is left out. */
function chosen(fields: Readonly<Record<string, Auto<number> | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'number'));
}

/** Serverless adapters, which an older version of the API keeps: `/v0/models` beside `/v1`. */
function createDeployments(exchange: Exchange): Deployments {
  const { client } = exchange;
  const models = new URL('../v0/models', `${exchange.options.baseURL}/`).href;
  const named = (name: string): string => `${models}/${encodeURIComponent(name)}`;
  return {
    create: ({ name, baseModel, jobId, checkpointId }, signal) => {
      const base = findBaseModel(nebiusProfile, baseModel)?.servedAs?.value ?? baseModel;
      const source = checkpointId === undefined ? jobId : `${jobId}:${checkpointId}`;
      const body = { name, base_model: base, source, description: `Tuned by ${jobId}` };
      return exchange.ask('once', signal, (settings) => client.post<unknown>(models, { body, ...settings }), (value) =>
        parseDeployment(value, name),
      );
    },
    retrieve: (name, signal) =>
      exchange.ask('read', signal, (settings) => client.get<unknown>(named(name), settings), (value) => parseDeployment(value, name)),
    delete: (name, signal) => exchange.tell(signal, (settings) => client.delete<unknown>(named(name), settings)),
  };
}

/** The service gives the model a name of its own, made of ours; only that one answers. */
export function parseDeployment(value: unknown, asked: string): Deployment {
  const fields = toFields(value, 'deployment');
  const status = toText(fields['status']) ?? 'unknown';
  const name = toText(fields['name']) ?? asked;
  const reason = toText(fields['status_reason']) ?? (isFields(fields['error']) ? toText(fields['error']['message']) : null);
  const state = status === 'active' ? 'ready' : /^(?:error|failed)/.test(status) ? 'failed' : 'preparing';
  return { name, state, status, ...(state === 'ready' ? { model: name } : {}), ...(reason === null ? {} : { reason }) };
}
