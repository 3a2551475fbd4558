import type { Curve, Sample, Track } from './curve.ts';

/** What the curves say, as facts; src/messages/diagnosis.ts makes the sentence. Losses in nats per token. */
export type Diagnosis =
  | { readonly kind: 'none' }
  | { readonly kind: 'tooFew'; readonly steps: number }
  | { readonly kind: 'diverged'; readonly step: number }
  | { readonly kind: 'exploded'; readonly lowest: Sample; readonly final: Sample }
  | { readonly kind: 'overfitting'; readonly best: Sample; readonly final: Sample; readonly trainFinal?: Sample }
  | { readonly kind: 'stillFalling'; readonly on: 'train' | 'valid'; readonly final: Sample; readonly earlier: Sample }
  | { readonly kind: 'flat'; readonly first: Sample; readonly final: Sample }
  | { readonly kind: 'settled'; readonly final: Sample; readonly valid?: Sample }
  | { readonly kind: 'reward'; readonly first: Sample; readonly final: Sample };

/** Fewer training losses than this say nothing about a trend. */
const fewestSamples = 8;

/**
 * One judgement about a run, the gravest that holds: not a number; grown far above its own minimum; validation loss
 * risen since its minimum; still falling; never moved; settled.
 * The thresholds are this product's own and are compared on window means, since single steps are noisy: a rise or
 * fall counts from 5 % of the value and 0.01 nats, a run that changed under 2 % from its first to its last quarter is
 * flat, and a final loss above twice the lowest one and 1 nat over it has exploded.
 */
export function diagnose(curve: Curve): Diagnosis {
  if (curve.diverged !== undefined) return { kind: 'diverged', step: curve.diverged };
  const train = curve.track('trainLoss');
  const valid = toValidation(curve);
  if (train.length === 0 && valid.length === 0) return diagnoseReward(curve);
  if (train.length < fewestSamples && valid.length < 4) return { kind: 'tooFew', steps: train.length };

  const trainWindows = toWindows(train);
  const exploded = findExplosion(trainWindows);
  if (exploded !== undefined) return exploded;

  const validWindows = toWindows(valid);
  const rising = findRise(validWindows, valid);
  const trainFinal = trainWindows.at(-1);
  if (rising !== undefined) return { kind: 'overfitting', ...rising, ...(trainFinal ? { trainFinal } : {}) };

  for (const [on, windows] of [['valid', validWindows], ['train', trainWindows]] as const) {
    const fall = findFall(windows);
    if (fall !== undefined) return { kind: 'stillFalling', on, ...fall };
  }
  const first = trainWindows[0] ?? validWindows[0];
  const final = trainFinal ?? validWindows.at(-1);
  if (first === undefined || final === undefined) return { kind: 'tooFew', steps: train.length };
  if (Math.abs(first.value - final.value) < 0.02 * Math.abs(first.value)) return { kind: 'flat', first, final };
  const lastValid = validWindows.at(-1);
  return { kind: 'settled', final, ...(lastValid && trainFinal ? { valid: lastValid } : {}) };
}

/** The whole-file validation losses if there are enough of them, else those of single batches. */
function toValidation(curve: Curve): Track {
  const full = curve.track('fullValidLoss');
  const batches = curve.track('validLoss');
  return full.length >= 3 || full.length >= batches.length ? full : batches;
}

/** At most eight means of neighbouring samples, each placed at its last step; few samples stay as they are. */
function toWindows(track: Track): Sample[] {
  const count = Math.min(8, track.length);
  const windows: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const end = Math.floor(((i + 1) * track.length) / count);
    const last = track.at(end - 1);
    if (last === undefined) continue;
    windows.push({ step: last.step, value: track.mean(Math.floor((i * track.length) / count), end) });
  }
  return windows;
}

function isRise(from: number, to: number): boolean {
  return to - from > 0.01 && to - from > 0.05 * Math.abs(from);
}

function findExplosion(windows: readonly Sample[]): Diagnosis | undefined {
  const lowest = findLowest(windows);
  const final = windows.at(-1);
  if (lowest === undefined || final === undefined) return undefined;
  return final.value > 2 * lowest.value && final.value > lowest.value + 1 ? { kind: 'exploded', lowest, final } : undefined;
}

/** The minimum itself is looked up in the raw samples, so that the step named is one a person finds on the chart. */
function findRise(windows: readonly Sample[], track: Track): { best: Sample; final: Sample } | undefined {
  const lowest = findLowest(windows);
  const final = windows.at(-1);
  const best = track.lowest;
  if (lowest === undefined || final === undefined || best === undefined || windows.length < 3) return undefined;
  return final !== lowest && isRise(lowest.value, final.value) && best.step < final.step ? { best, final } : undefined;
}

function findFall(windows: readonly Sample[]): { final: Sample; earlier: Sample } | undefined {
  const earlier = windows.at(-2);
  const final = windows.at(-1);
  if (earlier === undefined || final === undefined || windows.length < 4) return undefined;
  return isRise(final.value, earlier.value) ? { final, earlier } : undefined;
}

function findLowest(samples: readonly Sample[]): Sample | undefined {
  return samples.reduce<Sample | undefined>((low, next) => (low === undefined || next.value < low.value ? next : low), undefined);
}

function diagnoseReward(curve: Curve): Diagnosis {
  const rewards = curve.track('fullValidReward');
  const track = rewards.length > 1 ? rewards : curve.track('trainReward');
  const windows = toWindows(track);
  const first = windows[0];
  const final = windows.at(-1);
  if (first === undefined || final === undefined) return { kind: 'none' };
  return windows.length < 2 ? { kind: 'tooFew', steps: track.length } : { kind: 'reward', first, final };
}
