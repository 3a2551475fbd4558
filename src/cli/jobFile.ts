import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { lockPathOf, type JobFile } from '../core/jobs/file/jobFile.ts';
import { formatJobLock, isSameRun, parseJobLock, type JobLock, type LockedFile, type LockInputs } from '../core/jobs/file/jobLock.ts';
import { shownCode, type JobFileProblem } from '../core/jobs/file/jobFileProblem.ts';
import { parseJobFile } from '../core/jobs/file/parseJobFile.ts';
import type { JobDraft } from '../core/jobs/jobDraft.ts';
import type { ProviderProfile } from '../core/providers/profile.ts';
import { builtInProviders } from '../core/providers/providers.ts';
import type { WireJob } from '../core/providers/wire.ts';
import { readText, replaceFile, sha256File, stat } from '../disk/files.ts';
import { isMissing } from '../disk/system.ts';
import { jobFileProblemText } from '../messages/jobFile.ts';
import type { CliIo } from './io.ts';
import type { TuneOptions } from './tuneOptions.ts';

/** A job file that can be run from here. Paths are absolute. */
export type JobFileRun = {
  readonly job: {
    readonly file: string;
    readonly validation: string | undefined;
    readonly draft: JobDraft;
    readonly maxCost: number | undefined;
  };
  /** Where it runs; `--base-url` counts more than what the file says. */
  target(): Promise<Pick<TuneOptions, 'baseURL'>>;
  /** Writes down beside the file what became of it. */
  note(job: WireJob, profile: ProviderProfile, baseURL: string | undefined): Promise<void>;
};

export type JobFileFault = { readonly fault: string; readonly problems?: readonly string[] };

/** Only these are the same on every machine; other connections are settings of an editor. */
const sameEverywhere = ['local', 'openai'] as const;

/** Local without a connection, as everywhere on the command line. */
export function profileOfConnection(connection: string | undefined): ProviderProfile {
  const known = sameEverywhere.find((id) => id === (connection ?? 'local'));
  return builtInProviders[known ?? 'compatible'];
}

/** Reads and checks a job file; a fault says why it is not run. */
export async function openJobFile(
  path: string,
  options: Pick<TuneOptions, 'baseURL' | 'apiKey'>,
  again: boolean,
  io: Pick<CliIo, 'signal'>,
): Promise<JobFileRun | JobFileFault> {
  const read = await readJobFile(path);
  if ('fault' in read) return read;
  const { text, jobFile } = read;
  const { connection } = jobFile;
  const known = connection === undefined || connection === 'local' || connection === 'openai';
  if (!known && options.baseURL === undefined) {
    return { fault: `${basename(path)} names the connection '${connection}'. Say where it is with --base-url.` };
  }
  if (connection === 'openai' && options.apiKey === null) {
    return { fault: `${basename(path)} trains on OpenAI. Name the environment variable with the key: --base-url ${builtInProviders.openai.baseURL} --api-key-env NAME.` };
  }
  const inputs = await hashInputs(path, text, jobFile, io.signal);
  const last = await readLock(lockPathOf(path));
  if (!again && last !== undefined && isSameRun(last, inputs, connection ?? 'local')) {
    return { fault: `${basename(path)} became the job ${last.job} on ${last.date}, and nothing has changed since. Use --again to run it all the same.` };
  }
  const at = (file: string): string => resolve(dirname(path), file);
  return {
    job: {
      file: at(jobFile.training),
      validation: jobFile.validation === undefined ? undefined : at(jobFile.validation),
      draft: jobFile.draft,
      maxCost: jobFile.maxCost,
    },
    target: async () => {
      const baseURL = options.baseURL ?? profileOfConnection(connection).baseURL;
      return baseURL === undefined ? {} : { baseURL };
    },
    note: async (job, profile, baseURL) => {
      const lock: JobLock = {
        version: 1,
        date: new Date().toISOString(),
        job: job.id,
        connection: connection ?? 'local',
        provider: profile.id,
        baseURL,
        model: jobFile.draft.model,
        inputs,
      };
      await replaceFile(lockPathOf(path), formatJobLock(lock));
    },
  };
}

/** A job file without problems of error severity, and its text. */
export async function readJobFile(path: string): Promise<{ readonly text: string; readonly jobFile: JobFile } | JobFileFault> {
  let text: string;
  try {
    text = await readText(path, { maxBytes: 4 * 1024 * 1024 });
  } catch (error) {
    if (isMissing(error)) return { fault: `${path} does not exist.` };
    throw error;
  }
  const { jobFile, problems, files } = parseJobFile(text, profileOfConnection);
  const missing = await Promise.all(
    files.map(async ({ file, range }): Promise<readonly JobFileProblem[]> => {
      const found = await stat(resolve(dirname(path), file));
      return found?.kind === 'file' ? [] : [{ code: 'jobFile.fileMissing', file, severity: 'error', range }];
    }),
  );
  const errors = [...problems, ...missing.flat()].filter(({ severity }) => severity === 'error');
  if (jobFile !== null && errors.length === 0) return { text, jobFile };
  const lines = errors.map((problem) => `${path}:${place(text, problem.range.start)}: ${jobFileProblemText(problem)} [${shownCode(problem)}]`);
  return { fault: `${basename(path)} has ${errors.length} error(s); nothing was uploaded.`, problems: lines };
}

/** Line and column from 1. */
function place(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

async function hashInputs(path: string, text: string, { training, validation }: JobFile, signal: AbortSignal): Promise<LockInputs> {
  const hash = async (file: string): Promise<LockedFile> => {
    const full = resolve(dirname(path), file);
    return { file, sha256: await sha256File(full, { signal }), bytes: (await stat(full))?.bytes ?? 0 };
  };
  return {
    jobFile: createHash('sha256').update(text, 'utf8').digest('hex'),
    training: await hash(training),
    validation: validation === undefined ? undefined : await hash(validation),
  };
}

async function readLock(path: string) {
  try {
    return parseJobLock(await readText(path, { maxBytes: 1024 * 1024 }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
