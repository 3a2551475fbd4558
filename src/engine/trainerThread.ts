import { parentPort } from 'node:worker_threads';
import type { TrainerCommand, TrainerEvent, TrainRequest } from '../protocol/training.ts';
import { Cancelled, TrainingProblem } from './train/problem.ts';
import { installWorkerPool } from './train/workerPool.ts';

/** Entry of the trainer thread: works one job, then ends. See protocol/training.ts. */
const port = parentPort;
if (port === null) {
  throw new Error('The trainer runs only as a worker thread');
}

const emit = (event: TrainerEvent): void => port.postMessage(event);
let running: { readonly jobId: string; readonly controller: AbortController } | undefined;

port.on('message', (command: TrainerCommand) => {
  if (command.kind === 'pause') {
    // Not sent as long as nothing is saved that training could go on from.
    return;
  }
  if (command.kind === 'cancel') {
    if (running?.jobId === command.jobId) {
      running.controller.abort();
    }
  } else if (running === undefined) {
    running = { jobId: command.jobId, controller: new AbortController() };
    void work(command, running.controller.signal);
  } else {
    const message = 'This trainer thread has its job already.';
    emit({ kind: 'failed', jobId: command.jobId, code: 'server_error', message });
  }
});

async function work(request: TrainRequest, signal: AbortSignal): Promise<void> {
  const { jobId } = request;
  const pool = installWorkerPool(request.threads);
  try {
    // Imported only now: jax-js looks for its pool of threads while it is being imported.
    const { train } = await import('./train/trainer.ts');
    await train(request, emit, signal);
  } catch (error) {
    emit(toEvent(jobId, error));
  } finally {
    await pool.stop();
    port?.close();
  }
}

function toEvent(jobId: string, error: unknown): TrainerEvent {
  if (error instanceof Cancelled) {
    return { kind: 'cancelled', jobId };
  }
  if (error instanceof TrainingProblem) {
    return { kind: 'failed', jobId, code: error.code, message: error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', jobId, code: 'server_error', message: `The training stopped with an internal error: ${message}` };
}
