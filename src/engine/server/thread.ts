import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread that computes, seen from the server. Tests hand in one of their own. */
export interface Thread<Command, Event> {
  post(command: Command): void;
  /** Called for every event, in order. */
  onEvent(listener: (event: Event) => void): void;
  /** Called once when the thread has ended, with the reason if it ended by itself. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): Promise<void>;
}

export type StartThread<Command, Event> = () => Thread<Command, Event>;

/** Starts worker threads from the program at `path`. */
export function workerThread<Command, Event>(path: string, options?: WorkerOptions): StartThread<Command, Event> {
  return () => {
    const worker = new Worker(path, options);
    let reason: string | undefined;
    worker.on('error', (error: unknown) => {
      reason = isMissing(error) ? missing(path) : error instanceof Error ? error.message : String(error);
    });
    return {
      post: (command) => worker.postMessage(command),
      onEvent: (listener) => {
        worker.on('message', listener);
      },
      onEnd: (listener) => {
        worker.once('exit', (code) => listener(reason ?? `it ended with code ${code}`));
      },
      terminate: async () => {
        await worker.terminate();
      },
    };
  };
}

function isMissing(error: unknown): boolean {
  return ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function missing(path: string): string {
  return `a program of the Local engine, ${path} or one that it needs, is missing; a virus scanner may have removed it. Install Tunesmith again`;
}
