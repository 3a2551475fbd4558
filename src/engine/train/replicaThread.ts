import { defaultDevice, init } from '@jax-js/jax';
import { parentPort } from 'node:worker_threads';
import type { ModelConfig } from '../model/config.ts';
import type { Update } from './adamW.ts';
import { Replica, type Score, type Shard } from './replica.ts';
import { openTrainingMemory } from './trainingMemory.ts';

/** What a thread is started with to be a replica. */
export type ReplicaStart = {
  readonly kind: 'replica';
  readonly config: ModelConfig;
  readonly memory: SharedArrayBuffer;
  readonly index: number;
};

/** Answered one by one, in order: by a Score, or by null for an update. */
export type ReplicaCommand =
  | { readonly kind: 'differentiate'; readonly shard: Shard }
  | { readonly kind: 'update'; readonly update: Update }
  | { readonly kind: 'measure'; readonly shard: Shard };

export type ReplicaAnswer = Score | null;

export function isReplicaStart(data: unknown): data is ReplicaStart {
  return typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'replica';
}

/** Serves as a replica until the thread is ended. What it throws ends the thread, which the other side sees. */
export async function serveReplica({ config, memory, index }: ReplicaStart): Promise<void> {
  const port = parentPort;
  if (port === null) {
    throw new Error('A replica runs only as a worker thread');
  }
  // Commands wait at the port until something listens.
  await init('wasm');
  defaultDevice('wasm');
  const replica = new Replica(config, openTrainingMemory(config, memory), index);
  const answer = async (command: ReplicaCommand): Promise<ReplicaAnswer> => {
    switch (command.kind) {
      case 'differentiate':
        return replica.differentiate(command.shard);
      case 'measure':
        return replica.measure(command.shard);
      case 'update':
        replica.update(command.update);
        return null;
    }
  };
  port.on('message', (command: ReplicaCommand) => {
    // Not caught on purpose: a rejection ends the thread.
    void answer(command).then((result) => port.postMessage(result));
  });
}
