import { exactly } from '../../core/cost/amount.ts';
import { estimateCost, type CostEstimate } from '../../core/cost/estimate.ts';
import { trainingPriceOf } from '../../core/cost/price.ts';
import type { ProviderProfile } from '../../core/providers/profile.ts';

/** What training costs on the model that a service offers first, and which that is; undefined where it offers none. */
export function estimateTrainingCost(
  profile: ProviderProfile,
  training: { readonly examples: number; readonly tokens: number },
): { readonly model: string; readonly estimate: CostEstimate } | undefined {
  const model = profile.baseModels[0]?.id;
  if (model === undefined) return undefined;
  const estimate = estimateCost({
    ...{ profile, model, method: 'supervised', epochs: 'auto', validation: undefined },
    training: { examples: training.examples, tokens: exactly(training.tokens), basis: 'counted' },
    price: trainingPriceOf(profile, model),
  });
  return { model, estimate };
}
