import { posix } from 'node:path';
import * as vscode from 'vscode';
import { searchRequested } from '../../../core/jobs/createOnce.ts';
import { jobLabel } from '../../../core/jobs/jobName.ts';
import { describeStatus } from '../../../core/jobs/jobStatus.ts';
import { mayBeAnswered, pendingFor, type PendingJob } from '../../../core/jobs/pendingJob.ts';
import { ServiceError } from '../../../core/providers/port.ts';
import { statusText } from '../../../messages/jobs.ts';
import { pause } from '../pause.ts';
import { noteMade, written } from './bookkeeping.ts';
import { fileKey, type PlanFile } from './jobPlan.ts';
import { answerTimeoutMs, lookSignal } from './lostJob.ts';
import type { CreateServices } from './services.ts';

const searchMs = 30_000;

/**
 * A job may have been asked for right before a window ended. Before the same file is sent to the same connection
 * again, that job is looked for. False if the person leaves.
 */
export async function resolvePending(services: CreateServices, connectionId: string, training: PlanFile): Promise<boolean> {
  for (const job of pendingFor(await services.pendingNotes.all(), connectionId, fileKey(training))) {
    if (!(await resolveOne(services, job))) return false;
  }
  return true;
}

async function resolveOne(services: CreateServices, pending: PendingJob): Promise<boolean> {
  const { connections, pendingNotes, jobOrigins, jobStore, log, view } = services;
  const connection = connections.get(pending.connectionId);
  if (connection === undefined) return true;
  const title = vscode.l10n.t('Looking for a job that was asked for earlier');
  const signal = AbortSignal.timeout(searchMs);
  const asked = jobStore.ask(Date.now());
  const outcome = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
    const service = await connections.service(connection, signal);
    const lost = new ServiceError('The answer was lost.', { kind: 'cutOff' });
    return searchRequested(service, pending.request, lost, signal, { freshFile: pending.freshFile, wait: pause, lookSignal });
  });
  const name = posix.basename(vscode.Uri.parse(pending.trainingFile).path);
  const time = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'short', timeStyle: 'short' }).format(pending.at);
  if (outcome.kind === 'lost') {
    const note = (await pendingNotes.all()).find(({ requestId }) => requestId === pending.requestId);
    if (note === undefined) {
      // The answer may be a job that no list names yet.
      void vscode.window.showInformationMessage(vscode.l10n.t('Another window has just had the answer to its request for a job from {0}. Look there before you create another one.', name));
      return false;
    }
    if (mayBeAnswered(note, answerTimeoutMs, Date.now())) return (await askToLookAgain(name, time)) && resolveOne(services, note);
    const go = vscode.l10n.t('Create Another Job');
    const message = vscode.l10n.t('A job from {0} was asked for on {1}, and its answer never came.', name, time);
    const detail = outcome.looked
      ? vscode.l10n.t('The newest jobs do not name it. If it appears after all, there will be two.')
      : vscode.l10n.t('The jobs could not be read, so it may be there.');
    if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, go)) !== go) return false;
    await pendingNotes.giveUp(pending.requestId);
    return true;
  }
  const ref = { connectionId: connection.id, jobId: outcome.job.id };
  await noteMade(services, pending.requestId, outcome.job.id);
  await written(log, 'The origin of a job that was found could not be kept', () => jobOrigins.adopt(ref, pending.requestId));
  jobStore.applyJob(ref.connectionId, outcome.job, asked);
  const show = vscode.l10n.t('Show Job');
  const another = vscode.l10n.t('Create Another Job');
  const message = vscode.l10n.t('The job from {0} that was asked for on {1} was made.', name, time);
  const status = statusText(describeStatus(outcome.job.status));
  const detail = vscode.l10n.t('It is {0}: {1}. Another job would be trained besides it.', jobLabel(outcome.job), status);
  const chosen = await vscode.window.showInformationMessage(message, { modal: true, detail }, show, another);
  if (chosen === show) await view.reveal(ref);
  return chosen === another;
}

/** A request that is not over yet is left alone, also where another window sent it: giving it up would lose it. */
async function askToLookAgain(name: string, time: string): Promise<boolean> {
  const look = vscode.l10n.t('Look Again');
  const message = vscode.l10n.t('A job from {0} is being asked for since {1}.', name, time);
  const detail = vscode.l10n.t('Its answer may take up to {0} minutes. Look again then; a second request now could make two jobs.', answerTimeoutMs / 60_000);
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, look)) === look;
}
