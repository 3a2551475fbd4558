import { parseArgs } from 'node:util';
import { parseBaseURL, type BaseURLFault } from '../core/providers/connection.ts';

export const tuneUsage = `Usage: tunesmith tune FILE [--model M] [--validation FILE] [--epochs N] [--suffix S] [--seed N]
                      [--base-url U] [--api-key-env NAME] [--json]

Uploads a training file, creates a fine-tuning job, follows it and prints it. Without --base-url it trains
on the Local engine, which is started if need be.

  --model M           base or tuned model (Local: tunesmith-tiny)
  --validation FILE   a second file that is only measured
  --epochs N          how often the file is gone through (default: the service decides)
  --suffix S          part of the tuned model's name
  --seed N            the same seed gives the same run
  --base-url U        another service, with its version path: https://api.openai.com/v1
  --api-key-env NAME  environment variable that holds its key
  --json              print the job as one JSON document

Exit codes: 0 succeeded, 1 problems in a file or a failed job, 2 could not run.
`;

export type TuneOptions = {
  readonly file: string;
  readonly validation?: string;
  readonly model: string;
  readonly epochs?: number;
  readonly suffix?: string;
  readonly seed?: number;
  readonly baseURL?: string;
  readonly apiKey: string | null;
  readonly json: boolean;
};

/** The options, or a sentence that says what is wrong with them. */
export function parseTuneOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TuneOptions | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        validation: { type: 'string' },
        epochs: { type: 'string' },
        suffix: { type: 'string' },
        seed: { type: 'string' },
        'base-url': { type: 'string' },
        'api-key-env': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    return 'Name one training file.';
  }
  const address = values['base-url'];
  const keyName = values['api-key-env'];
  if (address === undefined && keyName !== undefined) {
    return '--api-key-env needs --base-url: the Local engine has its own key.';
  }
  const parsedURL = address === undefined ? undefined : parseBaseURL(address);
  if (parsedURL !== undefined && 'fault' in parsedURL) {
    return explainAddress(parsedURL.fault);
  }
  const baseURL = parsedURL?.baseURL;
  const apiKey = keyName === undefined ? null : (env[keyName]?.trim() ?? '');
  if (apiKey === '') {
    return `The environment variable ${keyName} holds no key.`;
  }
  const model = values.model ?? (baseURL === undefined ? 'tunesmith-tiny' : undefined);
  if (model === undefined) {
    return 'Name the model to start from with --model.';
  }
  const epochs = wholeNumber(values.epochs, 1, 50);
  const seed = wholeNumber(values.seed, 0, 2_147_483_647);
  if (epochs === null || seed === null) {
    return epochs === null ? '--epochs must be a number from 1 to 50.' : '--seed must be a number from 0 to 2147483647.';
  }
  return {
    file,
    model,
    apiKey,
    json: values.json,
    ...(values.validation === undefined ? {} : { validation: values.validation }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(values.suffix === undefined ? {} : { suffix: values.suffix }),
    ...(seed === undefined ? {} : { seed }),
    ...(baseURL === undefined ? {} : { baseURL }),
  };
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

/** null = not a whole number in the range. */
function wholeNumber(text: string | undefined, min: number, max: number): number | null | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
