import { ChunkedList } from '../../jsonl/chunkedList.ts';
import { rangeOf, type Span } from '../../jsonl/position.ts';
import type { Problem } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import { lineOf, type Leak } from './corpus.ts';
import type { ReferenceFile } from './corpusProblems.ts';

/** Where another file gives an example away; its line counts from 0. */
export type FoundLeak = { readonly kind: Leak['kind']; readonly line: number; readonly mark: Span };

/** What is known of a line: undefined until somebody answers, null if the other file holds nothing of it. */
type Known = FoundLeak | null | undefined;
type Counts = { readonly [K in FoundLeak['kind'] | 'unasked']: number };

export const leakKinds = ['same', 'prompt', 'near', 'answer'] as const satisfies readonly FoundLeak['kind'][];

/**
 * What a file that is elsewhere holds of the lines of a text that is being edited. Whoever can read that file is asked
 * line by line; an edit forgets the answers of the lines that it touched.
 */
export class LeakLedger {
  readonly file: ReferenceFile;
  readonly #lines = new ChunkedList<Known, Counts>({ of: countsOf, sum: (parts) => parts.reduce(added, none) });

  constructor(file: ReferenceFile, lineCount: number) {
    this.file = file;
    this.replace(0, 0, lineCount);
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** Lines were replaced by others. */
  replace(start: number, removed: number, added: number): void {
    this.#lines.splice(start, removed, Array.from<undefined>({ length: added }));
  }

  get(line: number): Known {
    return this.#lines.get(line);
  }

  answer(line: number, leak: FoundLeak | null): void {
    this.#lines.set(line, leak);
  }

  /** Lines without an answer, in order. */
  unasked(): IterableIterator<number> {
    return this.#where(({ unasked }) => unasked > 0, (known) => known === undefined);
  }

  /** Lines that the other file holds something of, in order. */
  found(): IterableIterator<number> {
    return this.#where((counts) => leakKinds.some((kind) => counts[kind] > 0), (known) => known !== undefined && known !== null);
  }

  /** Lines of each kind of leak. */
  counts(): Counts {
    return this.#lines.summary();
  }

  /** The problem of a line, if it has one by these rules. `mark`: what of the line is marked. */
  problemOn(line: number, mark: Span, ruleset: Ruleset): Problem | undefined {
    const leak = this.get(line);
    return leak ? leakProblem(leak, line, mark, this.file, ruleset) : undefined;
  }

  *#where(mayHold: (counts: Counts) => boolean, holds: (known: Known) => boolean): IterableIterator<number> {
    for (const { start, items } of this.#lines.runs(mayHold)) {
      for (let offset = 0; offset < items.length; offset += 1) {
        if (holds(items[offset])) {
          yield start + offset;
        }
      }
    }
  }
}

/** The problem of a line that another file gives away; undefined if its rule is off. `mark`: what of the line is marked. */
export function leakProblem(leak: FoundLeak, line: number, mark: Span, { name, file }: ReferenceFile, ruleset: Ruleset): Problem | undefined {
  const severity = ruleset.severities[`corpus.leak.${leak.kind}`];
  if (severity === 'off') {
    return undefined;
  }
  const related = [{ range: rangeOf(leak.line, leak.mark), file }];
  return { code: `corpus.leak.${leak.kind}`, line: leak.line + 1, file: name, severity, range: rangeOf(line, mark), related };
}

export function toFoundLeak({ kind, entry }: Leak): FoundLeak {
  return { kind, line: lineOf(entry), mark: { start: entry.start, end: entry.end } };
}

const none: Counts = { unasked: 0, same: 0, prompt: 0, near: 0, answer: 0 };

function countsOf(lines: readonly Known[]): Counts {
  const counts = { ...none };
  for (const known of lines) {
    if (known === undefined) {
      counts.unasked += 1;
    } else if (known !== null) {
      counts[known.kind] += 1;
    }
  }
  return counts;
}

function added(one: Counts, other: Counts): Counts {
  return {
    unasked: one.unasked + other.unasked,
    same: one.same + other.same,
    prompt: one.prompt + other.prompt,
    near: one.near + other.near,
    answer: one.answer + other.answer,
  };
}
