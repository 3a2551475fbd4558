import * as vscode from 'vscode';
import { newDraft } from '../../../core/jobs/jobDraft.ts';
import { reportError, type ErrorAction } from '../../../platform/errorReport.ts';
import { askPlan, firstModel, type ConfirmedPlan } from './askPlan.ts';
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
  const { jobStore, jobOrigins, log, view } = services;
  try {
    if (!(await resolvePending(services, plan.connection.id, plan.training))) return undefined;
    const asked = jobStore.ask(Date.now());
    const created = await submitPlan(services, confirmed);
    if (created === undefined) return undefined;
    const { job, requestId } = created;
    const ref = { connectionId: plan.connection.id, jobId: job.id };
    await jobOrigins.adopt(ref, requestId);
    jobStore.applyJob(ref.connectionId, job, asked);
    log.info(`Created job ${job.id} on ${ref.connectionId}.`);
    await view.reveal(ref);
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
