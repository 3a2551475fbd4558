import type { ReferenceFile } from '../core/dataset/corpus/corpusProblems.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import type { Listed } from '../core/dataset/moreProblems.ts';
import type { Ruleset } from '../core/dataset/ruleset.ts';
import type { StreamResult } from '../core/dataset/stream.ts';

/** A file that is validated; `limit`: most problems to list. */
type ValidatedPath = { readonly path: string; readonly limit: number; readonly ruleset: Ruleset };

export type LinesToCheck = ValidatedPath & {
  readonly file: FileFacts;
  /** Text of the list of sensitive values that may stand in the file. */
  readonly allow: string | undefined;
  /** Whether tokens are counted. */
  readonly counts: boolean;
};

export type CheckedLines = {
  readonly result: StreamResult;
  /** Of all examples; null if they are not counted, or cannot be. */
  readonly tokens: number | null;
  /** Examples of more tokens than are trained on. */
  readonly truncated: Listed;
};

export type LinesToCompare = ValidatedPath;

export type TrainingToCompare = Omit<ValidatedPath, 'path'> & {
  readonly training: { readonly path: string; readonly file: ReferenceFile };
  readonly paths: readonly string[];
};

/**
 * The parts of validating files, for a thread that the command line starts. Of a large file each takes most of the
 * memory that a check may take, so that one is carried out after the other, and its memory given back in between.
 */
export type ValidationApi = {
  /** What each line alone shows. */
  checkLines(given: LinesToCheck): Promise<CheckedLines>;
  /** What shows when the examples of a file are compared with each other. */
  compareLines(given: LinesToCompare): Promise<Listed>;
  /** What a training file gives away of each of several files; of one that cannot be read nothing is said. */
  compareWithTraining(given: TrainingToCompare): Promise<ReadonlyMap<string, Listed>>;
};

/** The worker asks nothing of its owner. */
export type ValidationOwnerApi = Record<never, never>;
