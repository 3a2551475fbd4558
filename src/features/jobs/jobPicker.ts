import * as vscode from 'vscode';
import { jobLabel } from '../../core/jobs/jobName.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { statusText } from '../../messages/jobs.ts';
import type { Connections } from '../../platform/connections.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { refOf } from './jobNode.ts';

export type JobPickerServices = {
  readonly connections: Pick<Connections, 'current' | 'all'>;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
};

type JobPick = vscode.QuickPickItem & { readonly ref?: JobRef; readonly connectionId?: string };

/** Which job of the current connection a command without a row means; the only possible one is not asked for. */
export async function pickJob(
  services: JobPickerServices,
  placeHolder: string,
  isWanted: (record: JobRecord) => boolean = () => true,
): Promise<JobRef | undefined> {
  const { connections, jobStore, jobWatcher } = services;
  const { id, label } = connections.current;
  if (jobWatcher.state(id)?.answeredAt === undefined) await jobWatcher.refresh(id);
  const items = jobStore.list(id).filter(isWanted).map(toPick);
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no job to choose.', label));
    return undefined;
  }
  const [only, ...others] = items;
  if (others.length === 0) return only?.ref;
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.ref;
}

/** Any loaded job of any connection, by what a person remembers of it; older ones can be loaded from here. */
export async function findJob(services: JobPickerServices): Promise<JobRef | undefined> {
  const { connections, jobStore, jobWatcher } = services;
  if (jobStore.connectionIds.length === 0) await jobWatcher.refresh();
  for (;;) {
    const picked = await vscode.window.showQuickPick(toItems(services), {
      title: vscode.l10n.t('Find Job'),
      placeHolder: vscode.l10n.t('Name, status, model or ID'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (picked?.connectionId === undefined) return picked?.ref;
    const { connectionId } = picked;
    const label = connections.all().find(({ id }) => id === connectionId)?.label ?? connectionId;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the jobs of {0}…', label) }, () =>
      jobWatcher.loadMore(connectionId, AbortSignal.timeout(60_000)),
    );
  }
}

function toItems({ connections, jobStore, jobWatcher }: JobPickerServices): JobPick[] {
  return connections.all().flatMap(({ id, label }): JobPick[] => {
    const records = jobStore.list(id);
    if (records.length === 0) return [];
    const separator: JobPick = { label, kind: vscode.QuickPickItemKind.Separator };
    const more: JobPick = { label: `$(ellipsis) ${vscode.l10n.t('Load more jobs of {0}…', label)}`, alwaysShow: true, connectionId: id };
    return [separator, ...records.map(toPick), ...(jobWatcher.state(id)?.hasMore === true ? [more] : [])];
  });
}

function toPick(record: JobRecord): JobPick & { readonly ref: JobRef } {
  const { job } = record;
  const status = describeStatus(job.status);
  return {
    label: jobLabel(job),
    iconPath: new vscode.ThemeIcon(status.icon.replace('~spin', '')),
    description: statusText(status),
    detail: [job.id, job.fine_tuned_model ?? job.model].join(' · '),
    ref: refOf(record),
  };
}
