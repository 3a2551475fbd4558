import type { SourceColumns } from './checkColumns.ts';
import type { SourceFacts } from './outcome.ts';
import type { SourceFault } from './recipeProblem.ts';

/** What a look at the beginning of a source tells. */
export type SourceLook =
  | {
      readonly kind: 'read';
      readonly facts: SourceFacts;
      readonly columns: SourceColumns;
      /** Up to three rows, to show and to guess the roles of columns. */
      readonly examples: readonly Readonly<Record<string, string>>[];
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly fault: SourceFault };
