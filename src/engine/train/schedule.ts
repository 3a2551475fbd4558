import type { Auto } from '../../core/providers/wire.ts';
import type { BaseModel } from '../model/config.ts';

export type Hyperparameters = {
  readonly nEpochs: number;
  readonly batchSize: number;
  readonly learningRateMultiplier: number;
};

/** Replaces 'auto' by the base model's choice for a file of `examples` examples. */
export function resolveHyperparameters(
  wanted: {
    readonly nEpochs: Auto<number>;
    readonly batchSize: Auto<number>;
    readonly learningRateMultiplier: Auto<number>;
  },
  base: BaseModel,
  examples: number,
): Hyperparameters {
  const { auto } = base;
  const nEpochs =
    wanted.nEpochs === 'auto'
      ? Math.max(1, Math.min(auto.epochs, Math.floor(auto.examplesSeen / examples)))
      : wanted.nEpochs;
  const batchSize =
    wanted.batchSize === 'auto'
      ? Math.max(1, Math.min(auto.batchSize, Math.round((nEpochs * examples) / auto.steps)))
      : wanted.batchSize;
  return {
    nEpochs,
    batchSize: Math.min(batchSize, examples),
    learningRateMultiplier: wanted.learningRateMultiplier === 'auto' ? 1 : wanted.learningRateMultiplier,
  };
}

const maxWarmupSteps = 30;
const finalShare = 0.1;

/**
 * Share of the peak learning rate at a step (from 1): linear warm-up over a tenth of the run, at most 30 steps, then
 * a cosine down to a tenth.
 */
export function learningRateShare(step: number, totalSteps: number): number {
  const warmup = Math.min(maxWarmupSteps, Math.ceil(totalSteps / 10));
  if (step <= warmup) {
    return step / warmup;
  }
  const progress = (step - warmup) / Math.max(1, totalSteps - warmup);
  return finalShare + ((1 - finalShare) * (1 + Math.cos(Math.PI * progress))) / 2;
}
