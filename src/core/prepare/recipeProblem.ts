/** UTF-16 offsets in the recipe's text, end exclusive. */
export type TextRange = { readonly start: number; readonly end: number };

export type RecipeProblem = RecipeProblemFacts & {
  readonly severity: 'error' | 'warning';
  readonly range: TextRange;
};

/** Where a column is named. */
export type ColumnUse = 'template' | 'notEmpty' | 'dropColumns';

export type ExpectedType = 'object' | 'array' | 'text' | 'boolean' | 'wholeNumber' | 'number';

/** What is wrong, as facts; `messages/recipe.ts` makes the sentence. Keys are dotted paths (`source.file`). */
export type RecipeProblemFacts =
  | { readonly code: 'recipe.syntax'; readonly detail: string }
  | { readonly code: 'recipe.notObject' }
  | { readonly code: 'recipe.versionUnknown'; readonly found: string }
  | { readonly code: 'recipe.keyMissing'; readonly key: string }
  | { readonly code: 'recipe.keyUnknown'; readonly key: string; readonly suggestion: string | null }
  | { readonly code: 'recipe.keyTwice'; readonly key: string }
  | { readonly code: 'recipe.typeWrong'; readonly key: string; readonly expected: ExpectedType }
  | { readonly code: 'recipe.valueEmpty'; readonly key: string }
  | {
      readonly code: 'recipe.valueUnknown';
      readonly key: string;
      readonly value: string;
      readonly allowed: readonly string[];
    }
  | {
      readonly code: 'recipe.numberOutOfRange';
      readonly key: string;
      readonly minimum: number;
      readonly maximum: number | null;
      readonly exclusive: boolean;
    }
  | { readonly code: 'recipe.splitSizeUnclear' }
  | { readonly code: 'recipe.validationUnused' }
  | { readonly code: 'recipe.outputsEqual'; readonly file: string }
  | { readonly code: 'recipe.outputIsSource'; readonly file: string }
  | { readonly code: 'recipe.outputNotJsonl'; readonly file: string }
  | { readonly code: 'recipe.roleMissing'; readonly role: 'user' | 'assistant' }
  | { readonly code: 'recipe.systemNotFirst' }
  | { readonly code: 'recipe.lastNotAssistant' }
  | { readonly code: 'recipe.templateUnclosed' }
  | { readonly code: 'recipe.templateEmpty' }
  | { readonly code: 'recipe.noColumnUsed' }
  | {
      readonly code: 'recipe.columnMissing';
      readonly column: string;
      readonly use: ColumnUse;
      readonly suggestion: string | null;
      readonly columns: readonly string[];
    }
  /** Rows of JSON may name a column late: not seen so far is not missing. */
  | {
      readonly code: 'recipe.columnUnseen';
      readonly column: string;
      readonly rowsRead: number;
      readonly suggestion: string | null;
    }
  | { readonly code: 'recipe.columnDropped'; readonly column: string }
  | { readonly code: 'recipe.sourceMissing'; readonly file: string }
  | { readonly code: 'recipe.sourceUnreadable'; readonly file: string; readonly fault: SourceFault };

/** Why a source, or one row of it, cannot be read. Lines and positions count from 1. */
export type SourceFault =
  | { readonly kind: 'empty' }
  | { readonly kind: 'isFolder' }
  | { readonly kind: 'system'; readonly code: string; readonly detail: string }
  | { readonly kind: 'notEncoded'; readonly line: number; readonly encoding: string }
  | { readonly kind: 'headerCellTwice'; readonly line: number; readonly column: string }
  | { readonly kind: 'cellCount'; readonly line: number; readonly found: number; readonly expected: number }
  | { readonly kind: 'quoteOpen'; readonly line: number }
  | { readonly kind: 'csvSyntax'; readonly line: number; readonly detail: string }
  | { readonly kind: 'jsonSyntax'; readonly line: number; readonly detail: string }
  | { readonly kind: 'notArray'; readonly line: number }
  | { readonly kind: 'rowNotObject'; readonly line: number }
  | { readonly kind: 'rowTooLong'; readonly line: number; readonly maxBytes: number }
  | { readonly kind: 'rowTooDeep'; readonly line: number };
