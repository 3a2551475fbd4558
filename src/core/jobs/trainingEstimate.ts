import type { AutoEpochs, BaseModel } from '../providers/profile.ts';

/** What a training file holds. */
export type FileNumbers = {
  readonly examples: number;
  /** Of all examples together. */
  readonly tokens: number;
};

export type TrainingEstimate = {
  /** Undefined where nobody knows what `auto` means. */
  readonly epochs: number | undefined;
  /** US dollars at those epochs, or for one if they are unknown; undefined without a price. */
  readonly dollars: number | undefined;
};

/** What `auto` makes of a file of `examples` examples. */
export function epochsFor({ target, minSeen, maxSeen, max }: AutoEpochs, examples: number): number {
  if (examples === 0) return target;
  if (examples * target < minSeen) return Math.min(max, Math.max(1, Math.floor(minSeen / examples)));
  return examples * target > maxSeen ? Math.max(1, Math.floor(maxSeen / examples)) : target;
}

/** Every token of every example is billed once per epoch. */
export function estimateTraining({ examples, tokens }: FileNumbers, model: BaseModel): TrainingEstimate {
  const epochs = model.autoEpochs && epochsFor(model.autoEpochs.value, examples);
  const { price } = model;
  const dollars = price && ((epochs ?? 1) * tokens * price.value.training) / 1_000_000;
  return { epochs, dollars };
}
