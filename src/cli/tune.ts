import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { checkBytes } from '../core/dataset/checkBytes.ts';
import type { FileRole } from '../core/dataset/fileRole.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import { graderFieldsOf } from '../core/dataset/grader.ts';
import { datasetProfiles, defaultProfile, type DatasetProfile } from '../core/dataset/profile.ts';
import { createRuleset, type Ruleset } from '../core/dataset/ruleset.ts';
import type { Problem } from '../core/dataset/problem.ts';
import { createOnce } from '../core/jobs/createOnce.ts';
import { toCreateRequest } from '../core/jobs/createRequest.ts';
import type { JobDraft } from '../core/jobs/jobDraft.ts';
import type { UploadResult } from '../core/jobs/uploads/upload.ts';
import { ServiceError, type Service } from '../core/providers/port.ts';
import { isValidSuffix } from '../core/providers/profile.ts';
import { profileOf } from '../core/providers/providers.ts';
import type { WireJob } from '../core/providers/wire.ts';
import { readChunks, stat } from '../disk/files.ts';
import { realSystem } from '../disk/system.ts';
import { problemText } from '../messages/problems.ts';
import { explainServiceError } from '../messages/serviceErrors.ts';
import { costFault, priceFault, type CostLimit } from './estimate.ts';
import { followJob } from './followJob.ts';
import { exitCouldNotRun, exitFine, exitProblems, type CliIo, type ExitCode } from './io.ts';
import { openJobFile, type JobFileRun } from './jobFile.ts';
import { sendFile } from './sendFile.ts';
import { openTarget } from './tuneTarget.ts';
import { parseTuneOptions, type NewJob, type TuneOptions } from './tuneOptions.ts';
import { tellUsageError } from './usage.ts';

export { tuneUsage } from './tuneOptions.ts';

/** Problems that are printed; the rest is counted. */
const shownProblems = 20;

/** What ends the command before there is the end of a job to print. */
class TuneFailure extends Error {
  readonly exit: ExitCode;
  readonly problems: readonly string[];

  constructor(message: string, exit: ExitCode, problems: readonly string[] = []) {
    super(message);
    this.exit = exit;
    this.problems = problems;
  }
}

/** How far the command has come, for telling what stays behind when it ends early. */
type Progress = { readonly uploaded: string[]; jobId?: string };

/** `tunesmith tune`: checks, uploads, creates the job, follows it to its end and prints it. */
export async function runTune(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = parseTuneOptions(args, io.env);
  if (typeof options === 'string') {
    tellUsageError(io, 'tune', options);
    return exitCouldNotRun;
  }
  const progress: Progress = { uploaded: [] };
  try {
    const job = await tune(options, io, progress);
    io.stdout(options.json ? `${JSON.stringify(job, null, 2)}\n` : toText(job));
    return job.status === 'succeeded' ? exitFine : exitProblems;
  } catch (error) {
    const failure = toFailure(error, io);
    const message = [failure.message, ...whatStays(progress, options)].join('\n');
    io.stderr([...failure.problems, message, ''].join('\n'));
    if (options.json) {
      const { uploaded, jobId = null } = progress;
      const report = { error: { message }, problems: failure.problems, uploaded, job: jobId };
      io.stdout(`${JSON.stringify(report, null, 2)}\n`);
    }
    return failure.exit;
  }
}

async function tune(options: TuneOptions, io: CliIo, progress: Progress): Promise<WireJob> {
  if (typeof options.job === 'string') {
    const { service, pollMs } = await openTarget(options, io);
    const { job } = await service.retrieveJob(options.job, io.signal);
    progress.jobId = job.id;
    return followJob(service, job, pollMs, io);
  }
  const { file, validation: validationFile, draft, limit, run } = await resolveJob(options.job, options, io);
  const target = run === undefined ? options : { ...options, ...(await run.target()) };
  const { method } = draft;
  const ruleset = createRuleset(datasetProfileFor(target));
  const graderFields = draft.grader === undefined ? {} : { graderFields: graderFieldsOf(draft.grader) };
  const check = (path: string, role: FileRole): Promise<CheckedFile> =>
    checkedFile(path, { role, method, ...graderFields }, ruleset, io.signal);
  const training = await check(file, 'training');
  const validation = validationFile === undefined ? undefined : await check(validationFile, 'validation');
  const { service, profile, pollMs } = await openTarget(target, io);
  if (draft.suffix !== '' && !isValidSuffix(profile, draft.suffix)) {
    throw new TuneFailure(
      `--suffix takes 1 to ${profile.suffix.maxLength} letters, digits, hyphens and underscores; nothing was uploaded.`,
      exitCouldNotRun,
    );
  }
  if (limit !== undefined) {
    const wanted = { profile, draft, training: file, validation: validationFile };
    const fault = await costFault(limit, wanted, service.estimates !== undefined, io.signal);
    if (fault !== undefined) throw new TuneFailure(`${fault} Nothing was uploaded.`, exitCouldNotRun);
  }
  const upload = async ({ path, bytes }: CheckedFile): Promise<UploadResult> => {
    io.stderr(`Uploading ${basename(path)} (${bytes} bytes)\n`);
    const sent = await sendFile(service, profile, path, ruleset.profile.byteOrderMark, io);
    progress.uploaded.push(sent.fileId);
    return sent;
  };
  const sent = await upload(training);
  const sentValidation = validation && (await upload(validation));
  const request = toCreateRequest(draft, profile, {
    trainingFile: sent.fileId,
    validationFile: sentValidation?.fileId,
    requestId: randomUUID(),
    datasetHash: sent.sha256,
  });
  const price = limit && (await service.estimates?.price(request, io.signal))?.price;
  const fault = limit && price !== undefined ? priceFault(limit, price) : undefined;
  if (fault !== undefined) throw new TuneFailure(`${fault} No job was created.`, exitCouldNotRun);
  io.signal.throwIfAborted();
  const job = await createJob(service, request);
  progress.jobId = job.id;
  await run?.note(job, profile, target.baseURL);
  return followJob(service, job, pollMs, io);
}

/** By where the job is made; a service that nobody here knows is taken to be as strict as OpenAI. */
function datasetProfileFor({ baseURL }: Pick<TuneOptions, 'baseURL'>): DatasetProfile {
  const id = baseURL === undefined ? 'local' : profileOf(baseURL);
  return (id === 'compatible' ? undefined : datasetProfiles[id]) ?? defaultProfile;
}

type ResolvedJob = {
  readonly file: string;
  readonly validation: string | undefined;
  readonly draft: JobDraft;
  readonly limit: CostLimit | undefined;
  /** The run of a job file. */
  readonly run: JobFileRun | undefined;
};

async function resolveJob(job: NewJob, options: TuneOptions, io: CliIo): Promise<ResolvedJob> {
  const given: CostLimit | undefined = options.maxCost === undefined ? undefined : { dollars: options.maxCost, from: '--max-cost' };
  if (job.kind === 'parts') {
    const validation = job.validation === undefined ? undefined : resolve(io.cwd, job.validation);
    return { file: resolve(io.cwd, job.file), validation, draft: job.draft, limit: given, run: undefined };
  }
  const opened = await openJobFile(resolve(io.cwd, job.file), options, job.again, io);
  if ('fault' in opened) throw new TuneFailure(opened.fault, opened.problems === undefined ? exitCouldNotRun : exitProblems, opened.problems);
  const { maxCost, ...parts } = opened.job;
  const written: CostLimit | undefined = maxCost === undefined ? undefined : { dollars: maxCost, from: 'the job file' };
  const limit = given === undefined || (written !== undefined && written.dollars < given.dollars) ? written : given;
  return { ...parts, limit, run: opened };
}

/** What was asked for is not broken off: the answer says whether there is a job, which may cost money. */
const createPatienceMs = 60_000;

async function createJob(service: Service, request: Parameters<typeof createOnce>[1]): Promise<WireJob> {
  // Every file of this command line is a fresh one.
  const lookSignal = (): AbortSignal => AbortSignal.timeout(createPatienceMs);
  const options = { freshFile: true, wait: (ms: number) => realSystem.sleep(ms), lookSignal };
  const outcome = await createOnce(service, request, AbortSignal.timeout(createPatienceMs), options);
  if (outcome.kind === 'created') {
    return outcome.job;
  }
  throw new TuneFailure(
    'The answer to the request for the job was lost, so it is not known whether there is one. ' +
      'Look at the list of jobs before you start another.',
    exitCouldNotRun,
  );
}

/** A job goes on without this program, and files that were uploaded stay at the service. */
function whatStays({ uploaded, jobId }: Progress, { baseURL, apiKeyName }: TuneOptions): readonly string[] {
  if (jobId !== undefined) {
    const where = baseURL === undefined ? '' : ` --base-url ${baseURL}`;
    const key = apiKeyName === undefined ? '' : ` --api-key-env ${apiKeyName}`;
    return [`The job ${jobId} goes on. Follow it with: tunesmith tune --job ${jobId}${where}${key}`];
  }
  return uploaded.length === 0 ? [] : [`Uploaded before, and still there: ${uploaded.join(', ')}.`];
}

type CheckedFile = { readonly path: string; readonly bytes: number };

/** A file with problems of error severity is not uploaded: the service would refuse it later. */
async function checkedFile(
  path: string,
  facts: FileFacts,
  ruleset: Ruleset,
  signal: AbortSignal,
): Promise<CheckedFile> {
  const found = await stat(path);
  if (found?.kind !== 'file') {
    throw new TuneFailure(`${path} ${found === undefined ? 'does not exist' : 'is no file'}.`, exitCouldNotRun);
  }
  const file = { ...facts, extension: '.jsonl' };
  const result = await checkBytes(readChunks(path, signal, { reuses: true }), { limit: 10_000, ruleset, file });
  const errors = result.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    const shown = errors.slice(0, shownProblems).map((problem) => toLine(path, problem));
    const more = errors.length > shown.length ? ` The first ${shown.length} are shown.` : '';
    throw new TuneFailure(`${basename(path)} has ${errors.length} error(s); nothing was uploaded.${more}`, exitProblems, shown);
  }
  return { path, bytes: found.bytes };
}

function toLine(path: string, problem: Problem): string {
  const { line, character } = problem.range.start;
  return `${path}:${line + 1}:${character + 1}: ${problemText(problem)} [${problem.code}]`;
}

function toFailure(error: unknown, io: CliIo): TuneFailure {
  if (error instanceof TuneFailure) {
    return error;
  }
  if (io.signal.aborted) {
    return new TuneFailure('Stopped.', exitCouldNotRun);
  }
  if (error instanceof ServiceError) {
    const text =
      error.facts.kind === 'unauthorized'
        ? `The service does not accept the API key (${error.message}). Name the variable that holds it with --api-key-env.`
        : explainServiceError(error);
    return new TuneFailure(text, exitCouldNotRun);
  }
  return new TuneFailure(error instanceof Error ? error.message : String(error), exitCouldNotRun);
}

function toText(job: WireJob): string {
  const lines = [`${job.id} ${job.status}`];
  if (job.fine_tuned_model !== null) {
    lines.push(`model: ${job.fine_tuned_model}`);
  }
  if (job.trained_tokens !== null) {
    lines.push(`trained tokens: ${job.trained_tokens}`);
  }
  if (job.error?.message) {
    lines.push(`error: ${job.error.message}`);
  }
  return `${lines.join('\n')}\n`;
}
