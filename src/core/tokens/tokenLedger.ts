import { ChunkedList } from '../jsonl/chunkedList.ts';
import { countLineBreaks } from '../jsonl/lines.ts';
import type { TextEdit } from '../jsonl/position.ts';

/** Tokens of a line: undefined until they are counted, null if they cannot be. */
type LineTokens = number | null | undefined;

export type TokenTotals = {
  readonly tokens: number;
  /** Lines whose tokens are known. */
  readonly counted: number;
  readonly longest: number;
  /** Lines that are not counted yet. */
  readonly missing: number;
};

export type LongLine = { readonly line: number; readonly tokens: number };

const none: TokenTotals = { tokens: 0, counted: 0, longest: 0, missing: 0 };

/** The tokens of each line of a text that is being edited: an edit forgets only the lines that it touched. */
export class TokenLedger {
  /** Tokens before the last edits of lines that are not counted again yet. */
  readonly #before = new Map<number, number>();
  readonly #lines = new ChunkedList<LineTokens, TokenTotals>({ of: totalsOf, sum: (parts) => parts.reduce(add, none) });

  constructor(lineCount: number) {
    this.reset(lineCount);
  }

  reset(lineCount: number): void {
    this.#before.clear();
    this.#lines.splice(0, this.#lines.length, unknown(lineCount));
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  applyChange({ range, text }: TextEdit): void {
    const { start, end } = range;
    const known = this.#lines.get(start.line);
    if (start.line !== end.line || countLineBreaks(text) > 0) {
      this.#before.clear();
    } else if (typeof known === 'number') {
      this.#before.set(start.line, known);
    }
    this.#lines.splice(start.line, end.line - start.line + 1, unknown(countLineBreaks(text) + 1));
  }

  get(line: number): LineTokens {
    return this.#lines.get(line);
  }

  set(line: number, tokens: number | null): void {
    this.#before.delete(line);
    this.#lines.set(line, tokens);
  }

  totals(): TokenTotals {
    return this.#lines.summary();
  }

  /** Lines with more tokens than a number, in order. A line that is being edited counts as it was before. */
  longerThan(tokens: number): readonly LongLine[] {
    const being = [...this.#before].flatMap(([line, before]) => (before > tokens ? [{ line, tokens: before }] : []));
    const counted = [...this.#countedLonger(tokens)];
    return being.length === 0 ? counted : [...counted, ...being].sort((one, other) => one.line - other.line);
  }

  *#countedLonger(tokens: number): IterableIterator<LongLine> {
    for (const { start, items } of this.#lines.runs(({ longest }) => longest > tokens)) {
      for (let offset = 0; offset < items.length; offset += 1) {
        const found = items[offset] ?? 0;
        if (found > tokens) yield { line: start + offset, tokens: found };
      }
    }
  }

  /** The tokens of each line in order: a walk takes a step per line, where asking line by line looks for each line anew. */
  all(): IterableIterator<LineTokens> {
    return this.#lines.items();
  }

  /** Lines that are not counted yet, in order. */
  *missing(): IterableIterator<number> {
    for (const { start, items } of this.#lines.runs(({ missing }) => missing > 0)) {
      for (let offset = 0; offset < items.length; offset += 1) {
        if (items[offset] === undefined) yield start + offset;
      }
    }
  }
}

function totalsOf(lines: readonly LineTokens[]): TokenTotals {
  return lines.reduce<TokenTotals>((sum, tokens) => {
    if (tokens === undefined) return { ...sum, missing: sum.missing + 1 };
    if (tokens === null) return sum;
    return { ...sum, tokens: sum.tokens + tokens, counted: sum.counted + 1, longest: Math.max(sum.longest, tokens) };
  }, none);
}

function add(a: TokenTotals, b: TokenTotals): TokenTotals {
  return {
    tokens: a.tokens + b.tokens,
    counted: a.counted + b.counted,
    longest: Math.max(a.longest, b.longest),
    missing: a.missing + b.missing,
  };
}

function unknown(count: number): undefined[] {
  return Array.from<undefined>({ length: count });
}
