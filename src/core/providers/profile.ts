import type { Wire } from './port.ts';

/** A fact about a service: when it was looked up (YYYY-MM-DD) and where. */
export type Dated<T> = { readonly value: T; readonly asOf: string; readonly source: string };

export type Range = {
  readonly min: number;
  /** True where `min` itself is not allowed. */
  readonly minExclusive?: boolean;
  readonly max?: number;
  readonly integer: boolean;
};

/** US dollars for one million tokens; `input` and `output` of the tuned model, where they are known. */
export type ModelPrice = { readonly training: number; readonly input?: number; readonly output?: number };

/** `target` epochs, more of a small file and fewer of a large one: so many examples shall be seen in all. */
export type AutoEpochs = {
  readonly target: number;
  readonly minSeen: number;
  readonly maxSeen: number;
  readonly max: number;
};

export type BaseModel = {
  readonly id: string;
  readonly methods: readonly TrainingMethod[];
  /** Tokens of one example that are trained on; what is longer is cut at its end. */
  readonly exampleTokens?: Dated<number>;
  /** Tokens of prompt and answer together when the tuned model is asked. */
  readonly contextTokens?: Dated<number>;
  /** YYYY-MM-DD: from then on no job may start from it, where that day comes before `shutdown`. */
  readonly trainingEnds?: Dated<string>;
  /** YYYY-MM-DD: the base model and everything tuned from it stop answering. */
  readonly shutdown?: Dated<string>;
  /** Its name where tuned models are served, if another one than where they are trained. */
  readonly servedAs?: Dated<string>;
  /** The service serves tuned models of it itself, without a machine of one's own. */
  readonly serverless?: Dated<boolean>;
  /** Not OpenAI's: Azure trains and deploys it in another way. */
  readonly openWeights?: boolean;
  /** What `auto` means for the epochs, where it is known. */
  readonly autoEpochs?: Dated<AutoEpochs>;
  readonly price?: Dated<ModelPrice>;
};

export type TrainingMethod = 'supervised' | 'dpo' | 'reinforcement';

export type ProviderId = 'local' | 'openai' | 'azure' | 'nebius' | 'together' | 'compatible';

/** What a service can be asked beyond files, jobs and chat. What is not known is false: nothing is offered on hope. */
export type Capabilities = {
  /** Files in parts, through the Uploads API. */
  readonly uploads: boolean;
  readonly events: boolean;
  readonly checkpoints: boolean;
  /** Where the points of a metrics curve come from. */
  readonly stepMetrics: readonly ('events' | 'resultFile' | 'checkpoints' | 'metricsRoute')[];
  readonly pause: boolean;
  /** A tuned model must be deployed before it can be asked; `guided` = outside of this API, we only say how. */
  readonly deploy: 'none' | 'here' | 'guided';
  /** The service tells the price of a job before it is created. */
  readonly estimate: boolean;
  /** Jobs keep the key-value pairs that we give them. */
  readonly metadata: boolean;
  readonly deleteModels: boolean;
  readonly deleteFiles: boolean;
  /** Reports to Weights & Biases by itself. */
  readonly wandb: boolean;
  /** Weights can be downloaded. */
  readonly weights: boolean;
};

/** How a service takes files through the Uploads API. */
export type UploadLimits = {
  /** A larger file must be uploaded in parts. */
  readonly plainBytes: number;
  readonly partBytes: number;
  readonly maxBytes: number;
};

/** What is known about one kind of service. Numbers that change carry their date and source. */
export type ProviderProfile = {
  readonly id: ProviderId;
  readonly label: string;
  /** Where the service is; absent where it differs from connection to connection. */
  readonly baseURL?: string;
  /** Host names of the service, each a whole name or, after a dot, the end of one. */
  readonly hosts: readonly string[];
  readonly wire: Wire;
  readonly capabilities: Capabilities;
  readonly uploads?: Dated<UploadLimits>;
  /** `absolute`: the service reads the learning-rate multiplier as the learning rate itself. */
  readonly learningRate: 'multiplier' | 'absolute';
  /** Tiers of training that a job can be created in, the one that is always there first. */
  readonly trainingTypes?: Dated<readonly string[]>;
  /** US dollars that the account must hold before a job is taken. */
  readonly minBalance?: Dated<number>;
  /** Days after which a deployment that nobody asks is deleted; the model is kept. */
  readonly idleDeploymentDays?: Dated<number>;
  /** A page about one job in the service's own console; `{job}` stands for its id. */
  readonly consoleURL?: string;
  readonly key: 'none' | 'required' | 'optional';
  /** True if a job costs money. */
  readonly charges: boolean;
  /** Models that training can start from. */
  readonly baseModels: readonly BaseModel[];
  /** True if models beyond `baseModels` are offered from the service's own list. */
  readonly listsBaseModels: boolean;
  /** YYYY-MM-DD: from then on nobody can create jobs. */
  readonly creationEnds?: Dated<string>;
  readonly minExamples?: Dated<number>;
  readonly maxFileBytes?: Dated<number>;
  readonly hyperparameters: {
    readonly nEpochs: Range;
    readonly batchSize: Range;
    readonly learningRateMultiplier: Range;
  };
  readonly suffix: { readonly maxLength: number; readonly pattern: string };
  readonly seed: Range;
  /** How a chat request says how long the answer may be. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens';
};

/** The pattern as an expression for a whole suffix. */
export function isValidSuffix(profile: ProviderProfile, suffix: string): boolean {
  return suffix.length <= profile.suffix.maxLength && new RegExp(profile.suffix.pattern, 'u').test(suffix);
}

export function isInRange(range: Range, value: number): boolean {
  if (!Number.isFinite(value) || (range.integer && !Number.isInteger(value))) return false;
  if (range.minExclusive ? value <= range.min : value < range.min) return false;
  return range.max === undefined || value <= range.max;
}

/**
 * The base model, also for a tuned model named after a known grammar and for a name without its day (`gpt-4.1-nano`);
 * undefined if unknown.
 */
export function findBaseModel(profile: ProviderProfile, model: string): BaseModel | undefined {
  const base = baseNameOf(model);
  const { baseModels } = profile;
  return baseModels.find(({ id }) => id === base) ?? baseModels.find(({ id }) => id.replace(/-\d{4}-\d\d-\d\d$/, '') === base);
}

/** OpenAI names tuned models `ft:<base>:...`, Azure `<base>.ft-<hexadecimal>`. */
function baseNameOf(model: string): string {
  if (model.startsWith('ft:')) return model.split(':')[1] ?? '';
  return /^(.+?)\.ft-[0-9a-f]{8,}/.exec(model)?.[1] ?? model;
}

/** Base models that a job may still start from on that day (YYYY-MM-DD). */
export function trainableModels(profile: ProviderProfile, today: string): readonly BaseModel[] {
  return profile.baseModels.filter(({ trainingEnds, shutdown }) => {
    const ends = trainingEnds?.value ?? shutdown?.value;
    return ends === undefined || today < ends;
  });
}
