import type { FileFacts } from '../core/dataset/fileProblems.ts';
import type { Ruleset } from '../core/dataset/ruleset.ts';
import type { StreamResult } from '../core/dataset/stream.ts';

/**
 * Memory of the worker. Lines live shortly, and the engine's own limits let it take a hundred megabytes more before it
 * clears up; the greater of the two is what the longest line with problems may need.
 */
export const checkerLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 } as const;

/** What is to be checked, and how. */
export type DatasetCheck = {
  readonly checkId: string;
  /** A local file, which the worker reads itself, or so many bytes that the owner hands over piece by piece. */
  readonly source: { readonly path: string } | { readonly size: number };
  /** Most problems to list. */
  readonly limit: number;
  readonly ruleset: Ruleset;
  readonly file: FileFacts;
  /** Text of the list of sensitive values that may stand in the file. */
  readonly allow: string | undefined;
};

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
};

/** What the dataset worker calls while it checks. */
export type DatasetOwnerApi = {
  /** The share of the file that was read, 0 to 1. */
  progress(progress: { readonly checkId: string; readonly share: number }): void;
  /** The next bytes of a file that has no path; null after the last ones. */
  next(check: { readonly checkId: string }): Uint8Array | null;
};
