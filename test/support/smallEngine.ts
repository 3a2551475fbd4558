import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { tunesmithTiny } from '../../src/engine/model/config.ts';
import { runEngine } from '../../src/engine/run.ts';
import { workerThread, type StartThread } from '../../src/engine/server/thread.ts';
import { isReplicaStart, serveReplica } from '../../src/engine/train/replicaThread.ts';
import { train } from '../../src/engine/train/trainer.ts';
import type { GeneratorCommand, GeneratorEvent, TrainerCommand, TrainerEvent } from '../../src/protocol/training.ts';
import { killAtCall } from './killAtCall.ts';

/**
 * An engine in a process of its own that can be killed: the real server, store and training, on a model small enough
 * to train dozens of steps a second. Arguments: data folder, threads, milliseconds between saves, and maybe where it
 * kills itself: `trainer` or `server`, and the number of a call (`killAtCall`). Writes one JSON line when it is ready,
 * then the kind of every event of its trainer.
 */
const program = fileURLToPath(import.meta.url);
const small = { ...tunesmithTiny, width: 32, hidden: 64, layers: 1, contextLength: 64, vocabularySize: 320 };

const [, , , , , killedIn, killAt] = process.argv;
if (killedIn === (isMainThread ? 'server' : 'trainer')) killAtCall(Number(killAt));

if (isMainThread) {
  await serve(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]));
} else if (isReplicaStart(workerData)) {
  await serveReplica(workerData);
} else {
  serveTrainer();
}

async function serve(dataFolder: string, threads: number, saveEveryMs: number): Promise<void> {
  const startThread: StartThread<TrainerCommand, TrainerEvent> = workerThread(program);
  const run = await runEngine({
    dataFolder,
    version: '1.0.0',
    threads,
    idleSeconds: 0,
    startTrainer: () => {
      const thread = startThread();
      thread.onEvent(({ kind }) => process.stdout.write(`${kind}\n`));
      return {
        ...thread,
        post: (command) => thread.post(command.kind === 'train' ? { ...command, saveEveryMs } : command),
      };
    },
    startGenerator: workerThread<GeneratorCommand, GeneratorEvent>('none'),
    log: () => undefined,
  });
  process.stdout.write(`${JSON.stringify({ baseURL: run.address.baseURL, apiKey: run.apiKey })}\n`);
  process.on('SIGTERM', () => void run.close());
  await run.closed;
  process.exit(0);
}

function serveTrainer(): void {
  const stop = new AbortController();
  let isPausing = false;
  parentPort?.on('message', (command: TrainerCommand) => {
    if (command.kind === 'train') {
      void train(command, {
        emit: (event) => parentPort?.postMessage(event),
        signal: stop.signal,
        isPausing: () => isPausing,
        startReplica: (start) => new Worker(program, { workerData: start }),
        base: small,
      }).finally(() => parentPort?.close());
    } else if (command.kind === 'pause') {
      isPausing = true;
    } else {
      stop.abort();
    }
  });
}
