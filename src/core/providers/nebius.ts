import type { BaseModel, Dated, ProviderProfile } from './profile.ts';

const cookbook = 'https://github.com/nebius/token-factory-cookbook';
const datasets = 'https://docs.tokenfactory.nebius.com/fine-tuning/datasets';
const asOf = '2026-11-22';

function dated<T>(value: T, source: string): Dated<T> {
  return { value, asOf, source };
}

/** Models that Nebius's own notebooks train and serve; its whole list comes from the service. */
function serverless(id: string, more: Partial<BaseModel> = {}): BaseModel {
  return { id, methods: ['supervised'], serverless: dated(true, cookbook), ...more };
}

/**
 * Nebius Token Factory. Speaks OpenAI's format, with the learning rate itself where OpenAI has a multiplier, metrics
 * in checkpoints only, and weights that can be downloaded. What training costs above 20 billion parameters is not
 * known, nor what an answer of a tuned model costs.
 */
export const nebiusProfile: ProviderProfile = {
  id: 'nebius',
  label: 'Nebius',
  baseURL: 'https://api.tokenfactory.nebius.com/v1',
  // The studio was the service's name before; its addresses are in older code.
  hosts: ['.tokenfactory.nebius.com', '.studio.nebius.com', '.studio.nebius.ai'],
  wire: 'nebius',
  capabilities: {
    uploads: false,
    events: true,
    checkpoints: true,
    stepMetrics: ['checkpoints'],
    pause: false,
    deploy: 'here',
    estimate: false,
    // Its reference names tags; whether it keeps metadata is not confirmed.
    metadata: false,
    deleteModels: false,
    deleteFiles: true,
    wandb: false,
    weights: true,
  },
  learningRate: 'absolute',
  key: 'required',
  charges: true,
  baseModels: [
    serverless('meta-llama/Llama-3.1-8B-Instruct', {
      servedAs: dated('meta-llama/Meta-Llama-3.1-8B-Instruct', cookbook),
      price: dated({ training: 0.4 }, cookbook),
    }),
    serverless('meta-llama/Llama-3.3-70B-Instruct'),
    serverless('Qwen/Qwen3-30B-A3B-Instruct-2507'),
  ],
  listsBaseModels: true,
  maxFileBytes: dated(5 * 1024 ** 3, datasets),
  hyperparameters: {
    nEpochs: { min: 1, integer: true },
    batchSize: { min: 1, integer: true },
    // A rate of 1 or more is somebody's multiplier.
    learningRateMultiplier: { min: 0, minExclusive: true, max: 0.1, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_tokens',
};
