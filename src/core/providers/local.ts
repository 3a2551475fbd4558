import type { ProviderProfile } from './profile.ts';

/** The base model of the Local engine: a decoder trained from scratch, with a vocabulary learned from the file. */
export const tinyModel = 'tunesmith-tiny';

/** The Local engine: no account, no key, no price; the model lives in the engine's data folder. */
export const localProfile: ProviderProfile = {
  id: 'local',
  label: 'Local',
  key: 'none',
  charges: false,
  baseModels: [{ id: tinyModel, methods: ['supervised'], autoEpochs: 20 }],
  // Training can go on from every tuned model of the engine.
  listsBaseModels: true,
  hyperparameters: {
    nEpochs: { min: 1, max: 50, integer: true },
    batchSize: { min: 1, max: 256, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_completion_tokens',
};
