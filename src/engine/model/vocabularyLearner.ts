import { piecesOf } from './pieces.ts';
import { firstByteToken, firstMergedToken, Vocabulary, type Merge } from './vocabulary.ts';

/** A rarer pair is an accident of the file; merging it would only memorise one word. */
const minPairCount = 2;
/** More distinct pieces than this say nothing new about the most frequent pairs. */
const maxPieces = 200_000;

type Word = { tokens: number[]; readonly count: number };

/**
 * Learns a byte-pair vocabulary (Sennrich et al. 2016) from the texts given to `add`. Time is linear in the text plus
 * merges x distinct pairs: 1 MB and 1,024 tokens take about a second.
 */
export class VocabularyLearner {
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    for (const piece of piecesOf(text)) {
      const count = this.#counts.get(piece);
      if (count !== undefined) {
        this.#counts.set(piece, count + 1);
      } else if (this.#counts.size < maxPieces) {
        this.#counts.set(piece, 1);
      }
    }
  }

  /** A vocabulary of at most `size` tokens; of equally frequent pairs the one with the smaller ids is merged first. */
  learn(size: number): Vocabulary {
    const words = this.#words();
    const pairs = new PairTable(size);
    for (const [index, word] of words.entries()) {
      pairs.addWord(word, index, 1);
    }
    const merges: Merge[] = [];
    while (firstMergedToken + merges.length < size) {
      const best = pairs.mostFrequent();
      if (best === undefined) {
        break;
      }
      const merged = firstMergedToken + merges.length;
      merges.push(best);
      for (const index of pairs.take(best)) {
        const word = words[index] as Word;
        pairs.addWord(word, index, -1);
        mergeIn(word.tokens, best, merged);
        pairs.addWord(word, index, 1);
      }
    }
    return new Vocabulary(merges);
  }

  #words(): Word[] {
    const encoder = new TextEncoder();
    return Array.from(this.#counts, ([piece, count]) => ({
      tokens: Array.from(encoder.encode(piece), (byte) => firstByteToken + byte),
      count,
    }));
  }
}

/** How often each pair of neighbours occurs, and in which words. */
class PairTable {
  readonly #size: number;
  readonly #pairs = new Map<number, { count: number; readonly words: Set<number> }>();

  constructor(size: number) {
    this.#size = Math.max(size, firstMergedToken);
  }

  addWord(word: Word, index: number, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.tokens.length; i += 1) {
      const id = (word.tokens[i] as number) * this.#size + (word.tokens[i + 1] as number);
      let pair = this.#pairs.get(id);
      if (pair === undefined) {
        pair = { count: 0, words: new Set() };
        this.#pairs.set(id, pair);
      }
      pair.count += sign * word.count;
      if (sign === 1) {
        pair.words.add(index);
      } else if (pair.count === 0) {
        this.#pairs.delete(id);
      }
    }
  }

  mostFrequent(): Merge | undefined {
    let bestId = -1;
    let bestCount = minPairCount - 1;
    for (const [id, { count }] of this.#pairs) {
      if (count > bestCount || (count === bestCount && id < bestId)) {
        bestId = id;
        bestCount = count;
      }
    }
    return bestId < 0 ? undefined : [Math.floor(bestId / this.#size), bestId % this.#size];
  }

  /** The words that may hold the pair (some no longer do). */
  take([left, right]: Merge): readonly number[] {
    return [...(this.#pairs.get(left * this.#size + right)?.words ?? [])];
  }
}

function mergeIn(tokens: number[], [left, right]: Merge, merged: number): void {
  let to = 0;
  for (let from = 0; from < tokens.length; from += 1, to += 1) {
    if (tokens[from] === left && tokens[from + 1] === right) {
      tokens[to] = merged;
      from += 1;
    } else {
      tokens[to] = tokens[from] as number;
    }
  }
  tokens.length = to;
}
