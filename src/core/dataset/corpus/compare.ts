import { listProblems, type Listed } from '../moreProblems.ts';
import type { Problem } from '../problem.ts';
import type { Ruleset } from '../ruleset.ts';
import type { Corpus } from './corpus.ts';
import { findCorpusProblems, type ReferenceFile } from './corpusProblems.ts';
import { mostCompared } from './readCorpus.ts';

/** What shows when the examples of a file are compared, with each other and with the corpus's reference file. */
export function compareExamples(corpus: Corpus, limit: number, ruleset: Ruleset, reference?: ReferenceFile): Listed {
  corpus.settle(() => false);
  return listProblems(problemsOf(corpus, ruleset, reference), limit);
}

function* problemsOf(corpus: Corpus, ruleset: Ruleset, reference: ReferenceFile | undefined): Iterable<Problem | undefined> {
  const severity = ruleset.severities['corpus.partial'];
  if (corpus.size >= mostCompared && severity !== 'off') {
    const place = { line: 0, character: 0 };
    yield { code: 'corpus.partial', compared: corpus.size, severity, range: { start: place, end: place } };
  }
  yield* findCorpusProblems(corpus, ruleset, reference);
}
