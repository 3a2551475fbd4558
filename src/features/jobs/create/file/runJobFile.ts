import { posix } from 'node:path';
import * as vscode from 'vscode';
import { lockPathOf, type JobFile } from '../../../../core/jobs/file/jobFile.ts';
import type { JobFileProblem } from '../../../../core/jobs/file/jobFileProblem.ts';
import { formatJobLock, isSameRun, parseJobLock, type JobLock, type LockedFile, type LockInputs } from '../../../../core/jobs/file/jobLock.ts';
import { readText, replaceFile, sha256File } from '../../../../disk/files.ts';
import { isMissing } from '../../../../disk/system.ts';
import { jobFileProblemText } from '../../../../messages/jobFile.ts';
import { reportError } from '../../../../platform/errorReport.ts';
import { sha256Text } from '../../../../platform/hasher.ts';
import type { Log } from '../../../../platform/log.ts';
import { localFile, saveIfDirty } from '../checkedFile.ts';
import { submit } from '../createJob.ts';
import type { FullPlan } from '../jobPlan.ts';
import { askPreflight, checkWithProgress } from '../preflightStep.ts';
import type { CreateServices } from '../services.ts';
import { withNeeds } from '../settingsStep.ts';
import { showFileProblems } from '../showFileProblems.ts';
import { showPlace } from '../showPlace.ts';
import type { CreatedJob } from '../submitPlan.ts';
import { confirmCost } from '../summaryStep.ts';
import { rangeIn, type JobFileDiagnostics } from './jobFileDiagnostics.ts';
import { fileOf, pickJobFile } from './openJobFile.ts';

export type JobFileServices = CreateServices & { readonly diagnostics: JobFileDiagnostics };

type Opened = { readonly document: vscode.TextDocument; readonly jobFile: JobFile; readonly plan: FullPlan };

/** The command «Validate Job File». Resolves with the number of errors, before its message is answered. */
export async function validateJobFile({ diagnostics, log }: JobFileServices, argument: unknown): Promise<number | undefined> {
  try {
    const uri = await pickJobFile(argument);
    if (uri === undefined) return undefined;
    const document = await vscode.workspace.openTextDocument(uri);
    const { problems } = await diagnostics.check(document);
    const errors = problems.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    if (first === undefined) {
      const text =
        problems.length === 0
          ? vscode.l10n.t('The job file is complete, and the files that it names are there.')
          : vscode.l10n.t('The job file has no errors and {0} warnings.', problems.length);
      void vscode.window.showInformationMessage(text);
    } else {
      void showProblem(document, first, errors.length, log);
    }
    return errors.length;
  } catch (error) {
    void reportError(vscode.l10n.t('The job file could not be checked'), error, log);
    return undefined;
  }
}

/** The command «Estimate Job File»: the preflight of what it describes. */
export async function estimateJobFile(services: JobFileServices, argument: unknown): Promise<void> {
  try {
    const opened = await open(services, argument);
    if (opened === undefined) return;
    const check = await checkWithProgress(services, opened.plan);
    const choice = await askPreflight({ title: posix.basename(opened.document.uri.path) }, opened.plan, check);
    if (choice === 'create') await runJobFile(services, opened.document.uri);
    if (choice === 'problems') await showFileProblems(services.datasets, check);
    if (choice === 'connection' || choice === 'model') await vscode.window.showTextDocument(opened.document);
  } catch (error) {
    await reportError(vscode.l10n.t('It could not be found out whether this can be trained'), error, services.log);
  }
}

/** The command «Run Job File»: checks, asks where money is spent, makes the job and notes it beside the file. */
export async function runJobFile(services: JobFileServices, argument: unknown): Promise<CreatedJob | undefined> {
  try {
    const opened = await open(services, argument);
    if (opened === undefined) return undefined;
    const { document, jobFile, plan } = opened;
    const inputs = await hashInputs(document, jobFile);
    const lockPath = lockPathOf(document.uri.fsPath);
    const last = await readLock(lockPath);
    if (last !== undefined && isSameRun(last, inputs, plan.connection.id) && !(await confirmSameRun(last))) return undefined;
    const check = await checkWithProgress(services, plan);
    if (check.preflight.verdict === 'no') {
      const choice = await askPreflight({ title: posix.basename(document.uri.path) }, plan, check);
      if (choice === 'problems') await showFileProblems(services.datasets, check);
      return undefined;
    }
    if (!(await confirmCost(plan, check))) return undefined;
    const created = await submit(services, { plan, check });
    if (created === undefined) return undefined;
    const lock: JobLock = {
      version: 1,
      date: new Date().toISOString(),
      job: created.job.id,
      connection: plan.connection.id,
      provider: plan.connection.profile.id,
      // The Local engine's address is no fact about a run.
      baseURL: plan.connection.id === 'local' ? undefined : plan.connection.baseURL,
      model: plan.draft.model,
      inputs,
    };
    try {
      await replaceFile(lockPath, formatJobLock(lock));
    } catch (error) {
      await reportError(vscode.l10n.t('The job is made, but its record beside the job file could not be written'), error, services.log);
    }
    return created;
  } catch (error) {
    await reportError(vscode.l10n.t('The job file could not be run'), error, services.log);
    return undefined;
  }
}

async function open({ connections, diagnostics, log }: JobFileServices, argument: unknown): Promise<Opened | undefined> {
  const uri = await pickJobFile(argument);
  if (uri === undefined) return undefined;
  if (uri.scheme !== 'file') {
    void vscode.window.showErrorMessage(vscode.l10n.t('A job file is run from a disk. Save it there first.'));
    return undefined;
  }
  if (!(await saveIfDirty(uri))) return undefined;
  const document = await vscode.workspace.openTextDocument(uri);
  const { jobFile, problems } = await diagnostics.check(document);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (jobFile === null) {
    const [first] = errors;
    if (first !== undefined) await showProblem(document, first, errors.length, log);
    return undefined;
  }
  const files = [jobFile.training, ...(jobFile.validation === undefined ? [] : [jobFile.validation])].map((file) => fileOf(uri, file));
  for (const file of files) if (!(await saveIfDirty(file))) return undefined;
  const [training, validation] = files;
  const connection = jobFile.connection === undefined ? connections.current : connections.get(jobFile.connection);
  if (training === undefined || connection === undefined) return undefined;
  const draft = withNeeds(connection.profile, jobFile.draft);
  const plan = { connection, training: localFile(training), validation: validation && localFile(validation), draft, maxCost: jobFile.maxCost };
  return { document, jobFile, plan };
}

function showProblem(document: vscode.TextDocument, first: JobFileProblem, count: number, log: Log): Promise<void> {
  const name = posix.basename(document.uri.path);
  const text = jobFileProblemText(first);
  const message =
    count === 1 ? vscode.l10n.t('{0}: {1}', name, text) : vscode.l10n.t('{0} has {1} errors; the first: {2}', name, count, text);
  return showPlace(message, document, rangeIn(document, first), log);
}

async function hashInputs(document: vscode.TextDocument, { training, validation }: JobFile): Promise<LockInputs> {
  const hash = async (file: string): Promise<LockedFile> => {
    const uri = fileOf(document.uri, file);
    const { size } = await vscode.workspace.fs.stat(uri);
    return { file, sha256: await sha256File(uri.fsPath), bytes: size };
  };
  return {
    jobFile: sha256Text(document.getText()),
    training: await hash(training),
    validation: validation === undefined ? undefined : await hash(validation),
  };
}

async function readLock(path: string): Promise<JobLock | undefined> {
  try {
    return parseJobLock(await readText(path, { maxBytes: 1024 * 1024 }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function confirmSameRun({ job, date }: JobLock): Promise<boolean> {
  const run = vscode.l10n.t('Run Again');
  const time = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(date));
  const message = vscode.l10n.t('This job file was run on {0}, and nothing has changed since.', time);
  const detail = vscode.l10n.t('It became the job {0}. Running it again makes another job.', job);
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, run)) === run;
}
