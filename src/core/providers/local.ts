import type { Dated, ProviderProfile } from './profile.ts';

/** The base model of the Local engine: a decoder trained from scratch, with a vocabulary learned from the file. */
const tinyModel = 'tunesmith-tiny';

/** The limits of our own engine; a test holds them against what it does. */
function own<T>(value: T, source: string): Dated<T> {
  return { value, asOf: '2026-11-22', source };
}

/** The Local engine: no account, no key, no price; the model lives in the engine's data folder. */
export const localProfile: ProviderProfile = {
  id: 'local',
  label: 'Local',
  hosts: [],
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
    wandb: false,
    weights: false,
  },
  uploads: own({ plainBytes: 512 * 1024 * 1024, partBytes: 64 * 1024 * 1024, maxBytes: 8 * 1024 ** 3 }, 'src/engine/server/limits.ts'),
  learningRate: 'multiplier',
  key: 'none',
  charges: false,
  baseModels: [
    {
      id: tinyModel,
      methods: ['supervised'],
      exampleTokens: own(512, 'src/engine/model/config.ts'),
      contextTokens: own(512, 'src/engine/model/config.ts'),
      autoEpochs: own({ target: 20, minSeen: 0, maxSeen: 25_000, max: 20 }, 'src/engine/model/config.ts'),
    },
  ],
  // Training can go on from every tuned model of the engine.
  listsBaseModels: true,
  minExamples: own(10, 'src/engine/server/trainingFile.ts'),
  maxFileBytes: own(512 * 1024 * 1024, 'src/engine/server/limits.ts'),
  hyperparameters: {
    nEpochs: { min: 1, max: 50, integer: true },
    batchSize: { min: 1, max: 256, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, max: 1_000, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_completion_tokens',
};
