import { correctedBy } from '../providers/overrides.ts';
import { findBaseModel, type Dated, type ProviderProfile } from '../providers/profile.ts';

export type TrainingPrice = Dated<number> & {
  /** `own`: from the person's settings, which know of contracts and of today. */
  readonly from: 'own' | 'profile';
};

/**
 * US dollars for one million training tokens of a model; a tuned model costs what its base does. Undefined where
 * nobody knows.
 */
export function trainingPriceOf(profile: ProviderProfile, model: string): TrainingPrice | undefined {
  const known = findBaseModel(profile, model)?.price;
  if (known === undefined) return undefined;
  const { value, asOf, source } = known;
  return { value: value.training, asOf, source, from: source === correctedBy ? 'own' : 'profile' };
}
