import { Worker } from 'node:worker_threads';
import { checkerLimits, comparerLimits } from '../protocol/datasetCheck.ts';
import type { validation } from './validation.ts';

type Parts = typeof validation;
type Part = keyof Parts;

/** One part of a validation, as the worker is asked for it. */
export type Question = { readonly part: Part; readonly given: unknown };
/** `fault`: why it could not be carried out. */
export type Answer = { readonly value: unknown } | { readonly fault: string };

/**
 * The thread in which files are validated one part after the other. It is started when it is needed, with the memory
 * that its first part may take.
 */
export class ValidationThread {
  readonly #program: string;
  readonly #signal: AbortSignal;
  #worker: Worker | undefined;

  /** `program`: path of the worker's program. The signal ends what is under way at once. */
  constructor(program: string, signal: AbortSignal) {
    this.#program = program;
    this.#signal = signal;
  }

  /** @throws what the signal was aborted with, or an error that says why a file could not be read */
  async run<K extends Part>(part: K, given: Parameters<Parts[K]>[0]): Promise<Awaited<ReturnType<Parts[K]>>> {
    const signal = this.#signal;
    signal.throwIfAborted();
    const resourceLimits = part === 'checkLines' ? checkerLimits : comparerLimits;
    const worker = (this.#worker ??= new Worker(this.#program, { resourceLimits }));
    let release = (): void => undefined;
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        const stop = (): void => reject(signal.reason as Error);
        const end = (): void => reject(new Error('The check ended before it was done. Try again.'));
        signal.addEventListener('abort', stop);
        worker.on('message', resolve).on('error', reject).on('exit', end);
        release = () => {
          signal.removeEventListener('abort', stop);
          worker.off('message', resolve).off('error', reject).off('exit', end);
        };
        worker.postMessage({ part, given } satisfies Question);
      });
      if ('fault' in answer) throw new Error(answer.fault);
      return answer.value as Awaited<ReturnType<Parts[K]>>;
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      release();
    }
  }

  /** Gives back its memory; the next part starts another thread. */
  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
