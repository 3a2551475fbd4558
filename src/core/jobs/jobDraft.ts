import { isInRange, isValidSuffix, type ProviderProfile, type Range, type TrainingMethod } from '../providers/profile.ts';
import type { Auto, WandbIntegration } from '../providers/wire.ts';

/** What a person decides about a job before anything is sent. */
export type JobDraft = {
  readonly model: string;
  /** '' = none. */
  readonly suffix: string;
  readonly method: TrainingMethod;
  readonly settings: JobSettings;
  readonly reasoningEffort: ReasoningEffort | 'auto';
  /** How answers are graded, as the service takes it; for reinforcement only. */
  readonly grader: Readonly<Record<string, unknown>> | undefined;
  /** JSON schema that answers must follow, as the service takes it; for reinforcement only. */
  readonly responseFormat: Readonly<Record<string, unknown>> | undefined;
  readonly wandb: WandbIntegration['wandb'] | undefined;
  /** Azure's tier of training. */
  readonly trainingType: string | undefined;
  /** Pairs of the person's own, beside ours. */
  readonly metadata: Readonly<Record<string, string>>;
};

export const reasoningEfforts = ['low', 'medium', 'high'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** 'auto' leaves the choice to the service. */
export type JobSettings = {
  readonly nEpochs: Auto<number>;
  readonly batchSize: Auto<number>;
  readonly learningRateMultiplier: Auto<number>;
  readonly seed: Auto<number>;
  /** How much the model may move away from its base; preference only. */
  readonly beta: Auto<number>;
  /** The next three: reinforcement only. */
  readonly computeMultiplier: Auto<number>;
  readonly evalInterval: Auto<number>;
  readonly evalSamples: Auto<number>;
};

export type SettingName = keyof JobSettings;

export const autoSettings: JobSettings = {
  nEpochs: 'auto',
  batchSize: 'auto',
  learningRateMultiplier: 'auto',
  seed: 'auto',
  beta: 'auto',
  computeMultiplier: 'auto',
  evalInterval: 'auto',
  evalSamples: 'auto',
};

export function newDraft(model: string): JobDraft {
  return {
    model,
    suffix: '',
    method: 'supervised',
    settings: autoSettings,
    reasoningEffort: 'auto',
    grader: undefined,
    responseFormat: undefined,
    wandb: undefined,
    trainingType: undefined,
    metadata: {},
  };
}

/** The settings that a method has, in the order in which a person is asked for them. */
export function settingNamesOf(method: TrainingMethod): readonly SettingName[] {
  const common = ['nEpochs', 'batchSize', 'learningRateMultiplier'] as const;
  switch (method) {
    case 'supervised':
      return [...common, 'seed'];
    case 'dpo':
      return [...common, 'beta', 'seed'];
    case 'reinforcement':
      return [...common, 'computeMultiplier', 'evalInterval', 'evalSamples', 'seed'];
    default:
      return method satisfies never;
  }
}

/** Ranges that the wire format gives alike for every service. Source: OpenAI API reference, fine-tuning. */
const methodRanges: Readonly<Record<'beta' | 'computeMultiplier' | 'evalInterval' | 'evalSamples', Range>> = {
  beta: { min: 0, minExclusive: true, max: 2, integer: false },
  computeMultiplier: { min: 0.00001, minExclusive: true, max: 10, integer: false },
  evalInterval: { min: 1, integer: true },
  evalSamples: { min: 1, integer: true },
};

export function settingRange(profile: ProviderProfile, name: SettingName): Range {
  switch (name) {
    case 'seed':
      return profile.seed;
    case 'nEpochs':
    case 'batchSize':
    case 'learningRateMultiplier':
      return profile.hyperparameters[name];
    default:
      return methodRanges[name];
  }
}

/** Reads what a person typed, "auto" or nothing for auto; undefined if it is no allowed value. */
export function parseSetting(profile: ProviderProfile, name: SettingName, text: string): Auto<number> | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.toLowerCase() === 'auto') return 'auto';
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return isInRange(settingRange(profile, name), value) ? value : undefined;
}

export function isAllowedSuffix(profile: ProviderProfile, suffix: string): boolean {
  return suffix === '' || isValidSuffix(profile, suffix);
}
