import { parentPort } from 'node:worker_threads';
import { connect } from '../protocol/rpc.ts';
import { threadPort } from '../protocol/threadPort.ts';
import type { PrepareOwnerApi, PrepareWorkerApi } from '../protocol/prepare.ts';
import { runRecipe } from './runRecipe.ts';
import { lookAtSource } from './source.ts';

/** Worker thread: reads sources and runs recipes beside the extension host, so that typing stays smooth. */
if (parentPort !== null) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  const runs = new Map<string, AbortController>();
  const owner = connect<PrepareOwnerApi, PrepareWorkerApi>(
    threadPort(port),
    {
      async run({ runId, ...options }, closed) {
        const controller = new AbortController();
        runs.set(runId, controller);
        try {
          const signal = AbortSignal.any([controller.signal, closed]);
          return await runRecipe(options, {
            signal,
            onProgress: (progress) => owner.tell('progress', { runId, progress }),
          });
        } finally {
          runs.delete(runId);
        }
      },
      look: ({ sourcePath, settings }, signal) => lookAtSource(sourcePath, settings, signal),
      cancel: ({ runId }) => runs.get(runId)?.abort(),
    },
  );
}
