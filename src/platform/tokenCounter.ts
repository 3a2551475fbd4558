import type * as vscode from 'vscode';
import type { ExampleTokens } from '../core/tokens/chatTokens.ts';
import type { TokenOwnerApi, TokenWorkerApi } from '../protocol/tokens.ts';
import type { Log } from './log.ts';
import { WorkerClient } from './workerClient.ts';

/** Characters of one message to the worker: a few milliseconds of copying, a few tenths of a second of counting. */
export const countedAtOnce = 256 * 1024;
/** A longer line is not counted: no service takes an example of that length. */
export const longestCounted = 4 * 1024 * 1024;

/** Counts tokens in a worker thread, which is started on first use and ended when idle. */
export class TokenCounter implements vscode.Disposable {
  readonly #client: WorkerClient<TokenWorkerApi, TokenOwnerApi>;

  /** `program`: absolute path of the bundled worker. */
  constructor(options: { readonly program: string; readonly log: Log }) {
    this.#client = new WorkerClient({ ...options, handlers: {} });
  }

  /** Tokens of each line as a chat example; null for one that is none or cannot be counted. */
  count(lines: readonly string[], signal: AbortSignal): Promise<readonly (number | null)[]> {
    return this.#client.use((worker) => worker.call('count', lines, signal));
  }

  /** One line, message by message; null as above. */
  explain(line: string, signal: AbortSignal): Promise<ExampleTokens | null> {
    return this.#client.use((worker) => worker.call('explain', line, signal));
  }

  dispose(): void {
    this.#client.dispose();
  }
}
