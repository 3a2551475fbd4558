import { ServiceError, type Service } from './port.ts';
import { findBaseModel, type ProviderProfile } from './profile.ts';
import type { WireModel } from './wire.ts';

/** The calls that cost nothing and change nothing. Whether jobs may be created only the first one tells. */
export type TrialCall = 'models' | 'jobs' | 'files';

export type TrialAnswer =
  | { readonly kind: 'allowed'; readonly count: number; readonly hasMore: boolean }
  | { readonly kind: 'failed'; readonly error: ServiceError };

/** What a service answered to each of the calls. */
export type Trial = {
  readonly answers: Readonly<Record<TrialCall, TrialAnswer>>;
  /** Listed models that a job can start from, as far as the profile knows them. */
  readonly trainable: readonly string[];
};

/** What the answers mean together. */
export type TrialVerdict =
  /** Jobs can be listed here. */
  | { readonly kind: 'ready' }
  /** It answers, but has no fine-tuning at this address, or not for this key. */
  | { readonly kind: 'partly'; readonly error: ServiceError }
  | { readonly kind: 'failed'; readonly error: ServiceError };

/** Asks for models, jobs and files side by side. @throws ServiceError 'cancelled', and what is no ServiceError */
export async function tryService(service: Service, profile: ProviderProfile, signal: AbortSignal): Promise<Trial> {
  let models: readonly WireModel[] = [];
  const [ofModels, ofJobs, ofFiles] = await Promise.all([
    answerOf(async () => {
      models = await service.listModels(signal);
      return { data: models, has_more: false };
    }),
    answerOf(() => service.listJobs({ limit: 20 }, signal)),
    answerOf(() => service.listFiles({ limit: 20 }, signal)),
  ]);
  const trainable = models.map(({ id }) => id).filter((id) => !id.startsWith('ft:') && findBaseModel(profile, id)?.id === id);
  return { answers: { models: ofModels, jobs: ofJobs, files: ofFiles }, trainable };
}

async function answerOf(ask: () => Promise<{ readonly data: readonly unknown[]; readonly has_more: boolean }>): Promise<TrialAnswer> {
  try {
    const { data, has_more: hasMore } = await ask();
    return { kind: 'allowed', count: data.length, hasMore };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.facts.kind === 'cancelled') throw error;
    return { kind: 'failed', error };
  }
}

export function verdictOf({ answers }: Trial): TrialVerdict {
  const { jobs, models, files } = answers;
  if (jobs.kind === 'allowed') return { kind: 'ready' };
  const { error } = jobs;
  return models.kind === 'allowed' || files.kind === 'allowed' ? { kind: 'partly', error } : { kind: 'failed', error };
}
