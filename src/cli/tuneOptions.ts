import { parseArgs } from 'node:util';
import { isJobFileName } from '../core/jobs/file/jobFile.ts';
import { autoSettings, newDraft, type JobDraft } from '../core/jobs/jobDraft.ts';
import { parseBaseURL, type BaseURLFault } from '../core/providers/connection.ts';
import { explainParseError } from './usage.ts';

export const tuneUsage = `Usage: tunesmith tune FILE [--model M] [--validation FILE] [--epochs N] [--suffix S] [--seed N]
                      [--max-cost N] [--base-url U] [--api-key-env NAME] [--json]
       tunesmith tune FILE.finetune.json [--again] [--max-cost N] [--base-url U] [--api-key-env NAME] [--json]
       tunesmith tune --job ID [--base-url U] [--api-key-env NAME] [--json]

Checks a training file of the supervised format, uploads it, creates a fine-tuning job, follows it and prints it.
Without --base-url it trains on the Local engine, which is started if need be. Ctrl+C ends the following, not the
job; --job takes it up again. A job file (*.finetune.json) says all of it; the job that it became is noted beside it,
in *.finetune.lock.json, and it is not run again while nothing has changed.

  --model M           base or tuned model (Local: tunesmith-tiny)
  --validation FILE   a second file that is only measured
  --epochs N          how often the file is gone through (default: the service decides)
  --suffix S          part of the tuned model's name
  --seed N            the same seed gives the same run
  --max-cost N        US dollars; a job that may cost more, or whose price is unknown, is not made. Of this and what
                      a job file allows, the lesser counts
  --again             run a job file again although nothing has changed
  --job ID            follow this job instead of creating one
  --base-url U        another service, with its version path: https://api.openai.com/v1
  --api-key-env NAME  environment variable that holds its key
  --json              print the job as one JSON document

Exit codes: 0 succeeded, 1 problems in a file or a failed job, 2 could not run.
`;

/** A job that is to be made: by its parts, or by the job file that names them. */
export type NewJob =
  | { readonly kind: 'parts'; readonly file: string; readonly validation: string | undefined; readonly draft: JobDraft }
  | { readonly kind: 'jobFile'; readonly file: string; readonly again: boolean };

export type TuneOptions = {
  /** What to do, or the id of the job that is only followed. */
  readonly job: NewJob | string;
  /** US dollars that a new job may cost. */
  readonly maxCost?: number;
  readonly baseURL?: string;
  /** The variable that the key came from, for telling how to call this again. */
  readonly apiKeyName?: string;
  readonly apiKey: string | null;
  readonly json: boolean;
};

/** The options, or a sentence that says what is wrong with them. */
export function parseTuneOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TuneOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        validation: { type: 'string' },
        epochs: { type: 'string' },
        suffix: { type: 'string' },
        seed: { type: 'string' },
        job: { type: 'string' },
        'max-cost': { type: 'string' },
        again: { type: 'boolean', default: false },
        'base-url': { type: 'string' },
        'api-key-env': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const target = parseTarget(values['base-url'], values['api-key-env'], env);
    if (typeof target === 'string') {
      return target;
    }
    const isLocal = target.baseURL === undefined;
    const { again, 'max-cost': limit, ...texts } = values;
    const maxCost = limit === undefined ? undefined : parseDollars(limit);
    if (maxCost === null) {
      return '--max-cost must be a number of US dollars from 0 on, such as 2.50.';
    }
    if (maxCost !== undefined && values.job !== undefined) {
      return '--job follows a job that was made before, so --max-cost has no place beside it.';
    }
    const job = values.job === undefined ? parseNewJob(texts, positionals, isLocal, again) : parseJobId(texts, positionals);
    return 'fault' in job
      ? job.fault
      : { ...target, ...(maxCost === undefined ? {} : { maxCost }), json: values.json, job: 'id' in job ? job.id : job };
  } catch (error) {
    return explainParseError(error);
  }
}

type Texts = Readonly<Partial<Record<'model' | 'validation' | 'epochs' | 'suffix' | 'seed' | 'job', string>>>;
type Fault = { readonly fault: string };

function parseTarget(
  address: string | undefined,
  keyName: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Pick<TuneOptions, 'baseURL' | 'apiKey' | 'apiKeyName'> | string {
  if (address === undefined) {
    return keyName === undefined ? { apiKey: null } : '--api-key-env needs --base-url: the Local engine has its own key.';
  }
  const parsed = parseBaseURL(address);
  if ('fault' in parsed) {
    return explainAddress(parsed.fault);
  }
  if (keyName === undefined) {
    return { baseURL: parsed.baseURL, apiKey: null };
  }
  const apiKey = env[keyName]?.trim() ?? '';
  return apiKey === ''
    ? `The environment variable ${keyName} holds no key. Set it, or name another one with --api-key-env.`
    : { baseURL: parsed.baseURL, apiKey, apiKeyName: keyName };
}

function parseJobId(values: Texts, positionals: readonly string[]): { readonly id: string } | Fault {
  const makers = (['model', 'validation', 'epochs', 'suffix', 'seed'] as const).filter((name) => values[name] !== undefined);
  const other = positionals[0] ?? (makers[0] === undefined ? undefined : `--${makers[0]}`);
  if (other !== undefined) {
    return { fault: `--job follows a job that was made before, so '${other}' has no place beside it.` };
  }
  const id = values.job ?? '';
  return /^[\w.:-]{1,200}$/.test(id) ? { id } : { fault: '--job needs the id of a job, such as ftjob-….' };
}

function parseNewJob(values: Texts, positionals: readonly string[], isLocal: boolean, again: boolean): NewJob | Fault {
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    return { fault: 'Name one training file, or one job file.' };
  }
  if (isJobFileName(file)) {
    const given = (['model', 'validation', 'epochs', 'suffix', 'seed'] as const).find((name) => values[name] !== undefined);
    return given === undefined
      ? { kind: 'jobFile', file, again }
      : { fault: `A job file says everything about its job, so '--${given}' has no place beside it.` };
  }
  if (again) {
    return { fault: '--again is for job files.' };
  }
  const model = values.model ?? (isLocal ? 'tunesmith-tiny' : undefined);
  if (model === undefined) {
    return { fault: 'Name the model to start from with --model.' };
  }
  const epochs = wholeNumber(values.epochs, 1, 50);
  const seed = wholeNumber(values.seed, 0, 2_147_483_647);
  if (epochs === null || seed === null) {
    const [name, range] = epochs === null ? ['--epochs', '1 to 50'] : ['--seed', '0 to 2147483647'];
    return { fault: `${name} must be a whole number from ${range}.` };
  }
  const settings = { ...autoSettings, nEpochs: epochs ?? 'auto', seed: seed ?? 'auto' } as const;
  const draft = { ...newDraft(model), suffix: values.suffix ?? '', settings };
  return { kind: 'parts', file, validation: values.validation, draft };
}

function explainAddress(fault: BaseURLFault): string {
  switch (fault) {
    case 'notURL':
      return '--base-url must be a whole address, such as https://api.openai.com/v1.';
    case 'notHttps':
      return '--base-url must begin with https: plain http, which anybody on the way can read, is for this machine only.';
    case 'hasCredentials':
      return '--base-url must hold no user name or password; name the variable with the key with --api-key-env.';
    case 'hasQuery':
      return '--base-url must end before any ? or #.';
    default:
      return fault satisfies never;
  }
}

/** null = no amount of money. */
function parseDollars(text: string): number | null {
  return /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/** null = not a whole number in the range. */
export function wholeNumber(text: string | undefined, min: number, max: number): number | null | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
