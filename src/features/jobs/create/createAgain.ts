import * as vscode from 'vscode';
import { draftOf } from '../../../core/jobs/createRequest.ts';
import { jobLabel } from '../../../core/jobs/jobName.ts';
import { readJobRef } from '../../../core/jobs/jobRef.ts';
import type { JobRef } from '../../../core/jobs/jobStore.ts';
import { reportError } from '../../../platform/errorReport.ts';
import { localFile, saveIfDirty } from './checkedFile.ts';
import { createFrom } from './createJob.ts';
import type { PlanFile } from './jobPlan.ts';
import type { CreateServices } from './services.ts';

/** The command «Create Again…»: a job's files and settings, to be changed or not, then a new job. */
export async function createAgain(services: CreateServices, argument: unknown): Promise<void> {
  const { connections, jobStore, jobOrigins, log } = services;
  try {
    const ref = readJobRef(argument) ?? (await pickJob(services));
    const connection = ref && connections.get(ref.connectionId);
    if (ref === undefined || connection === undefined) return;
    const known = jobStore.get(ref)?.job;
    const signal = AbortSignal.timeout(30_000);
    const job = known ?? (await (await connections.service(connection, signal)).retrieveJob(ref.jobId, signal)).job;
    const origin = jobOrigins.get(ref);
    const training = (await existing(origin?.trainingFile)) ?? remote(job.training_file);
    if (training.kind === 'local' && !(await saveIfDirty(training.uri))) return;
    const fileId = job.validation_file;
    // Both from here or both from there: a file that lies here is uploaded again, or reused.
    const here = await existing(origin?.validationFile);
    const validation = fileId === null ? undefined : training.kind === 'local' ? here : remote(fileId);
    await createFrom(services, { connection, training, validation, draft: draftOf(job), maxCost: undefined }, 'summary');
  } catch (error) {
    await reportError(vscode.l10n.t('The job could not be created'), error, log);
  }
}

function remote(fileId: string): PlanFile {
  return { kind: 'remote', fileId, name: fileId };
}

async function existing(uri: string | undefined): Promise<PlanFile | undefined> {
  if (uri === undefined) return undefined;
  const parsed = vscode.Uri.parse(uri);
  try {
    await vscode.workspace.fs.stat(parsed);
    return localFile(parsed);
  } catch {
    return undefined;
  }
}

async function pickJob({ connections, jobStore }: CreateServices): Promise<JobRef | undefined> {
  const { id, label } = connections.current;
  const items = jobStore.list(id).map(({ job }) => ({ label: jobLabel(job), detail: job.id, ref: { connectionId: id, jobId: job.id } }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no job to choose.', label));
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Create which job again?'), matchOnDetail: true }))?.ref;
}
