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
    const entry = example && this.#probe.add(example, formatOf(example), { start: 0, end: 0 }, { start: 0 });
    if (!entry) {
      return null;
    }
    this.#probe.settle(() => false);
    const { leak } = entry.copies;
    this.#probe.remove(entry);
    return leak ? toFoundLeak(leak) : null;
  }
}
