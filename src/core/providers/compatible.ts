import { openaiProfile } from './openai.ts';
import type { ProviderProfile } from './profile.ts';

/**
 * Any service that speaks the OpenAI wire format. Nothing is known beforehand: models come from the service's own
 * list, and ranges are only as narrow as the wire format itself. Some services read the learning-rate multiplier
 * as an absolute rate, so it has no upper end.
 */
export const compatibleProfile: ProviderProfile = {
  id: 'compatible',
  label: 'OpenAI-compatible',
  hosts: [],
  wire: 'openai',
  capabilities: {
    uploads: false,
    events: true,
    checkpoints: true,
    stepMetrics: ['events', 'resultFile', 'checkpoints'],
    pause: false,
    deploy: 'none',
    estimate: false,
    // A service that drops them is found out by the first job that comes back without.
    metadata: true,
    deleteModels: true,
    deleteFiles: true,
    wandb: false,
    weights: false,
  },
  // As OpenAI's own, for a service of which the setting says that it takes parts.
  ...(openaiProfile.uploads === undefined ? {} : { uploads: openaiProfile.uploads }),
  // The range of OpenAI's multiplier is not assumed: some services take the rate itself in this field.
  learningRate: 'multiplier',
  key: 'optional',
  charges: true,
  baseModels: [],
  listsBaseModels: true,
  hyperparameters: {
    nEpochs: { min: 1, integer: true },
    batchSize: { min: 1, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  // The older name is the one that every compatible server reads.
  maxTokensField: 'max_tokens',
};
