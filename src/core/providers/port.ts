import type {
  ChatMessage,
  JobCreateRequest,
  Usage,
  WireCheckpoint,
  WireEvent,
  WireFile,
  WireJob,
  WireModel,
  WirePage,
} from './wire.ts';

/** What every fine-tuning service can be asked. `src/api` implements it; nothing above knows which service answers. */
export interface Service {
  /** Jobs, newest first. */
  listJobs(query: PageQuery, signal: AbortSignal): Promise<WirePage<WireJob>>;
  retrieveJob(jobId: string, signal: AbortSignal): Promise<WireJob>;
  /** Never retried: a lost answer may have made the job. */
  createJob(request: JobCreateRequest, signal: AbortSignal): Promise<WireJob>;
  cancelJob(jobId: string, signal: AbortSignal): Promise<WireJob>;
  /** Events, newest first. */
  listEvents(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireEvent>>;
  /** Checkpoints, newest first. */
  listCheckpoints(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireCheckpoint>>;
  /** Uploads one file for fine-tuning. Never retried. */
  uploadFile(upload: FileUpload, signal: AbortSignal): Promise<WireFile>;
  retrieveFile(fileId: string, signal: AbortSignal): Promise<WireFile>;
  /** At most `maxBytes` (64 MiB if absent); a larger file is 'rejected' with code 'download_too_large'. */
  fileContent(fileId: string, signal: AbortSignal, maxBytes?: number): Promise<Uint8Array>;
  listModels(signal: AbortSignal): Promise<readonly WireModel[]>;
  /** Streams one answer; the last part carries usage and the finish reason where the service tells them. */
  streamChat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatPart>;
}

/** How the client reaches one service. */
export type ServiceOptions = {
  /** With its version path, without a trailing slash. */
  readonly baseURL: string;
  /** Sent as bearer token; null = no `Authorization` header at all. */
  readonly apiKey: string | null;
  readonly organization?: string;
  readonly project?: string;
  /** How a chat request says how long the answer may be; `max_completion_tokens` if absent. */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens';
  /** `Product/version`, for the service's logs. */
  readonly userAgent?: string;
};

export type CreateService = (options: ServiceOptions) => Service;

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
