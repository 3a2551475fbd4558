import { findBaseModel, type ProviderProfile } from '../providers/profile.ts';
import { builtInProviders, profileOf } from '../providers/providers.ts';

const megabyte = 1024 * 1024;

/** What one image of an example may be. */
export type ImageLimits = {
  readonly perExample: number;
  /** Decoded bytes of one image. */
  readonly bytes: number;
  /** Examples of a file that show images. */
  readonly examples: number;
};

/** What a kind of service takes, as data. `asOf` (YYYY-MM-DD) says when its documents were read. */
export type DatasetProfile = {
  readonly id: string;
  readonly asOf: string;
  readonly source: string;
  readonly minimumExamples: number;
  readonly recommendedExamples: number;
  /** Examples of a file of one role, for reinforcement. */
  readonly reinforcementExamples: { readonly training: number; readonly validation: number } | undefined;
  /** Infinite where it is not known. */
  readonly maximumFileBytes: number;
  /** Whether a UTF-8 byte-order mark is asked for, or better left out. */
  readonly byteOrderMark: 'wanted' | 'unwanted';
  /** `alternate`: after the system message, user and assistant take turns, or the file is refused. */
  readonly turns: 'any' | 'alternate';
  /** Keys that an example may not have refuse the file, or mean nothing. */
  readonly furtherKeys: 'refused' | 'ignored';
  /** Whether `weight` chooses the answers to train on. */
  readonly weight: boolean;
  /** Whether messages may have a `name`. */
  readonly name: boolean;
  /** Whether the role `developer` may stand where `system` does. */
  readonly developer: boolean;
  /** Most messages of an output of a preference pair. */
  readonly outputMessages: number;
  /** Undefined where the model cannot be trained on images. */
  readonly images: ImageLimits | undefined;
  /** Tokens of one example that are trained on; undefined where it is not known. */
  readonly exampleTokens: number | undefined;
};

const openai: DatasetProfile = {
  id: 'openai',
  asOf: '2026-11-22',
  source: 'https://developers.openai.com/api/docs/guides/supervised-fine-tuning',
  minimumExamples: 10,
  recommendedExamples: 50,
  reinforcementExamples: { training: 50_000, validation: 1000 },
  maximumFileBytes: 512 * megabyte,
  byteOrderMark: 'unwanted',
  turns: 'any',
  furtherKeys: 'refused',
  weight: true,
  name: true,
  developer: false,
  outputMessages: 1,
  images: { perExample: 10, bytes: 10 * megabyte, examples: 50_000 },
  exampleTokens: 65_536,
};

/** Services that speak the OpenAI wire but whose own documents name other limits. */
const lenient: DatasetProfile = {
  ...openai,
  minimumExamples: 1,
  reinforcementExamples: undefined,
  maximumFileBytes: Number.POSITIVE_INFINITY,
  furtherKeys: 'ignored',
  developer: true,
  outputMessages: Number.POSITIVE_INFINITY,
  exampleTokens: undefined,
};

/**
 * Profiles by id. Sources: OpenAI's guides for supervised, vision and reinforcement fine-tuning and `createFile` of
 * openai-openapi; Microsoft's fine-tuning guide (byte-order mark, 64 images); the data format pages of Nebius,
 * Together, Fireworks and Alibaba. Where a service says nothing, OpenAI's format counts. The Local engine keeps
 * OpenAI's rules of lines, and has no images.
 */
export const datasetProfiles: Readonly<Record<string, DatasetProfile>> = {
  openai,
  local: { ...openai, id: 'local', source: 'src/engine/server/trainingFile.ts', images: undefined, exampleTokens: undefined },
  azure: {
    ...openai,
    id: 'azure',
    source: 'https://learn.microsoft.com/azure/ai-foundry/openai/how-to/fine-tuning',
    byteOrderMark: 'wanted',
    outputMessages: Number.POSITIVE_INFINITY,
    images: { perExample: 64, bytes: 10 * megabyte, examples: 50_000 },
  },
  nebius: {
    ...lenient,
    id: 'nebius',
    source: 'https://docs.tokenfactory.nebius.com/fine-tuning/datasets',
    images: undefined,
  },
  together: {
    ...lenient,
    id: 'together',
    source: 'https://docs.together.ai/docs/fine-tuning-data-preparation',
    turns: 'alternate',
  },
  fireworks: {
    ...lenient,
    id: 'fireworks',
    source: 'https://fireworks.ai/docs/fine-tuning/fine-tuning-models',
    minimumExamples: 3,
  },
  alibaba: {
    ...lenient,
    id: 'alibaba',
    source: 'https://www.alibabacloud.com/help/en/model-studio/fine-tuning-api-guide',
    weight: false,
    name: false,
  },
  compatible: { ...lenient, id: 'compatible', source: 'https://github.com/openai/openai-openapi' },
};

/** The profile where no provider is named. */
export const defaultProfile: DatasetProfile = openai;

/** Hosts of services that have rules for files, but whose jobs we cannot create; all others are in the provider profiles. */
const furtherHosts: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/(?:^|\.)api\.fireworks\.ai$/, 'fireworks'],
  [/(?:^|\.)dashscope[\w-]*\.aliyuncs\.com$/, 'alibaba'],
];

/**
 * The profile of a connection, and of a model there if it is known. What is known of the connection's own models
 * (tokens of an example) comes from its provider profile.
 */
export function datasetProfileOf(
  connection: { readonly profile: ProviderProfile; readonly baseURL: string | undefined },
  model?: string,
): DatasetProfile {
  const { profile, baseURL } = connection;
  const known = profile.id === 'compatible' && baseURL !== undefined && URL.canParse(baseURL) ? rulesOf(baseURL) : profile.id;
  return forModel(datasetProfiles[known] ?? defaultProfile, model, known === profile.id ? profile : builtInOf(known));
}

/** Also a connection that is asked as any compatible service may be one whose rules are known. */
function rulesOf(baseURL: string): string {
  const { hostname } = new URL(baseURL);
  return furtherHosts.find(([pattern]) => pattern.test(hostname))?.[1] ?? profileOf(baseURL);
}

/** Models of OpenAI that were tuned on images (vision fine-tuning guide); other providers' lists are their own. */
const visionModels = /^(?:gpt-4o-2024-08-06|gpt-4\.1-2025-04-14)$/;

/** A provider's profile, narrowed to what is known of one of its models; `provider` as the person has set it. */
export function forModel(
  profile: DatasetProfile,
  model: string | undefined,
  provider: ProviderProfile | undefined = builtInOf(profile.id),
): DatasetProfile {
  const counted = provider === undefined ? profile : withNumbersOf(provider, profile);
  const base = provider && model !== undefined ? findBaseModel(provider, model) : undefined;
  if (!base) return counted;
  return {
    ...counted,
    exampleTokens: base.exampleTokens?.value ?? counted.exampleTokens,
    images: counted.id !== 'openai' || visionModels.test(base.id) ? counted.images : undefined,
  };
}

/** The limits that the provider profile names, which a person may have corrected; the same profile if it names none. */
function withNumbersOf({ minExamples, maxFileBytes }: ProviderProfile, profile: DatasetProfile): DatasetProfile {
  const minimumExamples = minExamples?.value ?? profile.minimumExamples;
  const maximumFileBytes = maxFileBytes?.value ?? profile.maximumFileBytes;
  const isSame = minimumExamples === profile.minimumExamples && maximumFileBytes === profile.maximumFileBytes;
  return isSame ? profile : { ...profile, minimumExamples, maximumFileBytes };
}

function builtInOf(id: string): ProviderProfile | undefined {
  return Object.values(builtInProviders).find((provider) => provider.id === id);
}
