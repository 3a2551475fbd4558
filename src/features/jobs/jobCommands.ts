import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import { readJobRef } from '../../core/jobs/jobRef.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import type { Service } from '../../core/providers/port.ts';
import type { WireJob } from '../../core/providers/wire.ts';
import type { Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import { registerReported } from '../../platform/reportedCommand.ts';
import { copyableId } from './jobNode.ts';
import { findJob, pickJob } from './jobPicker.ts';
import type { JobView } from './jobView.ts';
import type { RequestIds } from './requestIds.ts';
import { supportDetails } from './supportDetails.ts';

type JobCommandServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly requestIds: RequestIds;
};

const patienceMs = 60_000;

/** Commands on jobs that exist. From the palette, without a row, they ask which one if there are several. */
export function registerJobCommands(services: JobCommandServices, view: JobView): vscode.Disposable {
  const { l10n } = vscode;
  const disposables = new DisposableStore();
  const register = (id: string, what: string, run: (argument: unknown) => unknown): void =>
    void disposables.add(registerReported(services.log, id, what, run));
  const ask = (argument: unknown, placeHolder: string, isWanted?: (record: JobRecord) => boolean) => {
    const ref = readJobRef(argument) ?? readJobRef(view.selected);
    const record = ref && services.jobStore.get(ref);
    const fits = ref !== undefined && (argument !== undefined || record === undefined || isWanted === undefined || isWanted(record));
    return fits ? ref : pickJob(services, placeHolder, isWanted);
  };

  register(commandIds.jobsRefresh, l10n.t('The jobs could not be read'), (argument) => view.refresh(argument));
  register(commandIds.jobsLoadMore, l10n.t('More jobs could not be read'), (argument) => view.loadMore(argument));
  register(commandIds.jobsFind, l10n.t('The job could not be shown'), async () => {
    const ref = await findJob(services);
    if (ref !== undefined) await view.reveal(ref, true);
  });
  register(commandIds.jobsCancel, l10n.t('The job could not be cancelled'), async (argument) => {
    const ref = await ask(argument, l10n.t('Cancel which job?'), ({ job }) => describeStatus(job.status).cancelable);
    if (ref !== undefined && (await confirmCancel(services, ref))) await change(services, ref, (service, signal) => service.cancelJob(ref.jobId, signal));
  });
  register(commandIds.jobsPause, l10n.t('The job could not be paused'), async (argument) => {
    const ref = await ask(argument, l10n.t('Pause which job?'), (record) => canPause(services, record) && describeStatus(record.job.status).phase === 'running');
    if (ref !== undefined) await change(services, ref, (service, signal) => service.pauseJob(ref.jobId, signal));
  });
  register(commandIds.jobsResume, l10n.t('The job could not be resumed'), async (argument) => {
    const ref = await ask(argument, l10n.t('Resume which job?'), (record) => canPause(services, record) && describeStatus(record.job.status).phase === 'paused');
    if (ref !== undefined) await change(services, ref, (service, signal) => service.resumeJob(ref.jobId, signal));
  });
  register(commandIds.jobsCopyId, l10n.t('The ID could not be copied'), async (argument) => {
    await copy(copyableId(argument) ?? copyableId(view.selected) ?? (await pickJob(services, l10n.t('Copy the ID of which job?')))?.jobId);
  });
  register(commandIds.jobsCopyName, l10n.t('The name could not be copied'), async (argument) => {
    const ref = await ask(argument, l10n.t('Copy the name of which job?'));
    const record = ref && services.jobStore.get(ref);
    await copy(record && jobName(record.job));
  });
  register(commandIds.jobsCopyDetails, l10n.t('The details could not be copied'), async (argument) => {
    const ref = await ask(argument, l10n.t('Copy the details of which job?'));
    const record = ref && services.jobStore.get(ref);
    if (record === undefined) return;
    await vscode.env.clipboard.writeText(supportDetails(record, services.connections.get(record.connectionId), await services.requestIds.of(record)));
    vscode.window.setStatusBarMessage(l10n.t('Copied the details of {0} for the service’s support', jobName(record.job)), 3_000);
  });
  register(commandIds.jobsOpenConsole, l10n.t('The console could not be opened'), async (argument) => {
    const hasConsole = (record: JobRecord) => services.connections.get(record.connectionId)?.profile.consoleURL !== undefined;
    const ref = await ask(argument, l10n.t('Open which job in the console of its service?'), hasConsole);
    const address = ref && services.connections.get(ref.connectionId)?.profile.consoleURL;
    if (ref === undefined) return;
    if (address === undefined) void vscode.window.showInformationMessage(l10n.t('This service has no console page for a job.'));
    else await vscode.env.openExternal(vscode.Uri.parse(address.replace('{job}', encodeURIComponent(ref.jobId)), true));
  });
  register(commandIds.jobsUseConnection, l10n.t('The connection could not be switched'), async (argument) => {
    const { connectionId } = (argument ?? {}) as { readonly connectionId?: unknown };
    if (typeof connectionId === 'string' && services.connections.get(connectionId)) await services.connections.select(connectionId);
    else await vscode.commands.executeCommand(commandIds.connectionsSwitch);
  });
  return disposables;
}

function canPause({ connections }: JobCommandServices, { connectionId }: JobRecord): boolean {
  return connections.get(connectionId)?.profile.capabilities.pause === true;
}

async function confirmCancel({ jobStore }: JobCommandServices, ref: JobRef): Promise<boolean> {
  const record = jobStore.get(ref);
  const name = record === undefined ? ref.jobId : jobName(record.job);
  const title = vscode.l10n.t('Cancel the fine-tuning job "{0}"?', name);
  const detail = vscode.l10n.t('Training stops and cannot be resumed. Checkpoints made so far stay.');
  const confirm: vscode.MessageItem = { title: vscode.l10n.t('Cancel Job') };
  const keep: vscode.MessageItem = { title: vscode.l10n.t('Keep Training'), isCloseAffordance: true };
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, confirm, keep)) === confirm;
}

/** Asks for a change of one job and shows what the service answers. */
async function change(
  { connections, jobStore, jobWatcher }: JobCommandServices,
  ref: JobRef,
  act: (service: Service, signal: AbortSignal) => Promise<WireJob>,
): Promise<void> {
  const connection = connections.get(ref.connectionId);
  if (connection === undefined) return;
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const service = await connections.service(connection, signal);
    const asked = jobStore.ask(Date.now());
    jobStore.applyJob(connection.id, await act(service, signal), asked);
  } finally {
    // Also after a failure: the job may have gone on meanwhile, or the answer alone was lost.
    void jobWatcher.refresh(connection.id);
  }
}

async function copy(text: string | undefined): Promise<void> {
  if (text === undefined) return;
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', text), 3_000);
}
