/**
 * The OpenAI wire format, as far as the product speaks it: the one contract between the client and every
 * service, the Local engine included. Times are Unix seconds. Enumerations that services extend (job status,
 * event type, file status) are open strings.
 *
 * Source: OpenAI API reference (openai/openai-openapi, MIT).
 */

/** The states OpenAI documents. Services add others ("pending", "created"); an unknown one is not terminal. */
export const terminalJobStatuses: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled']);

export type Auto<T> = T | 'auto';

export type Hyperparameters = {
  readonly n_epochs?: Auto<number>;
  readonly batch_size?: Auto<number>;
  readonly learning_rate_multiplier?: Auto<number>;
};

type JobMethod = {
  readonly type: string;
  readonly supervised?: { readonly hyperparameters?: Hyperparameters };
  readonly dpo?: { readonly hyperparameters?: Hyperparameters & { readonly beta?: Auto<number> } };
  readonly reinforcement?: Readonly<Record<string, unknown>>;
};

export type JobError = {
  readonly code: string | null;
  readonly message: string | null;
  readonly param: string | null;
};

export type WireJob = {
  readonly id: string;
  readonly object: 'fine_tuning.job';
  readonly created_at: number;
  readonly model: string;
  readonly training_file: string;
  readonly validation_file: string | null;
  readonly organization_id: string;
  readonly status: string;
  readonly seed: number;
  readonly result_files: readonly string[];
  readonly fine_tuned_model: string | null;
  readonly finished_at: number | null;
  readonly trained_tokens: number | null;
  readonly error: JobError | null;
  readonly hyperparameters?: Hyperparameters | null;
  readonly method?: JobMethod | null;
  readonly integrations: readonly unknown[] | null;
  readonly estimated_finish: number | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly user_provided_suffix: string | null;
  /** Steps done and to do, where the service tells them in the job itself (Nebius). */
  readonly trained_steps?: number | null;
  readonly total_steps?: number | null;
  /** US dollars that the service has charged or will charge, where the job says so (Together). */
  readonly total_price?: number | null;
};

export type JobCreateRequest = {
  readonly model: string;
  readonly training_file: string;
  readonly validation_file?: string | null;
  readonly suffix?: string | null;
  readonly seed?: number | null;
  readonly method?: JobMethod;
  readonly hyperparameters?: Hyperparameters;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly integrations?: readonly WandbIntegration[] | null;
  /** Azure's tier of training, such as `globalStandard`. */
  readonly trainingType?: string;
};

export type WandbIntegration = {
  readonly type: 'wandb';
  readonly wandb: {
    readonly project: string;
    readonly name?: string | null;
    readonly entity?: string | null;
    readonly tags?: readonly string[];
  };
};

/** `data` of an event of type "metrics"; supervised. valid_* only with a validation file, full_valid_* at epoch ends. */
export type StepMetrics = {
  readonly step: number;
  readonly total_steps?: number;
  readonly train_loss?: number;
  readonly train_mean_token_accuracy?: number;
  readonly valid_loss?: number;
  readonly valid_mean_token_accuracy?: number;
  readonly full_valid_loss?: number;
  readonly full_valid_mean_token_accuracy?: number;
};

export type WireEvent = {
  readonly id: string;
  readonly object: 'fine_tuning.job.event';
  readonly created_at: number;
  readonly level: string;
  readonly message: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> | null;
};

export type WireCheckpoint = {
  readonly id: string;
  readonly object: 'fine_tuning.job.checkpoint';
  readonly created_at: number;
  readonly fine_tuned_model_checkpoint: string;
  readonly step_number: number;
  readonly fine_tuning_job_id: string;
  readonly metrics: Partial<StepMetrics>;
  /** Files of the weights, where the service gives them out (Nebius). */
  readonly result_files?: readonly string[];
};

export type WireFile = {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: string;
  readonly status: string;
  readonly expires_at: number | null;
  readonly status_details: string | null;
};

export type WireUpload = {
  readonly id: string;
  readonly object: 'upload';
  readonly bytes: number;
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: string;
  readonly status: 'pending' | 'completed' | 'cancelled' | 'expired';
  readonly expires_at: number;
  /** Once it is completed. */
  readonly file: WireFile | null;
};

export type WireUploadPart = {
  readonly id: string;
  readonly object: 'upload.part';
  readonly created_at: number;
  readonly upload_id: string;
};

export type WireModel = {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
  readonly shutdown_date?: string | null;
};

/** A page of a list, newest first. The next page is asked with `after` = the id of the last item. */
export type WirePage<T> = {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly first_id?: string | null;
  readonly last_id?: string | null;
};

export type WireErrorBody = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
};

export type ChatRole = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export type ChatMessage = { readonly role: ChatRole; readonly content: string };

export type Usage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
};
