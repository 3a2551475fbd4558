import type { BaseModel, Dated, ProviderProfile, TrainingMethod } from './profile.ts';

const retirements = 'https://learn.microsoft.com/azure/ai-foundry/openai/concepts/model-retirements';
const costs = 'https://learn.microsoft.com/azure/foundry/fine-tuning/cost-management';
/** Microsoft's own notes on the platform: upload limits, tiers, models with open weights. */
const notes = 'https://github.com/microsoft/azure-skills';
const asOf = '2026-11-22';

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

function dated<T>(value: T, source: string): Dated<T> {
  return { value, asOf, source };
}

/** The dates are "no earlier than" and have moved before; they hold for customers who already train the model. */
function ofOpenAI(id: string, methods: readonly TrainingMethod[], trainingEnds: string, shutdown: string, tokens = 65_536): BaseModel {
  return {
    id,
    methods,
    exampleTokens: dated(tokens, notes),
    trainingEnds: dated(trainingEnds, retirements),
    shutdown: dated(shutdown, retirements),
  };
}

function openWeights(id: string): BaseModel {
  return { id, methods: ['supervised'], openWeights: true };
}

/**
 * Azure OpenAI and Microsoft Foundry, the version 1 of their API. A resource has an address of its own, and a tuned
 * model answers only once it is deployed, which costs by the hour and is done outside of this API. Prices are on
 * Azure's price page alone and differ by region, so none is stated.
 */
export const azureProfile: ProviderProfile = {
  id: 'azure',
  label: 'Azure',
  hosts: ['.openai.azure.com', '.services.ai.azure.com', '.cognitiveservices.azure.com'],
  wire: 'azure',
  capabilities: {
    uploads: true,
    events: true,
    checkpoints: true,
    stepMetrics: ['events', 'resultFile', 'checkpoints'],
    // None of these is named by a document of the service.
    pause: false,
    deploy: 'guided',
    estimate: false,
    metadata: false,
    deleteModels: false,
    deleteFiles: true,
    wandb: false,
    weights: false,
  },
  // Plain uploads above some 150 MB are taken and fail later, without a word, in the job.
  uploads: dated({ plainBytes: 100 * mebibyte, partBytes: 64 * mebibyte, maxBytes: 5 * gibibyte }, notes),
  learningRate: 'multiplier',
  trainingTypes: dated(['globalStandard', 'standard', 'developer'], notes),
  idleDeploymentDays: dated(15, costs),
  consoleURL: 'https://ai.azure.com/',
  key: 'required',
  charges: true,
  baseModels: [
    ofOpenAI('gpt-4.1-mini-2025-04-14', ['supervised'], '2027-04-14', '2027-10-14'),
    ofOpenAI('gpt-4.1-2025-04-14', ['supervised', 'dpo'], '2027-04-14', '2027-10-14'),
    ofOpenAI('gpt-4.1-nano-2025-04-14', ['supervised'], '2027-04-14', '2027-10-14', 32_768),
    ofOpenAI('gpt-4o-mini-2024-07-18', ['supervised'], '2027-04-01', '2027-10-01'),
    ofOpenAI('gpt-4o-2024-08-06', ['supervised', 'dpo'], '2027-04-01', '2027-10-01'),
    ofOpenAI('o4-mini-2025-04-16', ['reinforcement'], '2027-04-16', '2027-10-16'),
    // Names as Microsoft's notes write them; the service's own list is believed where it has another.
    openWeights('gpt-oss-20b'),
    openWeights('Ministral-3B'),
    openWeights('Llama-3.3-70B-Instruct'),
    openWeights('Qwen-32B'),
  ],
  listsBaseModels: true,
  minExamples: dated(10, 'https://learn.microsoft.com/azure/ai-foundry/openai/how-to/fine-tuning'),
  maxFileBytes: dated(5 * gibibyte, notes),
  hyperparameters: {
    nEpochs: { min: 1, max: 50, integer: true },
    batchSize: { min: 1, max: 256, integer: true },
    learningRateMultiplier: { min: 0, minExclusive: true, integer: false },
  },
  suffix: { maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' },
  seed: { min: 0, max: 2_147_483_647, integer: true },
  maxTokensField: 'max_completion_tokens',
};
