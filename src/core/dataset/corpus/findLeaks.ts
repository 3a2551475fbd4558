import { ProblemList, type Listed } from '../moreProblems.ts';
import type { Ruleset } from '../ruleset.ts';
import { markOf } from './corpusLines.ts';
import type { ReferenceFile } from './corpusProblems.ts';
import { leakProblem } from './leakLedger.ts';
import type { LeakProbe } from './leakProbe.ts';
import { eachLine, exampleOn, mostCompared } from './readCorpus.ts';

/**
 * What a training file gives away of another file, which arrives as bytes: what comparing both corpora tells, in the
 * memory of one of them. Of several same examples the first is told.
 */
export async function findLeaks(
  chunks: AsyncIterable<Uint8Array>,
  training: { readonly probe: LeakProbe; readonly file: ReferenceFile },
  limit: number,
  ruleset: Ruleset,
): Promise<Listed> {
  const told = new Set<number>();
  const list = new ProblemList(limit);
  let compared = 0;
  await eachLine(chunks, (text, line) => {
    const example = exampleOn(text, line);
    const answer = example && training.probe.ask(example);
    if (answer) {
      compared += 1;
      if (answer.leak && !told.has(answer.whole)) {
        told.add(answer.whole);
        const problem = leakProblem(answer.leak, line, markOf(text), training.file, ruleset);
        if (problem) {
          list.add(problem);
        }
      }
    }
    return compared < mostCompared;
  });
  return list.listed();
}
