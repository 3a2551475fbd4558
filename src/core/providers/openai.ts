import type { BaseModel, Dated, ModelPrice, ProviderProfile } from './profile.ts';

const deprecations = 'https://developers.openai.com/api/docs/deprecations';
const bestPractices = 'https://developers.openai.com/api/docs/guides/fine-tuning-best-practices';
/** What the service does is not documented; this is what its own notebook on prices assumes. */
const cookbook = 'https://developers.openai.com/cookbook/examples/chat_finetuning_data_prep';
const pricing = 'https://developers.openai.com/api/docs/pricing';
const specification = 'https://github.com/openai/openai-openapi';
const asOf = '2026-11-22';

function dated<T>(value: T, source: string): Dated<T> {
  return { value, asOf, source };
}

function baseModel(id: string, methods: BaseModel['methods'], price: ModelPrice): BaseModel {
  return {
    id,
    methods,
    exampleTokens: dated(65_536, bestPractices),
    contextTokens: dated(128_000, bestPractices),
    shutdown: dated('2027-01-14', deprecations),
    autoEpochs: dated({ target: 3, minSeen: 100, maxSeen: 25_000, max: 25 }, cookbook),
    price: dated(price, pricing),
  };
}

/**
 * api.openai.com. Only organisations that still use a tuned model may create jobs, until `creationEnds`; tuned
 * models answer until their base model is shut down.
 */
export const openaiProfile: ProviderProfile = {
  id: 'openai',
  label: 'OpenAI',
  baseURL: 'https://api.openai.com/v1',
  hosts: ['.api.openai.com', 'api.openai.com'],
  wire: 'openai',
  capabilities: {
    uploads: true,
    events: true,
    checkpoints: true,
    stepMetrics: ['events', 'resultFile', 'checkpoints'],
    pause: true,
    deploy: 'none',
    estimate: false,
    metadata: true,
    deleteModels: true,
    deleteFiles: true,
    wandb: true,
    weights: false,
  },
  uploads: dated({ plainBytes: 512 * 1024 * 1024, partBytes: 64 * 1024 * 1024, maxBytes: 8 * 1024 ** 3 }, specification),
  learningRate: 'multiplier',
  consoleURL: 'https://platform.openai.com/finetune/{job}',
  key: 'required',
  charges: true,
  baseModels: [
    baseModel('gpt-4.1-mini-2025-04-14', ['supervised', 'dpo'], { training: 5, input: 0.8, output: 3.2 }),
    baseModel('gpt-4.1-2025-04-14', ['supervised', 'dpo'], { training: 25, input: 3, output: 12 }),
    baseModel('gpt-4o-mini-2024-07-18', ['supervised', 'dpo'], { training: 3, input: 0.3, output: 1.2 }),
    baseModel('gpt-4o-2024-08-06', ['supervised', 'dpo'], { training: 25, input: 3.75, output: 15 }),
  ],
  listsBaseModels: false,
  creationEnds: dated('2027-01-06', deprecations),
  minExamples: dated(10, 'https://developers.openai.com/api/docs/guides/supervised-fine-tuning'),
  maxFileBytes: dated(512 * 1024 * 1024, specification),
  hyperparameters: {
    nEpochs: { min: 1, max: 50, integer: true },
    batchSize: { min: 1, max: 256, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, integer: false },
  },
  // The length is documented; the characters are those that cannot break the grammar of model names.
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_completion_tokens',
};
