import { compileFunction } from 'node:vm';
import { isKernel, type KernelMessage } from './poolThread.ts';

/** Waking a thread and waiting for it takes about as long as this; a share of a kernel that is shorter is not sent. */
const wakeCostMs = 0.05;

/**
 * Runs the library's worker code in the calling thread. It remembers how long each kernel took at best; which thread
 * computes a share does not change its numbers, so timing does not make results irreproducible.
 */
export class PoolHere {
  readonly #self: { onmessage?: (event: { readonly data: unknown }) => void } = {};
  readonly #bestMs = new Map<string, number>();
  #answer: unknown;

  load(code: string): void {
    const postMessage = (message: unknown): void => {
      this.#answer = message;
    };
    compileFunction(code, ['self', 'postMessage'])(this.#self, postMessage);
  }

  answer(message: unknown): unknown {
    const start = performance.now();
    this.#self.onmessage?.({ data: message });
    if (isKernel(message)) {
      const best = this.#bestMs.get(message.kernelHash) ?? Number.POSITIVE_INFINITY;
      this.#bestMs.set(message.kernelHash, Math.min(best, performance.now() - start));
    }
    return this.#answer;
  }

  isQuick(message: unknown): boolean {
    return isKernel(message) && (this.#bestMs.get(message.kernelHash) ?? wakeCostMs) < wakeCostMs;
  }
}

/** Shares are moved in steps of this part of the library's own share. */
const stepsPerShare = 16;

/**
 * Evens out the shares of a kernel. jax-js 0.1.25 cuts a matrix product only at multiples of 128 rows, so two threads
 * get 384 and 192 of 576. Its kernels compute any range rightly, and fast if the range begins and ends at a multiple
 * of 4 rows; a sixteenth of a share is one.
 */
export function balanced(messages: readonly unknown[]): readonly unknown[] {
  if (!messages.every(isKernel) || messages.length < 2) {
    return messages;
  }
  const [first, last] = [messages[0] as KernelMessage, messages.at(-1) as KernelMessage];
  const share = first.end - first.begin;
  const step = share / stepsPerShare;
  if (!Number.isInteger(step) || last.end - last.begin > 0.9 * share) {
    return messages;
  }
  const even = Math.ceil((last.end - first.begin) / messages.length / step) * step;
  return messages.map((message, index) => ({
    ...message,
    begin: Math.min(last.end, first.begin + index * even),
    end: Math.min(last.end, first.begin + (index + 1) * even),
  }));
}

/** jax-js passes over a kernel that failed; thrown from a microtask, the error ends the thread. */
export function checked(answer: unknown): unknown {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok !== true) {
    throw new Error(`A computation failed: ${'error' in answer ? String(answer.error) : 'without a reason'}`);
  }
  return answer;
}
