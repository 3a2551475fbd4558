import * as vscode from 'vscode';
import type { ConnectionsServices } from './services.ts';
import { pickConnection } from './keys.ts';
import { isBuiltIn } from './switchConnection.ts';

/** Takes a connection out of the settings, with its key. Nothing is deleted at the service. */
export async function removeConnection(services: ConnectionsServices, argument: unknown): Promise<void> {
  const t = vscode.l10n.t;
  const own = services.connections.all().filter((connection) => !isBuiltIn(connection));
  if (own.length === 0) {
    void vscode.window.showInformationMessage(t('Local and OpenAI are always there; no other connection was added.'));
    return;
  }
  const connection = await pickConnection(services, argument, own, t('Which connection is removed?'));
  if (connection === undefined) return;
  const remove = t('Remove Connection');
  const question = t('Remove the connection {0} and its API key?', connection.label);
  const detail = t('Files, jobs and models stay at {0}.', connection.baseURL ?? '');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  await services.connections.remove(connection.id);
}
