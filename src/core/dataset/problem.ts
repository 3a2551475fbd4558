import type { Range, Span } from '../jsonl/position.ts';
import { chatRules, type ChatCodes } from './codes/chatCodes.ts';
import { contentRules, type ContentCodes } from './codes/contentCodes.ts';
import { corpusRules, type CorpusCodes } from './codes/corpusCodes.ts';
import { fileRules, type FileCodes } from './codes/fileCodes.ts';
import { formatRules, type FormatCodes } from './codes/formatCodes.ts';
import { lineRules, type LineCodes } from './codes/lineCodes.ts';
import type { RulesOf, Severity } from './codes/rule.ts';
import { safetyRules, type SafetyCodes } from './codes/safetyCodes.ts';
import { toolRules, type ToolCodes } from './codes/toolCodes.ts';

export type { Severity } from './codes/rule.ts';

/** What each kind of problem knows besides its place. Codes are stable: settings, documents and reports name them. */
export type FactsByCode = FileCodes & LineCodes & ChatCodes & ContentCodes & ToolCodes & FormatCodes & SafetyCodes & CorpusCodes;

export type ProblemCode = keyof FactsByCode;

/** A code with its own facts. */
export type ProblemFacts = { readonly [C in ProblemCode]: { readonly code: C } & FactsByCode[C] }[ProblemCode];

/** A problem inside its line, as it is kept while the line does not change. */
export type LineProblem = ProblemFacts & { readonly severity: Severity; readonly span: Span };

/** One finding of the validator: what, how bad, and where. */
export type Problem = ProblemFacts & {
  readonly severity: Severity;
  readonly range: Range;
  /** Places that the problem speaks of, the first one first. */
  readonly related?: readonly RelatedPlace[];
};

/** A place in the same file, or in the file that it was compared with, as whoever gave that file names it. */
export type RelatedPlace = { readonly file?: string; readonly range: Range };

/**
 * All rules. Errors are what the service is known, or by its published schema bound, to reject; warnings hurt the
 * model or are not known to be accepted.
 */
export const rules: RulesOf<FactsByCode> = {
  ...fileRules,
  ...lineRules,
  ...chatRules,
  ...contentRules,
  ...toolRules,
  ...formatRules,
  ...safetyRules,
  ...corpusRules,
};

export const problemCodes = Object.keys(rules) as readonly ProblemCode[];
