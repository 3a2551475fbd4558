import type { Worker } from 'node:worker_threads';
import type { ModelConfig } from '../model/config.ts';
import type { Parameters, Tensor } from '../model/parameters.ts';
import type { Batch } from './batch.ts';
import { Replica, type Score, type Shard } from './replica.ts';
import type { ReplicaAnswer, ReplicaCommand, ReplicaStart } from './replicaThread.ts';
import { newTrainingMemory, tensorsOf, type TrainingMemory } from './trainingMemory.ts';

/** Mean loss in nats and share of correct greedy predictions, over `tokens` trained tokens. */
export type Measure = { readonly loss: number; readonly accuracy: number; readonly tokens: number };

/** Starts the program of replicaThread.ts. */
export type StartReplica = (start: ReplicaStart) => Worker;

/** Optimiser state of a training under way. */
export type Moments = {
  readonly mean: Float32Array<ArrayBuffer>;
  readonly variance: Float32Array<ArrayBuffer>;
  /** Steps done. */
  readonly step: number;
};

/** Starting point of a training. */
export type Start = { readonly parameters: Parameters<Tensor>; readonly moments?: Moments };

/**
 * Trains one model with several replicas at once, the calling thread being the first: each computes the gradient of
 * its shard of a batch, then each updates its share of the weights by the sum of all gradients. The replicas meet
 * twice per step; a library that shares out single kernels would let them meet some 400 times.
 * Not to be used by two callers at the same time. Call `dispose` at the end.
 */
export class DataParallel {
  readonly #config: ModelConfig;
  readonly #memory: TrainingMemory;
  readonly #own: Replica;
  readonly #others: readonly RemoteReplica[];
  #step: number;

  /** `replicas`: at least 1; `startReplica` is called for all but the first. */
  constructor(config: ModelConfig, { parameters, moments }: Start, replicas: number, startReplica: StartReplica) {
    this.#config = config;
    this.#memory = newTrainingMemory(config, parameters, replicas);
    this.#step = moments?.step ?? 0;
    if (moments !== undefined) {
      this.#memory.mean.set(moments.mean);
      this.#memory.variance.set(moments.variance);
    }
    this.#own = new Replica(config, this.#memory, 0);
    const { buffer: memory } = this.#memory;
    this.#others = Array.from(
      { length: replicas - 1 },
      (_, other) => new RemoteReplica(startReplica({ kind: 'replica', config, memory, index: other + 1 })),
    );
  }

  get replicas(): number {
    return 1 + this.#others.length;
  }

  /** Steps done, those before a break included. */
  get step(): number {
    return this.#step;
  }

  /** One optimiser step over a batch, one shard per replica. Returns what the weights before it made of the batch. */
  async train(batches: readonly Batch[], learningRate: number): Promise<Measure> {
    const measure = await this.#score('differentiate', batches);
    this.#step += 1;
    const update = { step: this.#step, learningRate };
    const updated = this.#others.map((other) => other.ask({ kind: 'update', update }));
    this.#own.update(update);
    await Promise.all(updated);
    return measure;
  }

  /** Loss and accuracy on a batch, one shard per replica; changes nothing. */
  measure(batches: readonly Batch[]): Promise<Measure> {
    return this.#score('measure', batches);
  }

  /** A copy of the weights. */
  weights(): Parameters<Tensor> {
    return tensorsOf(this.#config, this.#memory.parameters);
  }

  /** A copy of the optimiser's state. */
  moments(): Moments {
    const { mean, variance } = this.#memory;
    return { mean: Float32Array.from(mean), variance: Float32Array.from(variance), step: this.#step };
  }

  async dispose(): Promise<void> {
    this.#own.dispose();
    await Promise.all(this.#others.map((other) => other.end()));
  }

  async #score(kind: 'differentiate' | 'measure', batches: readonly Batch[]): Promise<Measure> {
    if (batches.length !== this.replicas) {
      throw new RangeError(`A step of ${this.replicas} replicas needs as many shards, not ${batches.length}`);
    }
    const tokens = batches.reduce((sum, batch) => sum + batch.trainedTokens, 0);
    const [first, ...rest] = batches.map((batch): Shard => ({ batch, stepTokens: tokens })) as [Shard, ...Shard[]];
    const theirs = rest.map((shard, other) => this.#others[other]?.ask({ kind, shard }) as Promise<Score>);
    // Handled at once: the own part may take seconds.
    const all = Promise.all(theirs);
    all.catch(() => undefined);
    const scores = [await this.#own[kind](first), ...(await all)];
    const hits = scores.reduce((sum, score) => sum + score.hits, 0);
    return {
      loss: scores.reduce((sum, score) => sum + score.loss, 0),
      accuracy: tokens === 0 ? 0 : hits / tokens,
      tokens,
    };
  }
}

/** A replica in a thread of its own. */
class RemoteReplica {
  readonly #thread: Worker;
  #waiting: { readonly resolve: (answer: ReplicaAnswer) => void; readonly reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;

  constructor(thread: Worker) {
    this.#thread = thread;
    thread.on('message', (answer: ReplicaAnswer) => this.#waiting?.resolve(answer));
    thread.once('error', (error) => this.#fail(error));
    thread.once('exit', () => this.#fail(new Error('A thread of the training has ended')));
  }

  /** One at a time. Rejects if the thread has ended or ends. */
  ask(command: ReplicaCommand): Promise<ReplicaAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#waiting = { resolve, reject };
      this.#thread.postMessage(command);
    });
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
  }
}
