import { Worker, type ResourceLimits } from 'node:worker_threads';
import type * as vscode from 'vscode';
import { connect, type Api, type Connection, type Handlers } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import type { Log } from './log.ts';

type WorkerClientOptions<Ours extends Api<Ours>> = {
  /** Absolute path of the bundled worker program. */
  readonly program: string;
  /** What the worker may call here. */
  readonly handlers: Handlers<Ours>;
  readonly log: Log;
  /** Limits of its memory, which also tell the engine how eagerly to clear up. */
  readonly limits?: ResourceLimits;
  /** The thread ends after so long without work. Default one minute. */
  readonly idleMs?: number;
};

type Thread<Theirs> = { readonly worker: Worker; readonly connection: Connection<Theirs> };

/**
 * A worker thread that is started on first use and ended when idle. A call to a thread that dies is rejected with
 * RpcError `closed`; the next one starts a new thread.
 */
export class WorkerClient<Theirs extends Api<Theirs>, Ours extends Api<Ours>> implements vscode.Disposable {
  readonly #options: WorkerClientOptions<Ours>;
  #thread: Thread<Theirs> | undefined;
  #users = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(options: WorkerClientOptions<Ours>) {
    this.#options = options;
  }

  /** Works with the thread; it stays alive until `work` is done. */
  async use<T>(work: (remote: Connection<Theirs>) => Promise<T>): Promise<T> {
    if (this.#disposed) throw new Error('The worker is disposed.');
    clearTimeout(this.#idleTimer);
    this.#users += 1;
    try {
      this.#thread ??= this.#start();
      return await work(this.#thread.connection);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#endLater();
    }
  }

  dispose(): void {
    this.#disposed = true;
    // What is under way was cancelled by its owner and needs a moment to take its files away.
    if (this.#users === 0) this.#end();
    else this.#idleTimer = setTimeout(() => this.#end(), 1_000);
  }

  #start(): Thread<Theirs> {
    const { program, handlers, log, limits } = this.#options;
    const worker = new Worker(program, { resourceLimits: limits ?? {} });
    const connection = connect<Theirs, Ours>(
      threadPort(worker),
      handlers,
      (method, error) => log.error(`The worker's message "${method}" was not handled`, error),
    );
    const forget = (): void => {
      if (this.#thread?.worker === worker) this.#thread = undefined;
      connection.dispose();
    };
    worker.on('error', (error) => {
      log.error(`The worker ${program} failed`, error);
      forget();
    });
    worker.on('exit', forget);
    return { worker, connection };
  }

  #endLater(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#end(), this.#disposed ? 0 : (this.#options.idleMs ?? 60_000));
  }

  #end(): void {
    clearTimeout(this.#idleTimer);
    const thread = this.#thread;
    this.#thread = undefined;
    thread?.connection.dispose();
    void thread?.worker.terminate();
  }
}
