import type { PrepareProgress, PrepareResult } from '../core/prepare/outcome.ts';
import type { SourceSettings } from '../core/prepare/recipe.ts';
import type { SourceLook } from '../core/prepare/sourceColumns.ts';

/** What the prepare worker (`dist/prepareWorker.js`) offers. Paths are absolute. */
export type PrepareWorkerApi = {
  run(request: RunRequest): PrepareResult;
  /** Reads the header, or the first rows, of a source. */
  look(request: LookRequest): SourceLook;
  /**
   * Stops a run, which then answers `cancelled` once nothing of it is left on disk. Cancelling the call itself would
   * not wait for that.
   */
  cancel(request: { readonly runId: string }): void;
};

/** What the worker tells its owner. */
export type PrepareOwnerApi = {
  progress(report: { readonly runId: string; readonly progress: PrepareProgress }): void;
};

type RunRequest = RunOptions & { readonly runId: string };

export type RunOptions = {
  readonly recipePath: string;
  /** Instead of the recipe's own training output. */
  readonly trainingPath?: string;
  /** Overwrite outputs that changed since the last run. */
  readonly force: boolean;
  /** If outputs changed: keep what would have been written, to compare. */
  readonly keepNew: boolean;
};

type LookRequest = { readonly sourcePath: string; readonly settings: SourceSettings };
