import type { SamplingSettings } from '../../protocol/training.ts';
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

type Adjustments = Pick<SamplingSettings, 'presencePenalty' | 'frequencyPenalty' | 'logitBias'>;

/**
 * The scores with bias and penalties, as OpenAI defines them: a token that was drawn c > 0 times loses
 * presence + c * frequency. `scores` itself is left as it is.
 */
export function adjusted(scores: Float32Array, drawn: ReadonlyMap<number, number>, adjustments: Adjustments): Float32Array {
  const { presencePenalty, frequencyPenalty, logitBias } = adjustments;
  if (presencePenalty === 0 && frequencyPenalty === 0 && logitBias.length === 0) {
    return scores;
  }
  const result = scores.slice();
  for (const [token, bias] of logitBias) {
    result[token] = (result[token] as number) + bias;
  }
  for (const [token, count] of drawn) {
    result[token] = (result[token] as number) - presencePenalty - count * frequencyPenalty;
  }
  return result;
}

/** Draws the next token: softmax of scores / temperature, cut to the nucleus of `topP` (Holtzman et al. 2020). */
export function sample(scores: Float32Array, { temperature, topP }: SamplingOptions, random: Random): number {
  if (temperature <= 0 || topP <= 0) {
    return greedy(scores);
  }
  const highest = scores[greedy(scores)] as number;
  const shares = Float64Array.from(scores, (score) => Math.exp((score - highest) / temperature));
  if (topP >= 1) {
    return draw(shares, shares.keys(), shares.reduce((sum, share) => sum + share, 0), random);
  }
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
  return draw(shares, order.subarray(0, kept), nucleus, random);
}

/** One of the tokens, each with its share of `total`. */
function draw(shares: Float64Array, tokens: Iterable<number>, total: number, random: Random): number {
  let rest = random.next() * total;
  let drawn = 0;
  for (const token of tokens) {
    drawn = token;
    rest -= shares[token] as number;
    if (rest < 0) {
      break;
    }
  }
  return drawn;
}
