import { isInRange, isValidSuffix, type ProviderProfile, type Range } from '../providers/profile.ts';
import type { Auto, Hyperparameters, JobCreateRequest, WireJob } from '../providers/wire.ts';
import { requestIdKey } from './jobOrigin.ts';

/** What a person decides about a job before anything is sent. */
export type JobDraft = {
  readonly model: string;
  /** '' = none. */
  readonly suffix: string;
  readonly settings: JobSettings;
};

/** 'auto' leaves the choice to the service. */
export type JobSettings = {
  readonly nEpochs: Auto<number>;
  readonly batchSize: Auto<number>;
  readonly learningRateMultiplier: Auto<number>;
  readonly seed: Auto<number>;
};

export const autoSettings: JobSettings = {
  nEpochs: 'auto',
  batchSize: 'auto',
  learningRateMultiplier: 'auto',
  seed: 'auto',
};

export function settingRange(profile: ProviderProfile, name: keyof JobSettings): Range {
  return name === 'seed' ? profile.seed : profile.hyperparameters[name];
}

/** Reads what a person typed, "auto" or nothing for auto; undefined if it is no allowed value. */
export function parseSetting(
  profile: ProviderProfile,
  name: keyof JobSettings,
  text: string,
): Auto<number> | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.toLowerCase() === 'auto') return 'auto';
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return isInRange(settingRange(profile, name), value) ? value : undefined;
}

export function isAllowedSuffix(profile: ProviderProfile, suffix: string): boolean {
  return suffix === '' || isValidSuffix(profile, suffix);
}

/**
 * The request for a draft. What is left to the service is left out. OpenAI's `method` replaced the top-level
 * hyperparameters, which are what every other service reads.
 */
export function toCreateRequest(
  draft: JobDraft,
  profile: ProviderProfile,
  files: { readonly trainingFile: string; readonly validationFile: string | undefined },
  requestId: string,
): JobCreateRequest {
  const { nEpochs, batchSize, learningRateMultiplier, seed } = draft.settings;
  const hyperparameters: Hyperparameters = {
    ...(nEpochs === 'auto' ? {} : { n_epochs: nEpochs }),
    ...(batchSize === 'auto' ? {} : { batch_size: batchSize }),
    ...(learningRateMultiplier === 'auto' ? {} : { learning_rate_multiplier: learningRateMultiplier }),
  };
  const chosen = Object.keys(hyperparameters).length > 0;
  const asMethod = profile.id !== 'compatible';
  return {
    model: draft.model,
    training_file: files.trainingFile,
    ...(files.validationFile === undefined ? {} : { validation_file: files.validationFile }),
    ...(draft.suffix === '' ? {} : { suffix: draft.suffix }),
    ...(seed === 'auto' ? {} : { seed }),
    ...(asMethod
      ? { method: { type: 'supervised', supervised: chosen ? { hyperparameters } : {} } }
      : chosen
        ? { hyperparameters }
        : {}),
    metadata: { [requestIdKey]: requestId },
  };
}

/** The job that came of a request whose answer was lost. */
export function findRequested(jobs: readonly WireJob[], requestId: string): WireJob | undefined {
  return jobs.find((job) => job.metadata?.[requestIdKey] === requestId);
}
