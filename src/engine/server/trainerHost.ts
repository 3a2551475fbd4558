import type { TrainerCommand, TrainerEvent, TrainRequest } from '../../protocol/training.ts';
import type { StartThread } from './thread.ts';

export type TrainProgress = Extract<TrainerEvent, { kind: 'started' | 'step' | 'checkpoint' | 'saved' }>;
export type TrainOutcome = Extract<TrainerEvent, { kind: 'succeeded' | 'paused' | 'cancelled' | 'failed' }>;

/** How long a thread may take to stop by itself, for instance inside a compilation, before it is ended. */
const stopPatienceMs = 3000;

/**
 * Runs one job in a thread of its own. The thread ends with the job: memory of WebAssembly never shrinks, and every
 * job begins in the same state. Aborting `signal` ends it within a few seconds; the outcome is then `cancelled`.
 * `onProgress` gets every event in order and must not throw.
 */
export async function runTrainer(
  startThread: StartThread<TrainerCommand, TrainerEvent>,
  request: TrainRequest,
  onProgress: (event: TrainProgress) => void,
  signal: AbortSignal,
): Promise<TrainOutcome> {
  const { jobId } = request;
  if (signal.aborted) {
    return { kind: 'cancelled', jobId };
  }
  const thread = startThread();
  let patience: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<TrainOutcome>((resolve) => {
      stop = () => {
        thread.post({ kind: 'cancel', jobId });
        patience = setTimeout(() => resolve({ kind: 'cancelled', jobId }), stopPatienceMs);
      };
      signal.addEventListener('abort', stop, { once: true });
      thread.onEnd((reason) => {
        resolve(
          signal.aborted
            ? { kind: 'cancelled', jobId }
            : {
                kind: 'failed',
                jobId,
                code: 'server_error',
                message: `The job failed due to an internal error: the training thread stopped (${reason}).`,
              },
        );
      });
      thread.onEvent((event) => {
        if (event.jobId !== jobId) {
          return;
        }
        switch (event.kind) {
          case 'started':
          case 'step':
          case 'checkpoint':
          case 'saved':
            if (!signal.aborted) {
              onProgress(event);
            }
            return;
          default:
            resolve(event);
        }
      });
      thread.post(request);
    });
  } finally {
    clearTimeout(patience);
    if (stop !== undefined) {
      signal.removeEventListener('abort', stop);
    }
    await thread.terminate();
  }
}
