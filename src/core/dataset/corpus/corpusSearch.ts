import { byCode } from '../moreProblems.ts';
import type { Problem, Severity } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import type { CorpusLines } from './corpusLines.ts';
import { findCorpusProblems } from './corpusProblems.ts';

/** What comparing found, the lines that have such problems in order, and how many problems that are. */
export type Compared = {
  readonly byLine: ReadonlyMap<number, readonly Problem[]>;
  readonly lines: Float64Array;
  readonly counts: Readonly<Record<Severity, number>>;
};

export const nothingCompared: Compared = { byLine: new Map(), lines: new Float64Array(), counts: { error: 0, warning: 0, information: 0 } };

/** Between two looks at whether others want their turn; a step takes about a microsecond. */
const stepsPerLook = 256;

/** Looks for what comparing shows in slices. The lines must not change before it is done. */
export class CorpusSearch {
  readonly #steps: Iterator<Problem | undefined>;
  readonly #byLine = new Map<number, Problem[]>();
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0, information: 0 };

  constructor(lines: CorpusLines, ruleset: Ruleset) {
    lines.place();
    this.#steps = findCorpusProblems(lines.corpus, ruleset);
  }

  /** Goes on until `stop`, asked now and then, says so. The problems once all are found. */
  go(stop: () => boolean): Compared | undefined {
    for (let step = 1; ; step += 1) {
      const { done, value } = this.#steps.next();
      if (done) {
        const lines = Float64Array.from(this.#byLine.keys()).sort();
        return { byLine: this.#byLine, lines, counts: this.#counts };
      }
      if (value) {
        this.#counts[value.severity] += 1;
        const { line } = value.range.start;
        const known = this.#byLine.get(line);
        if (known) {
          known.push(value);
          known.sort(byCode);
        } else {
          this.#byLine.set(line, [value]);
        }
      }
      if (step % stepsPerLook === 0 && stop()) {
        return undefined;
      }
    }
  }
}
