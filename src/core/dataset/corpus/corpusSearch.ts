import type { Problem } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import type { CorpusLines } from './corpusLines.ts';
import { byCode, findCorpusProblems, type ReferenceFile } from './corpusProblems.ts';

/** Between two looks at whether others want their turn; a step takes about a microsecond. */
const stepsPerLook = 256;

/** Looks for what comparing shows in slices. The lines must not change before it is done. */
export class CorpusSearch {
  readonly #steps: Iterator<Problem | undefined>;
  readonly #byLine = new Map<number, Problem[]>();

  constructor(lines: CorpusLines, ruleset: Ruleset, reference: ReferenceFile | undefined) {
    lines.place();
    this.#steps = findCorpusProblems(lines.corpus, ruleset, reference);
  }

  /** Goes on until `stop`, asked now and then, says so. The problems by line in order once all are found. */
  go(stop: () => boolean): ReadonlyMap<number, readonly Problem[]> | undefined {
    for (let step = 1; ; step += 1) {
      const { done, value } = this.#steps.next();
      if (done) {
        return this.#inOrder();
      }
      if (value) {
        const { line } = value.range.start;
        const known = this.#byLine.get(line);
        if (known) {
          known.push(value);
        } else {
          this.#byLine.set(line, [value]);
        }
      }
      if (step % stepsPerLook === 0 && stop()) {
        return undefined;
      }
    }
  }

  #inOrder(): ReadonlyMap<number, readonly Problem[]> {
    const ordered = new Map<number, readonly Problem[]>();
    for (const line of Float64Array.from(this.#byLine.keys()).sort()) {
      ordered.set(line, (this.#byLine.get(line) ?? []).sort(byCode));
    }
    return ordered;
  }
}
