import { ServiceError } from '../core/providers/port.ts';
import { planRetry, type CallKind } from '../core/providers/retryPlan.ts';

/** Time and chance, which tests bring their own of. */
export type Pauses = {
  readonly random: () => number;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export const realPauses: Pauses = {
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      }
    }),
};

/** Repeats a call as its kind allows. `call` throws ServiceErrors, of which the last one is thrown. */
export async function withRetries<T>(
  kind: CallKind,
  signal: AbortSignal,
  pauses: Pauses,
  call: () => Promise<T>,
): Promise<T> {
  let spent = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ServiceError) || signal.aborted) throw error;
      const pause = planRetry(kind, error.facts, attempt, spent, pauses.random());
      if (pause === undefined) throw error;
      spent += pause;
      await pauses.sleep(pause, signal);
      if (signal.aborted) throw new ServiceError('The request was cancelled.', { kind: 'cancelled' });
    }
  }
}
