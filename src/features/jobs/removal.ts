import * as vscode from 'vscode';
import { shortModelName } from '../../core/jobs/jobName.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { WireFile, WireModel } from '../../core/providers/wire.ts';
import type { Connections } from '../../platform/connections.ts';
import type { RemoteList } from './remoteList.ts';

type RemovalServices = {
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly models: RemoteList<WireModel>;
  readonly files: RemoteList<WireFile>;
};

const patienceMs = 60_000;

/** Deletes a tuned model at its service, after a question. */
export async function deleteModel(services: RemovalServices, connectionId: string, model: string): Promise<void> {
  const { connections, models } = services;
  const connection = connections.get(connectionId);
  if (connection === undefined) return;
  const isLocal = connection.profile.key === 'none';
  const detail = isLocal
    ? vscode.l10n.t('{0} and its weights are removed from this machine and cannot be restored. The job and its metrics stay.', model)
    : vscode.l10n.t('{0} stops answering for everybody in the organization and cannot be restored. The job and its metrics stay.', model);
  if (!(await confirm(vscode.l10n.t('Delete the tuned model "{0}"?', shortModelName(model)), detail, vscode.l10n.t('Delete Model')))) return;
  const signal = AbortSignal.timeout(patienceMs);
  await (await connections.service(connection, signal)).deleteModel(model, signal);
  models.remove(connectionId, ({ id }) => id === model);
  await models.read(connection);
}

/** Deletes an uploaded file, after a question. */
export async function deleteFile(services: RemovalServices, connectionId: string, fileId: string): Promise<void> {
  const { connections, jobStore, files } = services;
  const connection = connections.get(connectionId);
  if (connection === undefined) return;
  const file = files.state(connectionId).items.find(({ id }) => id === fileId);
  const usedBy = jobStore.list(connectionId).filter(({ job }) => job.training_file === fileId || job.validation_file === fileId);
  const inUse = usedBy.some(({ job }) => !isTerminal(job));
  const detail = [
    vscode.l10n.t('{0} is removed from {1}; your own copy stays.', fileId, connection.label),
    ...(inUse ? [vscode.l10n.t('A job that has not ended was made from it and may fail.')] : []),
    ...(usedBy.length > 0 && !inUse ? [vscode.l10n.t('Jobs made from it stay, but cannot be created again from it.')] : []),
  ].join(' ');
  if (!(await confirm(vscode.l10n.t('Delete the file "{0}"?', file?.filename ?? fileId), detail, vscode.l10n.t('Delete File')))) return;
  const signal = AbortSignal.timeout(patienceMs);
  await (await connections.service(connection, signal)).deleteFile(fileId, signal);
  files.remove(connectionId, ({ id }) => id === fileId);
}

async function confirm(title: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) === yes;
}
