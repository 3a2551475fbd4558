import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { jobLabel, jobName } from '../../core/jobs/jobName.ts';
import { readJobRef } from '../../core/jobs/jobRef.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { statusText } from '../../messages/jobs.ts';
import type { Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { copyableId, refOf } from './jobNode.ts';
import type { JobView } from './jobView.ts';

type JobCommandServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
};

/** Commands on jobs that exist. From the palette, without a row, they ask which one if there are several. */
export function registerJobCommands(services: JobCommandServices, view: JobView): vscode.Disposable {
  const { log } = services;
  const disposables = new DisposableStore();
  const register = (id: string, what: string, run: (argument: unknown) => unknown) =>
    disposables.add(
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          await reportError(what, error, log);
        }
      }),
    );
  register(commandIds.jobsRefresh, vscode.l10n.t('The jobs could not be read'), () => view.refresh());
  register(commandIds.jobsLoadMore, vscode.l10n.t('More jobs could not be read'), () => view.loadMore());
  register(commandIds.jobsCancel, vscode.l10n.t('The job could not be cancelled'), async (argument) => {
    const isCancelable = (record: JobRecord) => describeStatus(record.job.status).cancelable;
    const ref = readJobRef(argument) ?? (await pickJob(services, vscode.l10n.t('Cancel which job?'), isCancelable));
    if (ref !== undefined) await cancelJob(services, ref);
  });
  register(commandIds.jobsCopyId, vscode.l10n.t('The ID could not be copied'), async (argument) => {
    const id =
      copyableId(argument) ??
      copyableId(view.selected) ??
      (await pickJob(services, vscode.l10n.t('Copy the ID of which job?'), () => true))?.jobId;
    if (id === undefined) return;
    await vscode.env.clipboard.writeText(id);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', id), 3_000);
  });
  return disposables;
}

async function cancelJob(services: JobCommandServices, ref: JobRef): Promise<void> {
  const { connections, jobStore, jobWatcher } = services;
  const connection = connections.get(ref.connectionId);
  if (connection === undefined) return;
  const record = jobStore.get(ref);
  const name = record === undefined ? ref.jobId : jobName(record.job);
  const title = vscode.l10n.t('Cancel the fine-tuning job "{0}"?', name);
  const detail = vscode.l10n.t('Training stops and cannot be resumed. Checkpoints made so far stay.');
  const confirm: vscode.MessageItem = { title: vscode.l10n.t('Cancel Job') };
  const keep: vscode.MessageItem = { title: vscode.l10n.t('Keep Training'), isCloseAffordance: true };
  const chosen = await vscode.window.showWarningMessage(title, { modal: true, detail }, confirm, keep);
  if (chosen !== confirm) return;
  try {
    const signal = AbortSignal.timeout(60_000);
    const service = await connections.service(connection, signal);
    const asked = jobStore.ask(Date.now());
    jobStore.applyJob(connection.id, await service.cancelJob(ref.jobId, signal), asked);
  } finally {
    // Also after a failure: the job may have ended meanwhile, or the answer alone was lost.
    void jobWatcher.refresh(connection.id);
  }
}

async function pickJob(
  services: JobCommandServices,
  placeHolder: string,
  isWanted: (record: JobRecord) => boolean,
): Promise<JobRef | undefined> {
  const { connections, jobStore, jobWatcher } = services;
  const { id, label } = connections.current;
  if (jobWatcher.state(id)?.answeredAt === undefined) await jobWatcher.refresh(id);
  const items = jobStore
    .list(id)
    .filter(isWanted)
    .map((record) => ({
      label: jobLabel(record.job),
      description: statusText(describeStatus(record.job.status)),
      detail: record.job.id,
      ref: refOf(record),
    }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no job to choose.', label));
    return undefined;
  }
  const [only, ...others] = items;
  if (others.length === 0) return only?.ref;
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.ref;
}
