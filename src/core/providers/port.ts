import type {
  ChatMessage,
  JobCreateRequest,
  StepMetrics,
  Usage,
  WireCheckpoint,
  WireEvent,
  WireFile,
  WireJob,
  WireModel,
  WirePage,
  WireUpload,
  WireUploadPart,
} from './wire.ts';

/** What every fine-tuning service can be asked. `src/api` implements it; nothing above knows which service answers. */
export interface Service {
  /** Jobs, newest first. */
  listJobs(query: PageQuery, signal: AbortSignal): Promise<WirePage<WireJob>>;
  retrieveJob(jobId: string, signal: AbortSignal): Promise<RetrievedJob>;
  /** Never retried: a lost answer may have made the job. */
  createJob(request: JobCreateRequest, signal: AbortSignal): Promise<WireJob>;
  cancelJob(jobId: string, signal: AbortSignal): Promise<WireJob>;
  pauseJob(jobId: string, signal: AbortSignal): Promise<WireJob>;
  resumeJob(jobId: string, signal: AbortSignal): Promise<WireJob>;
  /** Events, newest first. */
  listEvents(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireEvent>>;
  /** Checkpoints, newest first. */
  listCheckpoints(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireCheckpoint>>;
  /** Uploads one file for fine-tuning. Never retried. */
  uploadFile(upload: FileUpload, signal: AbortSignal): Promise<WireFile>;
  /** Files for fine-tuning, newest first. */
  listFiles(query: PageQuery, signal: AbortSignal): Promise<WirePage<WireFile>>;
  retrieveFile(fileId: string, signal: AbortSignal): Promise<WireFile>;
  deleteFile(fileId: string, signal: AbortSignal): Promise<void>;
  /** At most `maxBytes` (64 MiB if absent); a larger file is 'rejected' with code 'download_too_large'. */
  fileContent(fileId: string, signal: AbortSignal, maxBytes?: number): Promise<Uint8Array>;
  listModels(signal: AbortSignal): Promise<readonly WireModel[]>;
  retrieveModel(modelId: string, signal: AbortSignal): Promise<WireModel>;
  deleteModel(modelId: string, signal: AbortSignal): Promise<void>;
  /** Streams one answer; the last part carries usage and the finish reason where the service tells them. */
  streamChat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatPart>;
  /** Files in parts; absent where the service takes them whole only. */
  readonly uploads?: Uploads;
  /** Absent where a tuned model answers as soon as its job has succeeded. */
  readonly deployments?: Deployments;
  /** Absent where the service tells no price before a job. */
  readonly estimates?: Estimates;
  /** Absent where the points of a curve are in events, checkpoints or a result file. */
  readonly metrics?: MetricsRoute;
}

/** The Uploads API: a file in parts, which may be sent in parallel and in any order. Nothing is ever retried here. */
export interface Uploads {
  create(upload: { readonly filename: string; readonly bytes: number }, signal: AbortSignal): Promise<WireUpload>;
  /** At most `profile.uploads.partBytes` bytes. */
  addPart(uploadId: string, part: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<WireUploadPart>;
  /** `partIds` in the order of the bytes; `md5` in hexadecimal, of the whole file. */
  complete(uploadId: string, partIds: readonly string[], md5: string, signal: AbortSignal): Promise<WireUpload>;
  cancel(uploadId: string, signal: AbortSignal): Promise<void>;
}

/** A service that must be asked to serve a tuned model before it answers. */
export interface Deployments {
  /** Begins to serve the model of a job, or of one of its checkpoints; `name` is what a person calls it. */
  create(request: DeploymentRequest, signal: AbortSignal): Promise<Deployment>;
  retrieve(name: string, signal: AbortSignal): Promise<Deployment>;
  delete(name: string, signal: AbortSignal): Promise<void>;
}

export type DeploymentRequest = {
  readonly name: string;
  readonly baseModel: string;
  readonly jobId: string;
  readonly checkpointId?: string;
};

export type Deployment = {
  readonly name: string;
  /** What a chat names as its model; absent until it is ready. */
  readonly model?: string;
  readonly state: 'preparing' | 'ready' | 'failed';
  /** The service's own word for the state. */
  readonly status: string;
  readonly reason?: string;
};

export interface Estimates {
  /** What the service itself says that a job would cost. */
  price(request: JobCreateRequest, signal: AbortSignal): Promise<PriceEstimate>;
}

/** A service with a list of a job's steps of its own. */
export interface MetricsRoute {
  /** Steps of a job from `fromStep` on, ascending; one step may come in parts. */
  steps(jobId: string, fromStep: number, signal: AbortSignal): Promise<readonly StepMetrics[]>;
}

export type PriceEstimate = {
  /** US dollars. */
  readonly price: number;
  readonly trainedTokens?: number;
  /** False if the account's balance or limit does not cover it. */
  readonly allowed?: boolean;
};

/** How the client reaches one service. */
export type ServiceOptions = {
  /** With its version path, without a trailing slash. */
  readonly baseURL: string;
  /** Sent as bearer token unless `keyHeader` says otherwise; null = no key at all. */
  readonly apiKey: string | null;
  /** The header that carries the key; `authorization` if absent. */
  readonly keyHeader?: KeyHeader;
  readonly organization?: string;
  readonly project?: string;
  /** Sent with every request, after the names that carry a key or belong to HTTP itself were left out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which wire format the service speaks; the OpenAI one if absent. */
  readonly wire?: Wire;
  /** How a chat request says how long the answer may be; `max_completion_tokens` if absent. */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
  /** Base models that are known to be open for training, to be named when the one that was asked for is not. */
  readonly trainable?: readonly string[];
  /** `Product/version`, for the service's logs. */
  readonly userAgent?: string;
};

export type KeyHeader = 'authorization' | 'api-key';

/** `nebius` and `azure` are the OpenAI format with additions; `together` is another one. */
export type Wire = 'openai' | 'nebius' | 'azure' | 'together';

export type CreateService = (options: ServiceOptions) => Service;

/** A job, and the id that the service gave the question, where it gives one: its support looks the answer up by it. */
export type RetrievedJob = { readonly job: WireJob; readonly requestId?: string };

export type PageQuery = { readonly limit?: number; readonly after?: string };

export type FileUpload = {
  readonly filename: string;
  /** Size in bytes of what `open` yields. */
  readonly bytes: number;
  open(): AsyncIterable<Uint8Array>;
};

export type ChatRequest = {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  readonly maxTokens?: number;
};

export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'end'; readonly finishReason: string | null; readonly usage: Usage | null };

/** 'unreachable': the request was never received. 'cutOff': its answer was lost, what was asked may have happened. */
export type ServiceErrorKind =
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'rejected'
  | 'rateLimited'
  | 'serverFault'
  | 'unreachable'
  | 'cutOff'
  | 'cancelled';

export type ServiceErrorFacts = {
  readonly kind: ServiceErrorKind;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  readonly code?: string;
  readonly param?: string;
  readonly requestId?: string;
  /** Seconds the service asks us to wait. */
  readonly retryAfter?: number;
  /** The service says itself that asking again is of no use, or that it is. */
  readonly retryable?: boolean;
  /** Models that can be had where the one that was asked for cannot. */
  readonly alternatives?: readonly string[];
};

/** What went wrong between us and a service. `message` is the service's own sentence, never a body or a key. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly facts: ServiceErrorFacts;

  /** The wire client is a bundle of its own, so its class is another object than the one of whoever catches. */
  static override [Symbol.hasInstance](value: unknown): value is ServiceError {
    return value instanceof Error && value.name === 'ServiceError' && 'facts' in value;
  }

  constructor(message: string, facts: ServiceErrorFacts, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.facts = facts;
  }
}
