/** What a job was made from on this machine; the service knows only the id of the uploaded file. */
export type JobOrigin = {
  /** URI of the training file. */
  readonly trainingFile: string;
  readonly validationFile?: string;
  /** The system prompt that most examples of the training file have; undefined = none. */
  readonly systemPrompt: string | undefined;
  readonly exampleCount: number;
};

/** Metadata key of a job that carries our own id of the request: it finds a job whose answer was lost. */
export const requestIdKey = 'tunesmith_request';
/** The next two say what a job was made from: the SHA-256 of the training file, and the recipe that wrote it. */
export const datasetKey = 'tunesmith_dataset';
export const recipeKey = 'tunesmith_recipe';

/** Reads one stored origin; anything else than the expected shape counts as nothing. */
export function readJobOrigin(stored: unknown): JobOrigin | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const fields: Partial<Record<keyof JobOrigin, unknown>> = stored;
  const { trainingFile, validationFile, systemPrompt, exampleCount } = fields;
  if (typeof trainingFile !== 'string') return undefined;
  return {
    trainingFile,
    ...(typeof validationFile === 'string' ? { validationFile } : {}),
    systemPrompt: typeof systemPrompt === 'string' ? systemPrompt : undefined,
    exampleCount: typeof exampleCount === 'number' ? exampleCount : 0,
  };
}
