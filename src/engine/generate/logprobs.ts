import { specialTokens, type Vocabulary } from '../model/vocabulary.ts';
import type { ScoredToken, TokenScore } from '../../protocol/training.ts';

/**
 * What the model thought of a token and of the `top` most likely ones in its place: logarithms of the softmax of its
 * scores. `offset` is where the token's text begins.
 */
export function scoredToken(scores: Float32Array, token: number, top: number, vocabulary: Vocabulary, offset: number): ScoredToken {
  const total = logSumExp(scores);
  const told = (index: number): TokenScore => ({
    ...tokenText(index, vocabulary),
    logprob: (scores[index] as number) - total,
  });
  return { ...told(token), top: likeliest(scores, top).map(told), offset };
}

/** A token that nothing comes before. */
export function firstToken(token: number, vocabulary: Vocabulary): ScoredToken {
  return { ...tokenText(token, vocabulary), logprob: null, top: [], offset: 0 };
}

function logSumExp(scores: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    highest = Math.max(highest, score);
  }
  let sum = 0;
  for (const score of scores) {
    sum += Math.exp(score - highest);
  }
  return highest + Math.log(sum);
}

/** The indices of the `count` highest scores, the highest first, of equal ones the first. */
function likeliest(scores: Float32Array, count: number): readonly number[] {
  const best: number[] = [];
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] as number;
    if (best.length === count && (count === 0 || score <= (scores[best[count - 1] as number] as number))) {
      continue;
    }
    const place = best.findIndex((other) => (scores[other] as number) < score);
    best.splice(place < 0 ? best.length : place, 0, index);
    best.length = Math.min(best.length, count);
  }
  return best;
}

function tokenText(token: number, vocabulary: Vocabulary): Pick<TokenScore, 'text' | 'bytes'> {
  const special = specialTokens[token];
  if (special !== undefined) {
    return { text: special, bytes: null };
  }
  const bytes = vocabulary.bytesOf(token);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), bytes: [...bytes] };
  } catch {
    return { text: [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''), bytes: [...bytes] };
  }
}
