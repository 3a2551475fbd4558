import { exactly, type Amount } from './amount.ts';

/** How the tokens of a file became known. */
export type TokenBasis =
  /** Every example, by the model's own vocabulary. */
  | 'counted'
  /** Some examples, by the model's own vocabulary. */
  | 'sampled'
  /** By another vocabulary than the model's, which we do not have. */
  | 'otherVocabulary'
  /** By the size of the file alone. */
  | 'size';

export type FileTokens = {
  readonly examples: number;
  /** Of all examples together, each cut where the model's training cuts it. */
  readonly tokens: Amount;
  readonly basis: TokenBasis;
};

/**
 * How far vocabularies of today's models differ from o200k_base on the same text: Llama 3 and Qwen make between a
 * tenth fewer and a quarter more tokens of English and of the large European languages.
 */
const otherVocabulary = { low: 0.85, high: 1.3 };

/** Bytes of JSONL for one token, keys and quotes included: short words of code or CJK make few, long English many. */
const bytesPerToken = { low: 2.2, likely: 4, high: 6 };

/** Takes the tokens of some or all lines of a file and says how many the whole file has. */
export class FileTokenTally {
  readonly #limit: number;
  #lines = 0;
  #counted = 0;
  #sum = 0;
  #squares = 0;
  #uncounted = 0;

  /** `exampleTokens`: longer examples are cut there, and only what is left is trained on and billed. */
  constructor(exampleTokens: number | undefined) {
    this.#limit = exampleTokens ?? Number.POSITIVE_INFINITY;
  }

  /** An example that was passed over. */
  skip(): void {
    this.#lines += 1;
  }

  /** An example; null if its tokens cannot be counted. */
  add(tokens: number | null): void {
    this.#lines += 1;
    if (tokens === null) {
      this.#uncounted += 1;
      return;
    }
    const billed = Math.min(tokens, this.#limit);
    this.#counted += 1;
    this.#sum += billed;
    this.#squares += billed * billed;
  }

  /** `bytes`: size of the file, for what could not be counted at all. `ownVocabulary`: false if the model's is another. */
  result(bytes: number, ownVocabulary: boolean): FileTokens {
    const examples = this.#lines;
    if (examples > 0 && this.#counted < 2 * this.#uncounted) return bySize(examples, bytes);
    const [mean, error] = this.#spread();
    const likely = mean * examples;
    const whole = this.#counted === examples;
    const within = whole ? exactly(this.#sum) : { low: Math.max(0, likely - error), likely, high: likely + error };
    const tokens = ownVocabulary
      ? within
      : { low: within.low * otherVocabulary.low, likely: within.likely, high: within.high * otherVocabulary.high };
    return { examples, tokens: rounded(tokens), basis: ownVocabulary ? (whole ? 'counted' : 'sampled') : 'otherVocabulary' };
  }

  /** Mean of an example, and how far the sum may be off: two standard errors of a sample without replacement. */
  #spread(): readonly [mean: number, error: number] {
    if (this.#counted === 0) return [0, 0];
    const mean = this.#sum / this.#counted;
    const variance = Math.max(0, this.#squares / this.#counted - mean * mean);
    const share = 1 - this.#counted / Math.max(1, this.#lines);
    return [mean, 2 * Math.sqrt((variance / this.#counted) * share) * this.#lines];
  }
}

/** Tokens by nothing but the size of a file. */
export function bySize(examples: number, bytes: number): FileTokens {
  const tokens = { low: bytes / bytesPerToken.high, likely: bytes / bytesPerToken.likely, high: bytes / bytesPerToken.low };
  return { examples, tokens: rounded(tokens), basis: 'size' };
}

function rounded({ low, likely, high }: Amount): Amount {
  return { low: Math.floor(low), likely: Math.round(likely), high: Math.ceil(high) };
}
