import type { Auto, ChatMessage, StepMetrics } from '../core/providers/wire.ts';

/**
 * Contract between the engine's server (main thread) and the threads that compute: the trainer, which works one
 * job at a time, and the generator, which answers chats while the trainer works. Both are worker_threads; the
 * server never computes and the threads never speak HTTP. Paths are absolute. All messages are structured clones.
 *
 * A trainer thread takes one job and ends by itself after the event that ends the job ('succeeded', 'paused',
 * 'cancelled' or 'failed'): the tensor library keeps its memory for the life of a thread.
 * The server starts a new one for each job. An exit without such an event is a crash. The generator thread stays.
 */
export type TrainRequest = {
  readonly kind: 'train';
  readonly jobId: string;
  /** Supervised chat JSONL, already validated by the server. */
  readonly trainingPath: string;
  readonly validationPath: string | null;
  /** Folder of the tuned model that training continues from; null = `tunesmith-tiny` from scratch. */
  readonly baseModelDirectory: string | null;
  readonly hyperparameters: {
    readonly nEpochs: Auto<number>;
    readonly batchSize: Auto<number>;
    readonly learningRateMultiplier: Auto<number>;
  };
  readonly seed: number;
  /** Threads that share a step, at least 1. Same seed, files and thread count give the same weights. */
  readonly threads: number;
  /** Folder of a 'saved' event of the same job: training goes on after its step. Null = from the beginning. */
  readonly resumeFrom: string | null;
  /** At least so often (milliseconds) a 'saved' event comes; 15 s if absent. */
  readonly saveEveryMs?: number;
  /** Checkpoints are written below this folder, one sub-folder each (`step-<n>`), through a temporary name. */
  readonly outputDirectory: string;
};

export type TrainerCommand =
  | TrainRequest
  | { readonly kind: 'cancel'; readonly jobId: string }
  /** After the step at work: saves, emits 'saved', then 'checkpoint' and 'paused', and ends. */
  | { readonly kind: 'pause'; readonly jobId: string };

export type TrainerEvent =
  | {
      readonly kind: 'started';
      readonly jobId: string;
      readonly hyperparameters: {
        readonly nEpochs: number;
        readonly batchSize: number;
        readonly learningRateMultiplier: number;
      };
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly parameters: number;
      readonly contextLength: number;
      readonly vocabularySize: number;
      /** Examples longer than the context, which were cut. */
      readonly truncatedExamples: number;
    }
  | {
      readonly kind: 'step';
      readonly jobId: string;
      readonly metrics: StepMetrics;
      /** Seconds until the end at the present speed; null until it is known. */
      readonly secondsLeft: number | null;
    }
  | {
      readonly kind: 'checkpoint';
      readonly jobId: string;
      readonly step: number;
      readonly epoch: number;
      readonly directory: string;
      readonly metrics: StepMetrics;
    }
  | {
      /**
       * Everything that training needs to go on after `step` to the same weights as without a break is durable in
       * `directory` (`state-<n>` below the output folder). Comes every few seconds; earlier ones are needed no more.
       */
      readonly kind: 'saved';
      readonly jobId: string;
      readonly step: number;
      readonly directory: string;
    }
  | { readonly kind: 'paused'; readonly jobId: string; readonly step: number }
  | { readonly kind: 'succeeded'; readonly jobId: string; readonly trainedTokens: number; readonly directory: string }
  | { readonly kind: 'cancelled'; readonly jobId: string }
  | { readonly kind: 'failed'; readonly jobId: string; readonly code: string; readonly message: string };

export type GenerateRequest = {
  readonly kind: 'generate';
  readonly id: string;
  readonly modelDirectory: string;
  readonly messages: readonly ChatMessage[];
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
};

export type GeneratorCommand = GenerateRequest | { readonly kind: 'stop'; readonly id: string };

export type GeneratorEvent =
  | { readonly kind: 'text'; readonly id: string; readonly text: string }
  | {
      readonly kind: 'end';
      readonly id: string;
      readonly finishReason: 'stop' | 'length';
      readonly promptTokens: number;
      readonly completionTokens: number;
    }
  | { readonly kind: 'failed'; readonly id: string; readonly code: string; readonly message: string };
