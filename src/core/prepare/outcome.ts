import type { Encoding, MessageRole, SourceFormat } from './recipe.ts';
import type { RecipeProblem, SourceFault } from './recipeProblem.ts';
import type { DropReason } from './rowPlan.ts';

/** What a run did. Paths are absolute. */
export type PrepareSummary = {
  readonly source: SourceFacts;
  readonly rowsIn: number;
  readonly kept: number;
  /** By reason, most frequent first. */
  readonly dropped: readonly DroppedRows[];
  readonly training: WrittenFile;
  readonly validation: WrittenFile | null;
  readonly warnings: readonly PrepareWarning[];
};

export type SourceFacts = {
  readonly path: string;
  readonly format: SourceFormat;
  readonly encoding: Encoding;
  /** Null for JSON. */
  readonly delimiter: string | null;
};

export type DroppedRows = { readonly reason: DropReason; readonly rows: number };

export type WrittenFile = {
  readonly path: string;
  readonly examples: number;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The file had these very bytes already. */
  readonly unchanged: boolean;
};

export type PrepareWarning =
  /** The bytes are no UTF-8 (the first such line is named), so they were read as Windows-1252. */
  | { readonly kind: 'readAsWindows1252'; readonly line: number }
  | { readonly kind: 'emptyMessages'; readonly role: MessageRole; readonly examples: number; readonly line: number };

/** Why a run wrote nothing. */
export type PrepareFailure =
  | { readonly kind: 'recipe'; readonly problems: readonly RecipeProblem[] }
  | { readonly kind: 'source'; readonly path: string; readonly fault: SourceFault }
  | { readonly kind: 'noExamples'; readonly rowsIn: number; readonly dropped: readonly DroppedRows[] }
  | { readonly kind: 'validationTakesAll'; readonly examples: number; readonly wanted: number }
  /** Outputs that a person, or something else, wrote since the last run. Nothing was overwritten. */
  | { readonly kind: 'outputsChanged'; readonly outputs: readonly ChangedOutput[] }
  | { readonly kind: 'readBack'; readonly path: string; readonly line: number | null }
  /** `keptAt`: where what could not get its name is kept. */
  | { readonly kind: 'disk'; readonly path: string; readonly code: string; readonly detail: string; readonly keptAt?: string };

export type ChangedOutput = {
  readonly path: string;
  /** What the run would have written, if it was asked to keep it. */
  readonly newPath: string | null;
  /** False if no run of this recipe ever wrote it. */
  readonly writtenBefore: boolean;
};

export type PrepareResult =
  | { readonly kind: 'written'; readonly summary: PrepareSummary; readonly problems: readonly RecipeProblem[] }
  | { readonly kind: 'failed'; readonly failure: PrepareFailure }
  | { readonly kind: 'cancelled' };

export type PrepareProgress = {
  readonly rows: number;
  readonly kept: number;
  /** Of the source; totalBytes may be 0 for an empty file. */
  readonly bytesRead: number;
  readonly totalBytes: number;
};
