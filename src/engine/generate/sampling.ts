import type { Random } from '../model/random.ts';

export type SamplingOptions = {
  /** 0 = greedy. */
  readonly temperature: number;
  /** Only the most likely tokens that together have this probability can be drawn; 1 = all. */
  readonly topP: number;
};

/** The index of the highest score; of equal ones the first. */
export function greedy(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i += 1) {
    if ((scores[i] as number) > (scores[best] as number)) {
      best = i;
    }
  }
  return best;
}

/** Draws the next token: softmax of scores / temperature, cut to the nucleus of `topP` (Holtzman et al. 2020). */
export function sample(scores: Float32Array, { temperature, topP }: SamplingOptions, random: Random): number {
  if (temperature <= 0 || topP <= 0) {
    return greedy(scores);
  }
  const highest = scores[greedy(scores)] as number;
  const shares = Float64Array.from(scores, (score) => Math.exp((score - highest) / temperature));
  const order = Uint32Array.from(shares, (_, token) => token).sort(
    (a, b) => (shares[b] as number) - (shares[a] as number) || a - b,
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  let nucleus = 0;
  let kept = 0;
  while (kept < order.length && (kept === 0 || nucleus < topP * total)) {
    nucleus += shares[order[kept] as number] as number;
    kept += 1;
  }
  let rest = random.next() * nucleus;
  for (const token of order.subarray(0, kept)) {
    rest -= shares[token] as number;
    if (rest < 0) {
      return token;
    }
  }
  return order[kept - 1] as number;
}
