import { findBaseModel, type Dated, type ProviderProfile } from '../providers/profile.ts';

/** US dollars for one million training tokens, by model: what a person says that they pay. */
export type OwnPrices = ReadonlyMap<string, number>;

/** Reads the setting `tunesmith.cost.prices`; what is no price is left out. */
export function parseOwnPrices(setting: unknown): OwnPrices {
  const entries = typeof setting === 'object' && setting !== null ? Object.entries(setting) : [];
  return new Map(entries.filter((entry): entry is [string, number] => isPrice(entry[1])));
}

export type TrainingPrice = Dated<number> & {
  /** `own`: from the person's settings, which know of contracts and of today. */
  readonly from: 'own' | 'profile';
};

/**
 * US dollars for one million training tokens of a model; a tuned model costs what its base does. Undefined where
 * nobody knows.
 */
export function trainingPriceOf(profile: ProviderProfile, model: string, own: OwnPrices): TrainingPrice | undefined {
  const base = findBaseModel(profile, model);
  const said = own.get(model) ?? (base && own.get(base.id));
  if (said !== undefined) return { value: said, asOf: '', source: '', from: 'own' };
  const known = base?.price;
  return known && { value: known.value.training, asOf: known.asOf, source: known.source, from: 'profile' };
}

function isPrice(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
