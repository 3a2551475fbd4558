import * as vscode from 'vscode';
import { newDraft } from '../../../core/jobs/jobDraft.ts';
import type { Asked } from '../../../core/jobs/jobStore.ts';
import { reportError, type ErrorAction } from '../../../platform/errorReport.ts';
import { askPlan, firstModel, type ConfirmedPlan } from './askPlan.ts';
import { written } from './bookkeeping.ts';
import { checkTrainingFile, localFile } from './checkedFile.ts';
import type { JobPlan } from './jobPlan.ts';
import { resolvePending } from './pendingJobs.ts';
import type { CreateServices } from './services.ts';
import { submitPlan, type CreatedJob } from './submitPlan.ts';
import type { Stage } from './summaryStep.ts';

/** From a training file to a job that is selected in the tree. `training` and `validation` are suggestions. */
export async function createJob(services: CreateServices, training: vscode.Uri | undefined, validation: vscode.Uri | undefined): Promise<void> {
  try {
    const connection = services.connections.current;
    const choice = training && (await checkTrainingFile(services.datasets, training));
    if (training !== undefined && choice === undefined) return;
    const method = choice?.method ?? 'supervised';
    await createFrom(services, {
      connection,
      training: choice?.file,
      validation: validation && localFile(validation),
      draft: { ...newDraft(firstModel(connection, method)), method },
      maxCost: undefined,
    });
  } catch (error) {
    await reportError(vscode.l10n.t('The job could not be created'), error, services.log);
  }
}

/** Asks for the rest of a plan, then makes the job. */
export async function createFrom(services: CreateServices, start: JobPlan, stage?: Stage): Promise<void> {
  const confirmed = await askPlan(services, start, stage);
  if (confirmed !== undefined) await submit(services, confirmed);
}

/** Sends what was confirmed; after a failure the person can try again without choosing again. */
export async function submit(services: CreateServices, confirmed: ConfirmedPlan): Promise<CreatedJob | undefined> {
  const { plan } = confirmed;
  const { jobStore, log } = services;
  try {
    if (!(await resolvePending(services, plan.connection.id, plan.training))) return undefined;
    const asked = jobStore.ask(Date.now());
    const created = await submitPlan(services, confirmed);
    if (created !== undefined) await show(services, plan.connection.id, created, asked);
    return created;
  } catch (error) {
    const again: ErrorAction = {
      title: vscode.l10n.t('Try Again'),
      // Files may have changed, and so may what is known of the service.
      run: () => createFrom(services, plan, 'summary'),
    };
    await reportError(vscode.l10n.t('The job could not be created'), error, log, again);
    return undefined;
  }
}

/** The job is there: what goes wrong from here on says nothing about that. */
async function show({ jobStore, jobOrigins, log, view }: CreateServices, connectionId: string, { job, requestId }: CreatedJob, asked: Asked): Promise<void> {
  const ref = { connectionId, jobId: job.id };
  log.info(`Created job ${job.id} on ${connectionId}.`);
  await written(log, 'The origin of a new job could not be kept', () => jobOrigins.adopt(ref, requestId));
  await written(log, 'A new job could not be shown', async () => {
    jobStore.applyJob(connectionId, job, asked);
    await view.reveal(ref);
  });
}
