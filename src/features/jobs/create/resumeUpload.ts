import { posix } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { cancelUpload } from '../../../core/jobs/uploads/uploadParts.ts';
import { doneBytes, type UploadState } from '../../../core/jobs/uploads/uploadState.ts';
import type { Connection } from '../../../platform/connections.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { reportError } from '../../../platform/errorReport.ts';
import { sendFile } from './sendFile.ts';
import type { CreateServices } from './services.ts';

type ResumeServices = Pick<CreateServices, 'connections' | 'uploadNotes' | 'log'>;
type StateItem = vscode.QuickPickItem & { readonly state: UploadState };

/** The command «Resume Upload…»: goes on with one, or gives it up at the service too. */
export async function resumeUpload(services: ResumeServices): Promise<void> {
  try {
    const states = await services.uploadNotes.allUnfinished();
    if (states.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No upload is unfinished.'));
      return;
    }
    const items = states.map((state): StateItem => ({ label: state.file.name, description: progressText(state), state }));
    const [only] = items;
    const placeHolder = vscode.l10n.t('Resume which upload?');
    const item = items.length === 1 ? only : await vscode.window.showQuickPick(items, { placeHolder });
    if (item !== undefined) await resume(services, item.state);
  } catch (error) {
    await reportError(vscode.l10n.t('The upload could not be resumed'), error, services.log);
  }
}

/** After a reload: says that an upload was interrupted and offers to go on. */
export async function offerResume(services: ResumeServices): Promise<void> {
  const [state] = (await services.uploadNotes.allUnfinished()).filter(({ expiresAt }) => expiresAt * 1_000 > Date.now());
  if (state === undefined) return;
  const go = vscode.l10n.t('Resume');
  const stop = vscode.l10n.t('Discard');
  const place = services.connections.get(state.connectionId)?.label ?? state.connectionId;
  const message = vscode.l10n.t('The upload of {0} to {1} was interrupted ({2}).', state.file.name, place, progressText(state));
  const chosen = await vscode.window.showInformationMessage(message, go, stop);
  if (chosen === go) await resume(services, state);
  if (chosen === stop) await discard(services, state);
}

async function resume(services: ResumeServices, state: UploadState): Promise<void> {
  const connection = services.connections.get(state.connectionId);
  if (connection === undefined) return services.uploadNotes.drop(state);
  const uri = vscode.Uri.parse(state.file.uri);
  const name = posix.basename(uri.path);
  const title = vscode.l10n.t('Uploading to {0}', connection.label);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = abortOnCancel(token);
      try {
        const service = await services.connections.service(connection, cancel.signal);
        const { size: bytes, mtime: modifiedMs } = await vscode.workspace.fs.stat(uri);
        const report = (message: string): void => progress.report({ message });
        await sendFile(services, { service, connection, model: '', file: { uri, name, bytes, modifiedMs }, reuse: true, report }, cancel.signal);
      } finally {
        cancel.dispose();
      }
    },
  );
  const create = vscode.l10n.t('Create Job…');
  const message = vscode.l10n.t('{0} is uploaded to {1}. A job from it will not send it again.', name, connection.label);
  if ((await vscode.window.showInformationMessage(message, create)) === create) {
    await vscode.commands.executeCommand(commandIds.jobsCreate, uri);
  }
}

async function discard({ connections, uploadNotes }: ResumeServices, state: UploadState): Promise<void> {
  const connection: Connection | undefined = connections.get(state.connectionId);
  const signal = AbortSignal.timeout(10_000);
  const service = connection && (await connections.peek(connection, { start: 'never', signal }));
  if (service?.uploads === undefined) return uploadNotes.drop(state);
  const timeout = (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds);
  await cancelUpload({ uploads: service.uploads, memory: uploadNotes, timeout }, state);
}

function progressText(state: UploadState): string {
  return vscode.l10n.t('{0} % sent', Math.floor((100 * doneBytes(state)) / Math.max(1, state.sentBytes)));
}
