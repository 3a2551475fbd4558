import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { autoSettings } from '../../../core/jobs/jobDraft.ts';
import type { JobStore } from '../../../core/jobs/jobStore.ts';
import type { Connection } from '../../../platform/connections.ts';
import { reportError, type ErrorAction } from '../../../platform/errorReport.ts';
import type { Log } from '../../../platform/log.ts';
import type { JobView } from '../jobView.ts';
import { askPlan, type AskPlanServices } from './askPlan.ts';
import type { FullPlan } from './jobPlan.ts';
import { checkFile } from './preflight.ts';
import { submitPlan, type SubmitServices } from './submitPlan.ts';

type CreateJobServices = AskPlanServices & SubmitServices & { readonly jobStore: JobStore; readonly log: Log };

/** From a training file to a job that is selected in the tree. `training` and `validation` are suggestions. */
export async function createJob(
  services: CreateJobServices,
  view: JobView,
  training: vscode.Uri | undefined,
  validation: vscode.Uri | undefined,
): Promise<void> {
  const failed = vscode.l10n.t('The job could not be created');
  try {
    const connection = services.connections.current;
    if (!(await mayCreate(connection))) return;
    const checked = training && (await checkFile(services.datasets, training, 'training'));
    if (training !== undefined && checked === undefined) return;
    const checkedValidation = validation && (await checkFile(services.datasets, validation, 'validation'));
    if (validation !== undefined && checkedValidation === undefined) return;
    const model = connection.profile.baseModels[0]?.id ?? '';
    const draft = { model, suffix: '', settings: autoSettings };
    const plan = await askPlan(services, { connection, training: checked, validation: checkedValidation, draft });
    if (plan !== undefined) await submit(services, view, plan);
  } catch (error) {
    await reportError(failed, error, services.log);
  }
}

/** Sends what was chosen; after a failure the person can try again without choosing again. */
async function submit(services: CreateJobServices, view: JobView, plan: FullPlan): Promise<void> {
  try {
    const { training, validation } = plan;
    if ((await checkFile(services.datasets, training.uri, 'training')) === undefined) return;
    if (validation && (await checkFile(services.datasets, validation.uri, 'validation')) === undefined) return;
    const asked = services.jobStore.ask(Date.now());
    const created = await submitPlan(services, plan);
    if (created === undefined) return;
    const { job, requestId } = created;
    const ref = { connectionId: plan.connection.id, jobId: job.id };
    await services.jobOrigins.adopt(ref, requestId);
    services.jobStore.applyJob(ref.connectionId, job, asked);
    services.log.info(`Created job ${job.id} on ${ref.connectionId}.`);
    await view.reveal(ref);
  } catch (error) {
    const again: ErrorAction = {
      title: vscode.l10n.t('Try Again'),
      run: () => submit(services, view, plan),
    };
    await reportError(vscode.l10n.t('The job could not be created'), error, services.log, again);
  }
}

/** Some services have stopped taking jobs; that is said before anything is chosen. */
async function mayCreate(connection: Connection): Promise<boolean> {
  const { creationEnds } = connection.profile;
  if (creationEnds === undefined || new Date().toISOString().slice(0, 10) < creationEnds.value) return true;
  const other = vscode.l10n.t('Switch Connection');
  const anyway = vscode.l10n.t('Try Anyway');
  const message = vscode.l10n.t('{0} takes no new fine-tuning jobs since {1}.', connection.label, creationEnds.value);
  const chosen = await vscode.window.showWarningMessage(message, { modal: true }, other, anyway);
  if (chosen === other) await vscode.commands.executeCommand(commandIds.connectionsSwitch);
  return chosen === anyway;
}
