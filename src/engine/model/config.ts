/**
 * Shape of a decoder. Everything the forward pass needs besides the weights; stored as `config.json`.
 */
export type ModelConfig = {
  readonly architecture: 'tunesmith-decoder';
  /** Raised when the meaning of the weights changes; a loader refuses what it does not know. */
  readonly version: 1;
  readonly vocabularySize: number;
  /** Longest sequence, in tokens. */
  readonly contextLength: number;
  readonly width: number;
  readonly layers: number;
  /** `width / heads` is even: positions rotate pairs of coordinates. */
  readonly heads: number;
  /** Width of the hidden layer of the feed-forward part. */
  readonly hidden: number;
  /** User messages in the longest conversation it was trained on; of a longer chat it reads the last ones. */
  readonly turns: number;
};

/** What training starts from when no tuned model is given, and what `auto` means for it. */
export type BaseModel = {
  readonly id: string;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly contextLength: number;
  /** At most; a small file yields fewer tokens. */
  readonly vocabularySize: number;
  readonly auto: {
    readonly epochs: number;
    /** `auto` shows at most this many examples, epochs included, but always every example once. */
    readonly examplesSeen: number;
    readonly batchSize: number;
    /** A smaller file gets a smaller batch, so that `auto` makes at least about this many steps. */
    readonly steps: number;
  };
  /** Peak learning rate at multiplier 1, from random weights and from a tuned model. */
  readonly learningRate: { readonly fromScratch: number; readonly continued: number };
};

/**
 * Small enough that 80 short examples are learned in a minute on two cores. A model that starts from nothing needs
 * more passes than a pretrained one, hence 20 epochs; 25,000 examples is where OpenAI's own `auto` cuts epochs too.
 */
export const tunesmithTiny: BaseModel = {
  id: 'tunesmith-tiny',
  width: 128,
  layers: 3,
  heads: 4,
  hidden: 384,
  contextLength: 512,
  vocabularySize: 1024,
  auto: { epochs: 20, examplesSeen: 25_000, batchSize: 8, steps: 200 },
  learningRate: { fromScratch: 6e-3, continued: 2e-3 },
};

export function configOf(base: BaseModel, vocabularySize: number, turns: number): ModelConfig {
  const { width, layers, heads, hidden, contextLength } = base;
  return {
    architecture: 'tunesmith-decoder',
    version: 1,
    vocabularySize,
    contextLength,
    width,
    layers,
    heads,
    hidden,
    turns,
  };
}

/** @throws Error if the text is no configuration that this version can run */
export function parseConfig(text: string): ModelConfig {
  const value: unknown = JSON.parse(text);
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (fields['architecture'] !== 'tunesmith-decoder' || fields['version'] !== 1) {
    throw new Error('The model was made by another version and cannot be loaded');
  }
  const count = (name: string): number => {
    const number = fields[name];
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) {
      throw new Error(`The model's configuration has no valid "${name}"`);
    }
    return number;
  };
  const config: ModelConfig = {
    architecture: 'tunesmith-decoder',
    version: 1,
    vocabularySize: count('vocabularySize'),
    contextLength: count('contextLength'),
    width: count('width'),
    layers: count('layers'),
    heads: count('heads'),
    hidden: count('hidden'),
    turns: count('turns'),
  };
  if (config.width % (2 * config.heads) !== 0) {
    throw new Error('The model\'s width is not an even multiple of its heads');
  }
  return config;
}
