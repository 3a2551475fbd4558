import type { Auto, StepMetrics } from '../core/providers/wire.ts';

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

/** What the model reads: a chat through its template; a text as the beginning of an answer; tokens as they are. */
export type Prompt =
  | { readonly kind: 'chat'; readonly messages: readonly PromptMessage[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] };

export type PromptMessage = { readonly role: string; readonly content: string };

export type SamplingSettings = {
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** null = as many as the context has room for. */
  readonly maxTokens: number | null;
  /** null = a new one each time. */
  readonly seed: number | null;
  readonly stop: readonly string[];
  /** Taken off the score of a token once it was drawn, and once more for each time. */
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  /** Added to the scores of these tokens. */
  readonly logitBias: readonly (readonly [token: number, bias: number])[];
  /** How many of the most likely tokens are told with each token; null = no probabilities at all. */
  readonly topLogprobs: number | null;
};

export type GenerateRequest = SamplingSettings & {
  readonly kind: 'generate';
  readonly id: string;
  readonly modelDirectory: string;
  readonly prompt: Prompt;
  /** Answers to the prompt, computed one after the other. */
  readonly choices: number;
  /** Each answer begins with the prompt's text. */
  readonly echo: boolean;
};

/**
 * `pause` and `resume` hold one request whose reader is slow; `share` is the part of its time, in (0, 1], that the
 * generator may compute.
 */
export type GeneratorCommand =
  | GenerateRequest
  | { readonly kind: 'stop' | 'pause' | 'resume'; readonly id: string }
  | { readonly kind: 'share'; readonly share: number };

export type TokenScore = {
  /** Bytes that are no UTF-8 by themselves read `\xf0\x9f`. */
  readonly text: string;
  /** null for a special token, which stands for no text. */
  readonly bytes: readonly number[] | null;
  /** Natural logarithm of its probability by the model, before temperature, penalties and bias. */
  readonly logprob: number;
};

export type ScoredToken = Omit<TokenScore, 'logprob'> & {
  /** null for the first token of all, before which there is nothing. */
  readonly logprob: number | null;
  /** The most likely tokens in its place, the likeliest first. */
  readonly top: readonly TokenScore[];
  /** Where its text begins in the text of the answer, in UTF-16 units. */
  readonly offset: number;
};

/** A request ends with one `end` or `failed`, also after `stop`; `choice` comes at the end of each answer. */
export type GeneratorEvent =
  | {
      readonly kind: 'text';
      readonly id: string;
      readonly choice: number;
      readonly text: string;
      /** The tokens of the text; null if they were not asked for. */
      readonly tokens: readonly ScoredToken[] | null;
    }
  | { readonly kind: 'choice'; readonly id: string; readonly choice: number; readonly finishReason: 'stop' | 'length' }
  | { readonly kind: 'end'; readonly id: string; readonly promptTokens: number; readonly completionTokens: number }
  | {
      readonly kind: 'failed';
      readonly id: string;
      /** Whose fault it is. */
      readonly fault: 'request' | 'engine';
      readonly code: string;
      readonly param: string | null;
      readonly message: string;
    };
