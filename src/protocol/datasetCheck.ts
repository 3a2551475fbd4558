import type { FoundLeak } from '../core/dataset/corpus/leakLedger.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import type { ReferenceFile } from '../core/dataset/corpus/corpusProblems.ts';
import type { Ruleset } from '../core/dataset/ruleset.ts';
import type { StreamResult } from '../core/dataset/stream.ts';

/** A local file, which the worker reads itself, or so many bytes that the owner hands over piece by piece. */
export type ByteSource = { readonly path: string } | { readonly size: number };

/**
 * Memory of the worker. Lines live shortly, and the engine's own limits let it take a hundred megabytes more before it
 * clears up; the greater of the two is what the longest line with problems may need.
 */
export const checkerLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 } as const;

/** Memory of a thread that only compares examples, and so never sees a long line. */
export const comparerLimits = { ...checkerLimits, maxOldGenerationSizeMb: 384 } as const;

/** What is to be checked, and how. */
export type DatasetCheck = {
  readonly checkId: string;
  readonly source: ByteSource;
  /** Most problems to list. */
  readonly limit: number;
  readonly ruleset: Ruleset;
  readonly file: FileFacts;
  /** Text of the list of sensitive values that may stand in the file. */
  readonly allow: string | undefined;
  /** A training file that was read with `readTraining` and must hold none of the examples, and its name in texts. */
  readonly against?: { readonly trainingId: string; readonly file: ReferenceFile } | undefined;
};

/** A training file to compare others with; `trainingId` names its content as it is now. */
export type TrainingRead = { readonly checkId: string; readonly trainingId: string; readonly source: ByteSource };

export type TrainingReadOutcome = { readonly kind: 'read' } | { readonly kind: 'failed'; readonly failure: FileFailure };

/** Why the bytes of a file could not be checked; `code` is that of the operating system. */
export type FileFailure =
  | { readonly reason: 'missing' | 'notAFile' | 'changed' }
  | { readonly reason: 'unreadable'; readonly code: string };

export type DatasetCheckOutcome =
  | { readonly kind: 'checked'; readonly result: StreamResult }
  | { readonly kind: 'failed'; readonly failure: FileFailure };

/** What the dataset worker (`dist/datasetWorker.js`) offers. */
export type DatasetWorkerApi = {
  check(check: DatasetCheck): DatasetCheckOutcome;
  readTraining(read: TrainingRead): TrainingReadOutcome;
  /** What a training file gives away of each line; `unread` if it was not read, or is not kept any more. */
  findLeaks(question: { readonly trainingId: string; readonly lines: readonly string[] }): readonly (FoundLeak | null)[] | 'unread';
};

/** What the dataset worker calls while it checks. */
export type DatasetOwnerApi = {
  /** The share of the file that was read, 0 to 1. */
  progress(progress: { readonly checkId: string; readonly share: number }): void;
  /** The next bytes of a file that has no path; null after the last ones. */
  next(check: { readonly checkId: string }): Uint8Array | null;
};
