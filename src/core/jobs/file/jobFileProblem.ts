import type { RecipeProblemFacts, TextRange } from '../../prepare/recipeProblem.ts';
import type { TrainingMethod } from '../../providers/profile.ts';

/** What can be wrong with any JSON file that people write by hand. */
export type ValueProblem = Extract<
  RecipeProblemFacts,
  {
    readonly code:
      | 'recipe.syntax'
      | 'recipe.keyMissing'
      | 'recipe.keyUnknown'
      | 'recipe.keyTwice'
      | 'recipe.typeWrong'
      | 'recipe.valueEmpty'
      | 'recipe.valueUnknown'
      | 'recipe.numberOutOfRange';
  }
>;

/** What is wrong with a job file, as facts; `messages/jobFile.ts` makes the sentence. */
export type JobFileProblemFacts =
  | ValueProblem
  | { readonly code: 'jobFile.notObject' }
  | { readonly code: 'jobFile.versionUnknown'; readonly found: string }
  | { readonly code: 'jobFile.connectionUnknown'; readonly connection: string; readonly known: readonly string[] }
  | { readonly code: 'jobFile.fileMissing'; readonly file: string }
  | { readonly code: 'jobFile.filesEqual'; readonly file: string }
  | { readonly code: 'jobFile.suffix'; readonly maxLength: number }
  | { readonly code: 'jobFile.methodUnsupported'; readonly method: TrainingMethod; readonly model: string }
  | { readonly code: 'jobFile.settingUnused'; readonly key: string; readonly method: TrainingMethod }
  | { readonly code: 'jobFile.unsupported'; readonly key: string }
  | { readonly code: 'jobFile.validationNeeded' }
  | { readonly code: 'jobFile.metadata'; readonly reason: 'tooMany' | 'keyLong' | 'valueLong' | 'reserved' }
  | GraderProblemFacts;

export type GraderProblemFacts =
  | { readonly code: 'grader.nested' }
  | { readonly code: 'grader.empty' }
  | { readonly code: 'grader.templateUnclosed' }
  | { readonly code: 'grader.templateRoot'; readonly root: string }
  | { readonly code: 'grader.labelUnknown'; readonly label: string }
  | { readonly code: 'grader.rangeReversed' }
  | { readonly code: 'grader.formulaName'; readonly name: string; readonly known: readonly string[] }
  | { readonly code: 'grader.noGradeFunction' };

export type JobFileProblem = JobFileProblemFacts & {
  readonly severity: 'error' | 'warning';
  readonly range: TextRange;
};

/** The code as people see it: what is shared with recipes is no recipe's here. */
export function shownCode({ code }: JobFileProblemFacts): string {
  return code.replace(/^recipe\./, 'jobFile.');
}
