import type { Dated, ProviderProfile } from './profile.ts';

const reference = 'https://docs.together.ai/reference/finetune';
const troubleshooting = 'https://docs.together.ai/docs/fine-tuning/troubleshooting';
const asOf = '2026-11-22';

function dated<T>(value: T, source: string): Dated<T> {
  return { value, asOf, source };
}

/**
 * Together AI. Has its own calls for files and jobs, tells the price of a job before it is created, and keeps the
 * metrics of each step; a chat is OpenAI's. Its rates depend on size, method and kind of training and are asked for,
 * not written down here; so are its models.
 */
export const togetherProfile: ProviderProfile = {
  id: 'together',
  label: 'Together AI',
  baseURL: 'https://api.together.xyz/v1',
  hosts: ['api.together.xyz', 'api.together.ai'],
  wire: 'together',
  capabilities: {
    uploads: false,
    events: true,
    checkpoints: true,
    stepMetrics: ['metricsRoute'],
    pause: false,
    deploy: 'guided',
    estimate: true,
    metadata: false,
    deleteModels: false,
    deleteFiles: true,
    // It reports to Weights & Biases only with a key of the user's account there, which we do not ask for.
    wandb: false,
    weights: true,
  },
  learningRate: 'absolute',
  minBalance: dated(5, troubleshooting),
  key: 'required',
  charges: true,
  baseModels: [],
  listsBaseModels: true,
  maxFileBytes: dated(25 * 1024 ** 3, reference),
  hyperparameters: {
    nEpochs: { min: 1, integer: true },
    batchSize: { min: 1, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, max: 0.1, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_tokens',
};
