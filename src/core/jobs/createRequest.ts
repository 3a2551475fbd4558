import type { ProviderProfile } from '../providers/profile.ts';
import type { Auto, Hyperparameters, JobCreateRequest, WireJob } from '../providers/wire.ts';
import { autoSettings, newDraft, reasoningEfforts, settingNamesOf, type JobDraft, type JobSettings, type SettingName } from './jobDraft.ts';
import { datasetKey, recipeKey, requestIdKey } from './jobOrigin.ts';

/** What a job is made from, and what we note in it to know it again. */
export type RequestFacts = {
  readonly trainingFile: string;
  readonly validationFile: string | undefined;
  readonly requestId: string;
  /** SHA-256 of the training file as it is on the disk. */
  readonly datasetHash?: string | undefined;
  /** Name of the recipe that wrote it. */
  readonly recipe?: string | undefined;
};

/** Services that read OpenAI's `method`; the others read the top-level hyperparameters that it replaced. */
const methodReaders: ReadonlySet<ProviderProfile['id']> = new Set(['openai', 'local', 'azure']);

const wireNames: Readonly<Record<Exclude<SettingName, 'seed'>, string>> = {
  nEpochs: 'n_epochs',
  batchSize: 'batch_size',
  learningRateMultiplier: 'learning_rate_multiplier',
  beta: 'beta',
  computeMultiplier: 'compute_multiplier',
  evalInterval: 'eval_interval',
  evalSamples: 'eval_samples',
};

/** The request for a draft. What is left to the service is left out. */
export function toCreateRequest(draft: JobDraft, profile: ProviderProfile, facts: RequestFacts): JobCreateRequest {
  const { method, settings, wandb, trainingType } = draft;
  const metadata = profile.capabilities.metadata ? { metadata: metadataOf(draft, facts) } : {};
  return {
    model: draft.model,
    training_file: facts.trainingFile,
    ...(facts.validationFile === undefined ? {} : { validation_file: facts.validationFile }),
    ...(draft.suffix === '' ? {} : { suffix: draft.suffix }),
    ...(settings.seed === 'auto' ? {} : { seed: settings.seed }),
    ...methodOf(draft, method !== 'supervised' || methodReaders.has(profile.id)),
    ...(wandb === undefined || !profile.capabilities.wandb ? {} : { integrations: [{ type: 'wandb', wandb }] }),
    ...(trainingType === undefined ? {} : { trainingType }),
    ...metadata,
  };
}

function methodOf(draft: JobDraft, asMethod: boolean): Pick<JobCreateRequest, 'method' | 'hyperparameters'> {
  const { method, settings } = draft;
  const chosen = Object.fromEntries(
    settingNamesOf(method).flatMap((name) => {
      const value: Auto<number> = settings[name];
      return name === 'seed' || value === 'auto' ? [] : [[wireNames[name], value] as const];
    }),
  );
  const effort: Readonly<Record<string, unknown>> = method === 'reinforcement' && draft.reasoningEffort !== 'auto' ? { reasoning_effort: draft.reasoningEffort } : {};
  const all: Hyperparameters = { ...chosen, ...effort };
  const hyperparameters = Object.keys(all).length > 0 ? { hyperparameters: all } : {};
  if (!asMethod) return hyperparameters;
  if (method !== 'reinforcement') return { method: { type: method, [method]: hyperparameters } };
  const format = draft.responseFormat === undefined ? {} : { response_format: draft.responseFormat };
  return { method: { type: method, reinforcement: { grader: draft.grader ?? {}, ...format, ...hyperparameters } } };
}

function metadataOf(draft: JobDraft, { requestId, datasetHash, recipe }: RequestFacts): Readonly<Record<string, string>> {
  return {
    ...draft.metadata,
    [requestIdKey]: requestId,
    ...(datasetHash === undefined ? {} : { [datasetKey]: datasetHash }),
    ...(recipe === undefined ? {} : { [recipeKey]: recipe.slice(0, 512) }),
  };
}

/** The draft that would make a job like this one again. What the service filled in for `auto` is a number by now. */
export function draftOf(job: WireJob): JobDraft {
  const type = job.method?.type;
  const method = type === 'dpo' || type === 'reinforcement' ? type : 'supervised';
  const own: unknown = job.method?.[method];
  const parts = isRecord(own) ? own : {};
  const given = isRecord(parts['hyperparameters']) ? parts['hyperparameters'] : (job.hyperparameters ?? {});
  const values: Readonly<Record<string, unknown>> = { ...given };
  const settings = Object.fromEntries(
    Object.entries(wireNames).map(([name, wireName]) => [name, typeof values[wireName] === 'number' ? values[wireName] : 'auto']),
  );
  const effort = reasoningEfforts.find((known) => known === values['reasoning_effort']);
  const { grader, response_format: format } = parts;
  const metadata = Object.entries(job.metadata ?? {}).filter(([key]) => !key.startsWith('tunesmith_'));
  return {
    ...newDraft(job.model),
    suffix: job.user_provided_suffix ?? '',
    method,
    settings: { ...autoSettings, ...(settings as Partial<JobSettings>), seed: job.seed > 0 ? job.seed : 'auto' },
    reasoningEffort: effort ?? 'auto',
    grader: isRecord(grader) ? grader : undefined,
    responseFormat: isRecord(format) ? format : undefined,
    wandb: wandbOf(job.integrations),
    metadata: Object.fromEntries(metadata),
  };
}

function wandbOf(integrations: readonly unknown[] | null): JobDraft['wandb'] {
  for (const integration of integrations ?? []) {
    if (!isRecord(integration) || !isRecord(integration['wandb'])) continue;
    const { project, name, entity, tags } = integration['wandb'];
    if (typeof project !== 'string') continue;
    return {
      project,
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof entity === 'string' ? { entity } : {}),
      ...(Array.isArray(tags) ? { tags: tags.filter((tag): tag is string => typeof tag === 'string') } : {}),
    };
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
