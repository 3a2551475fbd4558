import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FileTokenTally, type FileTokens } from '../core/cost/fileTokens.ts';
import { estimateCost, type CostEstimate } from '../core/cost/estimate.ts';
import { trainingPriceOf } from '../core/cost/price.ts';
import { isBlank, withoutMark } from '../core/jsonl/lines.ts';
import { isJobFileName } from '../core/jobs/file/jobFile.ts';
import { autoSettings, newDraft, type JobDraft } from '../core/jobs/jobDraft.ts';
import { findBaseModel, type ProviderProfile } from '../core/providers/profile.ts';
import { builtInProviders } from '../core/providers/providers.ts';
import { chatExampleTokens } from '../core/tokens/chatTokens.ts';
import { encodingOf } from '../core/tokens/encodings.ts';
import { readLines, stat } from '../disk/files.ts';
import { costBasisText, costText, dollarsText } from '../messages/cost.ts';
import { exitCouldNotRun, exitFine, exitProblems, type CliIo, type ExitCode } from './io.ts';
import { profileOfConnection, readJobFile } from './jobFile.ts';
import { wholeNumber } from './tuneOptions.ts';
import { explainParseError, tellUsageError } from './usage.ts';

export const estimateUsage = `Usage: tunesmith estimate FILE [--model M] [--provider ID] [--epochs N]
                          [--price N] [--json]
       tunesmith estimate FILE.finetune.json [--price N] [--json]

Says what training on a file would take and cost: tokens, epochs, US dollars with their basis. Nothing is sent.

  --model M      base model (default: the first one that the provider offers)
  --provider ID  whose models and prices: local, openai, azure, nebius, together, compatible (default: openai)
  --epochs N     how often the file is gone through (default: what the service makes of auto)
  --price N      US dollars for one million training tokens, instead of the dated one that is known here
  --json         print one JSON document

Exit codes: 0 fine, 1 a job file with problems, 2 could not run.
`;

type Wanted = {
  readonly profile: ProviderProfile;
  readonly draft: JobDraft;
  /** Absolute paths. */
  readonly training: string;
  readonly validation: string | undefined;
};

const profiles: ReadonlyMap<string, ProviderProfile> = new Map(Object.entries(builtInProviders));

/** `tunesmith estimate` */
export async function runEstimate(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    tellUsageError(io, 'estimate', options);
    return exitCouldNotRun;
  }
  const wanted = isJobFileName(options.file) ? await ofJobFile(resolve(io.cwd, options.file)) : ofFile(options, io);
  if ('fault' in wanted) {
    io.stderr([...(wanted.problems ?? []), wanted.fault, ''].join('\n'));
    return wanted.problems === undefined ? exitCouldNotRun : exitProblems;
  }
  if ((await stat(wanted.training))?.kind !== 'file') {
    io.stderr(`${wanted.training} is no file.\n`);
    return exitCouldNotRun;
  }
  const { cost } = await estimate(wanted, options.price, io.signal);
  io.stdout(options.json ? `${JSON.stringify(toReport(wanted, cost), null, 2)}\n` : toText(wanted, cost));
  return exitFine;
}

/** Most US dollars that a job may cost, and what says so. */
export type CostLimit = { readonly dollars: number; readonly from: '--max-cost' | 'the job file' };

/**
 * Why a job may cost more than a limit, or cannot be known to cost less; undefined if it may not.
 * @param toldLater the service names its price itself once the files are there
 */
export async function costFault(limit: CostLimit, wanted: Wanted, toldLater: boolean, signal: AbortSignal): Promise<string | undefined> {
  const { cost } = await estimate(wanted, undefined, signal);
  if (cost.kind === 'free') return undefined;
  if (cost.kind === 'unknown') return toldLater ? undefined : `The price of ${wanted.draft.model} is unknown, and ${allowance(limit)}.`;
  return cost.dollars.high <= limit.dollars ? undefined : `The job may cost ${dollarsText(cost.dollars.high, 'en')}, and ${allowance(limit)}.`;
}

/** Why the price that a service names itself is too high; undefined if it is not. */
export function priceFault(limit: CostLimit, price: number): string | undefined {
  return price <= limit.dollars ? undefined : `The service wants ${dollarsText(price, 'en')} for the job, and ${allowance(limit)}.`;
}

function allowance({ dollars, from }: CostLimit): string {
  return `${from} allows ${dollarsText(dollars, 'en')}`;
}

async function estimate({ profile, draft, training, validation }: Wanted, price: number | undefined, signal: AbortSignal): Promise<{ readonly cost: CostEstimate }> {
  const tokens = await countFile(training, profile, draft.model, signal);
  const validationTokens = validation === undefined ? undefined : await countFile(validation, profile, draft.model, signal);
  const given = { profile, model: draft.model, method: draft.method, epochs: draft.settings.nEpochs };
  const known = trainingPriceOf(profile, draft.model);
  const said = price === undefined ? known : ({ value: price, asOf: '', source: '--price', from: 'own' } as const);
  return { cost: estimateCost({ ...given, training: tokens, validation: validationTokens, price: said }) };
}

/** Every example is counted: whoever calls a command for a figure waits for the exact one. */
async function countFile(path: string, profile: ProviderProfile, model: string, signal: AbortSignal): Promise<FileTokens> {
  const { countTokens } = await import('../workers/tokens.ts');
  const tally = new FileTokenTally(findBaseModel(profile, model)?.exampleTokens?.value);
  for await (const { text } of readLines(path, { signal })) {
    if (!isBlank(text)) tally.add(tokensOf(text, countTokens));
  }
  return tally.result((await stat(path))?.bytes ?? 0, encodingOf(model, profile.id) !== undefined);
}

function tokensOf(line: string, count: (text: string) => number): number | null {
  try {
    return chatExampleTokens(JSON.parse(withoutMark(line)), count)?.total ?? null;
  } catch {
    return null;
  }
}

async function ofJobFile(path: string): Promise<Wanted | { readonly fault: string; readonly problems?: readonly string[] }> {
  const read = await readJobFile(path);
  if ('fault' in read) return read;
  const { connection, training, validation, draft } = read.jobFile;
  const at = (file: string): string => resolve(dirname(path), file);
  return { profile: profileOfConnection(connection), draft, training: at(training), validation: validation === undefined ? undefined : at(validation) };
}

function ofFile({ file, model, provider, epochs }: Options, io: CliIo): Wanted | { readonly fault: string; readonly problems?: undefined } {
  const profile = profiles.get(provider);
  if (profile === undefined) return { fault: `There is no provider '${provider}'. There are: ${[...profiles.keys()].join(', ')}.` };
  const chosen = model ?? profile.baseModels[0]?.id;
  if (chosen === undefined) return { fault: 'Name the model to start from with --model.' };
  const draft = { ...newDraft(chosen), settings: { ...autoSettings, nEpochs: epochs ?? 'auto' } } as const;
  return { profile, draft, training: resolve(io.cwd, file), validation: undefined };
}

type Options = {
  readonly file: string;
  readonly model: string | undefined;
  readonly provider: string;
  readonly epochs: number | undefined;
  readonly price: number | undefined;
  readonly json: boolean;
};

function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        provider: { type: 'string', default: 'openai' },
        epochs: { type: 'string' },
        price: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) return 'Name one training file, or one job file.';
    const epochs = wholeNumber(values.epochs, 1, 1_000);
    if (epochs === null) return '--epochs must be a whole number from 1 to 1000.';
    const price = values.price === undefined ? undefined : Number(values.price);
    if (price !== undefined && !(price >= 0 && price < 1e6 && values.price?.trim() !== '')) return '--price must be a number from 0 on.';
    const { model, provider, json } = values;
    if (isJobFileName(file) && (model !== undefined || epochs !== undefined)) {
      return 'A job file names its model and epochs itself.';
    }
    return { file, model, provider, epochs, price, json };
  } catch (error) {
    return explainParseError(error);
  }
}

function toReport({ profile, draft, training }: Wanted, cost: CostEstimate): unknown {
  const { billed } = cost;
  const { value, asOf, source, from } = cost.kind === 'dollars' ? cost.price : { value: null, asOf: '', source: '', from: null };
  return {
    file: basename(training),
    provider: profile.id,
    model: draft.model,
    examples: billed.training.examples,
    tokens: { ...billed.training.tokens, basis: billed.training.basis },
    epochs: billed.epochs,
    billedTokens: billed.total,
    price: value === null ? null : { dollarsPerMillionTokens: value, asOf: asOf || null, source: source || null, from },
    dollars: cost.kind === 'dollars' ? cost.dollars : cost.kind === 'free' ? { low: 0, likely: 0, high: 0 } : null,
  };
}

function toText({ draft, training }: Wanted, cost: CostEstimate): string {
  return `${basename(training)} on ${draft.model}: ${costText(cost, 'en')}\n${costBasisText(cost, 'en')}\n`;
}
