import { Worker, type ResourceLimits } from 'node:worker_threads';
import { checkerLimits, comparerLimits } from '../protocol/datasetCheck.ts';
import { connect, type Connection } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import type { CheckedLines, LinesToCheck, LinesToCompare, TrainingToCompare, ValidationApi, ValidationOwnerApi } from '../protocol/validation.ts';
import type { Listed } from '../core/dataset/moreProblems.ts';

type Thread = {
  readonly worker: Worker;
  readonly connection: Connection<ValidationApi>;
  /** Why it ended, once it has. */
  readonly ended: Promise<Error>;
};

/**
 * The thread in which files are validated one part after the other. It is started when it is needed, with the memory
 * that its first part may take. Each part rejects with what the signal was aborted with, or with an error that says why
 * a file could not be read.
 */
export class ValidationThread {
  readonly #program: string;
  readonly #signal: AbortSignal;
  #thread: Thread | undefined;

  /** `program`: path of the worker's program. The signal ends what is under way at once. */
  constructor(program: string, signal: AbortSignal) {
    this.#program = program;
    this.#signal = signal;
  }

  checkLines(given: LinesToCheck): Promise<CheckedLines> {
    return this.#use(checkerLimits, (worker) => worker.call('checkLines', given));
  }

  compareLines(given: LinesToCompare): Promise<Listed> {
    return this.#use(comparerLimits, (worker) => worker.call('compareLines', given));
  }

  compareWithTraining(given: TrainingToCompare): Promise<ReadonlyMap<string, Listed>> {
    return this.#use(comparerLimits, (worker) => worker.call('compareWithTraining', given));
  }

  /** Gives back its memory; the next part starts another thread. */
  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    thread?.connection.dispose();
    await thread?.worker.terminate();
  }

  async #use<T>(limits: ResourceLimits, work: (worker: Connection<ValidationApi>) => Promise<T>): Promise<T> {
    const signal = this.#signal;
    signal.throwIfAborted();
    const thread = (this.#thread ??= start(this.#program, limits));
    let stop = (): void => undefined;
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    const ended = thread.ended.then((reason) => Promise.reject(reason));
    // Whoever loses the race below is heard by nobody.
    ended.catch(() => undefined);
    try {
      return await Promise.race([work(thread.connection), stopped, ended]);
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

function start(program: string, resourceLimits: ResourceLimits): Thread {
  const worker = new Worker(program, { resourceLimits });
  const ended = new Promise<Error>((resolve) => {
    worker.on('error', (error) => resolve(reasonOf(error)));
    worker.on('exit', () => resolve(new Error('The check ended before it was done. Try again.')));
  });
  return { worker, connection: connect<ValidationApi, ValidationOwnerApi>(threadPort(worker), {}), ended };
}

function reasonOf(error: Error & { readonly code?: string }): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new Error('It takes more memory than a check may take. Split the file and validate its parts.');
}
