import { autoSettings, newDraft, type JobDraft, type JobSettings, type SettingName } from '../jobDraft.ts';

/** A job as a file (`*.finetune.json`): what is trained, from what and how, so that a run can be reviewed. */
export type JobFile = {
  readonly version: 1;
  /** Id of a connection; undefined = the one that is chosen. */
  readonly connection: string | undefined;
  /** Paths as written, relative to the job file. */
  readonly training: string;
  readonly validation: string | undefined;
  readonly draft: JobDraft;
  /** US dollars: a run that may cost more is refused. */
  readonly maxCost: number | undefined;
};

/** Names of the settings in a file. */
export const fileSettings = {
  epochs: 'nEpochs',
  batchSize: 'batchSize',
  learningRateMultiplier: 'learningRateMultiplier',
  beta: 'beta',
  computeMultiplier: 'computeMultiplier',
  evalInterval: 'evalInterval',
  evalSamples: 'evalSamples',
} as const satisfies Readonly<Record<string, Exclude<SettingName, 'seed'>>>;

export type FileSetting = keyof typeof fileSettings;

/** The ending of a job file's name, and of the record that a run leaves beside it. */
export const jobFileEnding = '.finetune.json';
export const lockFileEnding = '.finetune.lock.json';

export function isJobFileName(path: string): boolean {
  return path.toLowerCase().endsWith(jobFileEnding);
}

export function lockPathOf(jobFilePath: string): string {
  return jobFilePath.slice(0, -jobFileEnding.length) + lockFileEnding;
}

/** The file's text: only what was chosen stands in it. */
export function formatJobFile({ connection, training, validation, draft, maxCost }: JobFile): string {
  const { settings } = draft;
  const chosen = Object.entries(fileSettings).flatMap(([key, name]) => (settings[name] === 'auto' ? [] : [[key, settings[name]] as const]));
  const effort = draft.reasoningEffort === 'auto' ? [] : [['reasoningEffort', draft.reasoningEffort] as const];
  const hyperparameters = Object.fromEntries([...chosen, ...effort]);
  const file = {
    version: 1,
    connection,
    model: draft.model,
    training,
    validation,
    suffix: draft.suffix === '' ? undefined : draft.suffix,
    method: draft.method === 'supervised' ? undefined : draft.method,
    hyperparameters: Object.keys(hyperparameters).length === 0 ? undefined : hyperparameters,
    seed: settings.seed === 'auto' ? undefined : settings.seed,
    grader: draft.grader,
    responseFormat: draft.responseFormat,
    wandb: draft.wandb,
    trainingType: draft.trainingType,
    metadata: Object.keys(draft.metadata).length === 0 ? undefined : draft.metadata,
    maxCost,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What a file leaves out is left to the service. */
export function draftOfFile(model: string, given: Partial<JobDraft>, settings: Partial<JobSettings>): JobDraft {
  return { ...newDraft(model), ...given, settings: { ...autoSettings, ...settings } };
}
