import { t } from '@vscode/l10n';
import { rules, type FactsByCode, type ProblemFacts } from '../core/dataset/problem.ts';
import { chatTexts } from './problems/chatTexts.ts';
import { contentTexts } from './problems/contentTexts.ts';
import { corpusTexts } from './problems/corpusTexts.ts';
import { fileTexts } from './problems/fileTexts.ts';
import { formatTexts } from './problems/formatTexts.ts';
import { lineTexts } from './problems/lineTexts.ts';
import { safetyTexts } from './problems/safetyTexts.ts';
import type { TextsOf } from './problems/textsOf.ts';
import { withShownTexts } from './plainText.ts';
import { toolTexts } from './problems/toolTexts.ts';

const texts: TextsOf<FactsByCode> = {
  ...fileTexts,
  ...lineTexts,
  ...chatTexts,
  ...contentTexts,
  ...toolTexts,
  ...formatTexts,
  ...safetyTexts,
  ...corpusTexts,
};

/** What is wrong, why it matters, and what to do, in whole sentences; and that a rule rests on hearsay, if it does. */
export function problemText(problem: ProblemFacts): string {
  // Each text takes the facts of its own code, which a table of functions cannot say to the compiler.
  const toText = texts[problem.code] as (facts: ProblemFacts) => string;
  const text = toText(withShownTexts(problem));
  return rules[problem.code].evidence === 'hearsay' ? `${text} ${t('(No provider documents this; it rests on reports.)')}` : text;
}
