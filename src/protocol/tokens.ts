import type { ExampleTokens } from '../core/tokens/chatTokens.ts';

/** What the token worker (`dist/tokenWorker.js`) offers. Counts are those of the o200k_base vocabulary. */
export type TokenWorkerApi = {
  /** Tokens of each line as a chat example; null for a line that is none or cannot be counted. */
  count(lines: readonly string[]): readonly (number | null)[];
  /** One line, message by message. */
  explain(line: string): ExampleTokens | null;
};

/** The worker calls nothing. */
export type TokenOwnerApi = Record<never, never>;
