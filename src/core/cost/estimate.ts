import { findBaseModel, type Dated, type ProviderProfile, type TrainingMethod } from '../providers/profile.ts';
import type { Auto } from '../providers/wire.ts';
import { exactly, plus, times, type Amount } from './amount.ts';
import { epochsFor } from './autoEpochs.ts';
import type { FileTokens } from './fileTokens.ts';
import type { TrainingPrice } from './price.ts';

export type EstimateInput = {
  readonly profile: ProviderProfile;
  readonly model: string;
  readonly method: TrainingMethod;
  readonly epochs: Auto<number>;
  readonly training: FileTokens;
  readonly validation: FileTokens | undefined;
  readonly price: TrainingPrice | undefined;
};

/** How often a file is gone through. */
export type Epochs = Amount & {
  /** `assumed`: nobody says what this service makes of `auto`. */
  readonly from: 'given' | 'formula' | 'assumed';
};

/** Tokens that are billed: the ones of the training file once per epoch, and where they cost those of the validation file. */
export type BilledTokens = {
  readonly epochs: Epochs;
  readonly training: FileTokens;
  readonly validation: FileTokens | undefined;
  readonly total: Amount;
};

/** In US dollars. */
export type CostEstimate =
  | { readonly kind: 'free'; readonly billed: BilledTokens }
  /** `byTime`: the service bills hours and graders, which nobody knows beforehand. */
  | { readonly kind: 'unknown'; readonly reason: 'noPrice' | 'byTime'; readonly billed: BilledTokens }
  | { readonly kind: 'dollars'; readonly dollars: Amount; readonly price: TrainingPrice; readonly billed: BilledTokens };

/** Services that bill the tokens of the validation file, once for each time it is measured. */
const validationBilled: Readonly<Partial<Record<ProviderProfile['id'], Dated<true>>>> = {
  together: { value: true, asOf: '2026-11-22', source: 'https://docs.together.ai/docs/fine-tuning/pricing' },
};

/**
 * What a job costs: US dollars = billed tokens x price / 1,000,000 (OpenAI pricing page; cookbook
 * `chat_finetuning_data_prep`). Reinforcement is billed by time.
 */
export function estimateCost(input: EstimateInput): CostEstimate {
  const billed = billedTokens(input);
  if (!input.profile.charges) return { kind: 'free', billed };
  if (input.method === 'reinforcement') return { kind: 'unknown', reason: 'byTime', billed };
  const { price } = input;
  if (price === undefined) return { kind: 'unknown', reason: 'noPrice', billed };
  return { kind: 'dollars', dollars: times(billed.total, exactly(price.value / 1_000_000)), price, billed };
}

export function billedTokens({ profile, model, epochs, training, validation }: EstimateInput): BilledTokens {
  const passes = epochsOf(profile, model, epochs, training.examples);
  const counts = validationBilled[profile.id] !== undefined && validation !== undefined;
  // Measured once per epoch if the service is asked to, else never.
  const measured = counts ? times({ ...passes, low: 0 }, validation.tokens) : exactly(0);
  return {
    epochs: passes,
    training,
    validation: counts ? validation : undefined,
    total: plus(times(passes, training.tokens), measured),
  };
}

function epochsOf(profile: ProviderProfile, model: string, epochs: Auto<number>, examples: number): Epochs {
  if (epochs !== 'auto') return { ...exactly(epochs), from: 'given' };
  const rule = findBaseModel(profile, model)?.autoEpochs;
  if (rule !== undefined) return { ...exactly(epochsFor(rule.value, examples)), from: 'formula' };
  // Documented defaults of compatible services lie between one pass (Together) and OpenAI's ten for tiny files.
  return { low: 1, likely: 3, high: 10, from: 'assumed' };
}

/** US dollars of a job that has ended; undefined while its tokens are not told. */
export function billOf(trainedTokens: number | null, dollarsPerMillion: number): number | undefined {
  return trainedTokens === null ? undefined : (trainedTokens * dollarsPerMillion) / 1_000_000;
}
