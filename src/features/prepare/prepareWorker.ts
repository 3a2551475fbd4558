import * as vscode from 'vscode';
import type { PrepareProgress, PrepareResult } from '../../core/prepare/outcome.ts';
import type { SourceSettings } from '../../core/prepare/recipe.ts';
import type { SourceLook } from '../../core/prepare/sourceColumns.ts';
import type { Log } from '../../platform/log.ts';
import { WorkerClient } from '../../platform/workerClient.ts';
import type { PrepareOwnerApi, PrepareWorkerApi, RunOptions } from '../../protocol/prepare.ts';

/** Runs recipes and reads sources in a worker thread. */
export class PrepareWorker implements vscode.Disposable {
  readonly #client: WorkerClient<PrepareWorkerApi, PrepareOwnerApi>;
  readonly #listeners = new Map<string, (progress: PrepareProgress) => void>();
  readonly #disposing = new vscode.EventEmitter<void>();
  #lastRun = 0;

  constructor(options: { readonly program: string; readonly log: Log }) {
    const handlers = {
      progress: ({ runId, progress }: { readonly runId: string; readonly progress: PrepareProgress }) =>
        this.#listeners.get(runId)?.(progress),
    };
    this.#client = new WorkerClient({ ...options, handlers });
  }

  /** Cancelling ends it with `cancelled`, once nothing of the run is left on disk. */
  run(
    options: RunOptions,
    token: vscode.CancellationToken,
    onProgress: (progress: PrepareProgress) => void,
  ): Promise<PrepareResult> {
    const runId = String(++this.#lastRun);
    this.#listeners.set(runId, onProgress);
    return this.#client.use(async (worker) => {
      const cancel = (): void => worker.tell('cancel', { runId });
      const subscriptions = [token.onCancellationRequested(cancel), this.#disposing.event(cancel)];
      try {
        const result = worker.call('run', { ...options, runId });
        if (token.isCancellationRequested) cancel();
        return await result;
      } finally {
        for (const subscription of subscriptions) subscription.dispose();
        this.#listeners.delete(runId);
      }
    });
  }

  look(sourcePath: string, settings: SourceSettings): Promise<SourceLook> {
    return this.#client.use((worker) => worker.call('look', { sourcePath, settings }));
  }

  dispose(): void {
    this.#disposing.fire();
    this.#disposing.dispose();
    this.#client.dispose();
  }
}
