import type { TrainerCommand, TrainerEvent, TrainRequest } from '../../protocol/training.ts';
import type { StartThread } from './thread.ts';
import type { WorkStop } from './workLoop.ts';

export type TrainProgress = Extract<TrainerEvent, { kind: 'started' | 'step' | 'checkpoint' | 'saved' }>;
export type TrainOutcome = Extract<TrainerEvent, { kind: 'succeeded' | 'paused' | 'cancelled' | 'failed' }>;

/** How long a thread may take to stop by itself, for instance inside a compilation, before it is ended. */
const stopPatienceMs = 1_000;

/**
 * Runs one job in a thread of its own. The thread ends with the job: memory of WebAssembly never shrinks, and every
 * job begins in the same state. `stop.cancel` ends it within about a second, the outcome is then `cancelled`;
 * `stop.pause` after the step at work and its saving. `onProgress` gets every event in order and must not throw.
 */
export async function runTrainer(
  startThread: StartThread<TrainerCommand, TrainerEvent>,
  request: TrainRequest,
  onProgress: (event: TrainProgress) => void,
  { cancel, pause }: WorkStop,
): Promise<TrainOutcome> {
  const { jobId } = request;
  if (cancel.signal.aborted) {
    return { kind: 'cancelled', jobId };
  }
  const thread = startThread();
  let patience: NodeJS.Timeout | undefined;
  const listening = new AbortController();
  try {
    return await new Promise<TrainOutcome>((resolve) => {
      const onAbort = (controller: AbortController, listener: () => void): void =>
        controller.signal.addEventListener('abort', listener, { signal: listening.signal });
      onAbort(cancel, () => {
        thread.post({ kind: 'cancel', jobId });
        patience = setTimeout(() => resolve({ kind: 'cancelled', jobId }), stopPatienceMs);
      });
      onAbort(pause, () => thread.post({ kind: 'pause', jobId }));
      thread.onEnd((reason) => {
        resolve(
          cancel.signal.aborted
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
            if (!cancel.signal.aborted) {
              onProgress(event);
            }
            return;
          default:
            // What came before it was not passed on, so its success would be one with gaps.
            resolve(cancel.signal.aborted ? { kind: 'cancelled', jobId } : event);
        }
      });
      thread.post(request);
      if (pause.signal.aborted) {
        thread.post({ kind: 'pause', jobId });
      }
    });
  } finally {
    clearTimeout(patience);
    listening.abort();
    await thread.terminate();
  }
}
