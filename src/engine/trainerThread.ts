import { parentPort, Worker, workerData, type MessagePort } from 'node:worker_threads';
import type { TrainerCommand, TrainerEvent, TrainRequest } from '../protocol/training.ts';
import { Cancelled, TrainingProblem } from './train/problem.ts';
import { isReplicaStart, serveReplica, type ReplicaStart } from './train/replicaThread.ts';
import { train } from './train/trainer.ts';

/**
 * Entry of the trainer thread: works one job, then ends. See protocol/training.ts. The threads that share its steps
 * run the same program.
 */
if (isReplicaStart(workerData)) {
  void serveReplica(workerData);
} else if (parentPort === null) {
  throw new Error('The trainer runs only as a worker thread');
} else {
  serveTrainer(parentPort);
}

function serveTrainer(port: MessagePort): void {
  const emit = (event: TrainerEvent): void => port.postMessage(event);
  let running: { readonly jobId: string; readonly controller: AbortController; isPausing: boolean } | undefined;

  const work = async (request: TrainRequest, signal: AbortSignal): Promise<void> => {
    try {
      await train(request, { emit, signal, isPausing: () => running?.isPausing ?? false, startReplica });
    } catch (error) {
      emit(toEvent(request.jobId, error));
    } finally {
      port.close();
    }
  };

  port.on('message', (command: TrainerCommand) => {
    if (command.kind !== 'train') {
      if (running?.jobId === command.jobId) {
        if (command.kind === 'cancel') running.controller.abort();
        else running.isPausing = true;
      }
    } else if (running === undefined) {
      running = { jobId: command.jobId, controller: new AbortController(), isPausing: false };
      void work(command, running.controller.signal);
    } else {
      const message = 'This trainer thread has its job already.';
      emit({ kind: 'failed', jobId: command.jobId, code: 'server_error', message });
    }
  });
}

/** In a worker thread the second argument is the thread's own program. */
function startReplica(start: ReplicaStart): Worker {
  return new Worker(process.argv[1] ?? '', { workerData: start, name: 'trainer' });
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
