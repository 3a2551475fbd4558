import { formatOf } from '../format.ts';
import { Corpus } from './corpus.ts';
import { exampleOf } from './corpusLines.ts';
import { toFoundLeak, type FoundLeak } from './leakLedger.ts';

/** Asks one file what it holds of the lines of others. */
export class LeakProbe {
  /** The file that is asked; it must not change any more. */
  readonly reference: Corpus;
  /** Holds one line at a time. */
  readonly #probe = new Corpus();

  constructor(reference: Corpus) {
    this.reference = reference;
    this.#probe.compareWith(reference);
  }

  /** What the file gives away of a line, the gravest; null if it is nothing, or the line is no example. */
  find(line: string): FoundLeak | null {
    const example = exampleOf(line);
    return (example && this.ask(example)?.leak) ?? null;
  }

  /** The same of a parsed example, and the hash of all that it holds; undefined if it cannot be compared. */
  ask(example: Readonly<Record<string, unknown>>): { readonly whole: number; readonly leak: FoundLeak | null } | undefined {
    const entry = this.#probe.add(example, formatOf(example), { start: 0, end: 0 }, { start: 0 });
    if (!entry) {
      return undefined;
    }
    this.#probe.settle(() => false);
    const { whole, leak } = entry.copies;
    this.#probe.remove(entry);
    return { whole, leak: leak ? toFoundLeak(leak) : null };
  }
}
