import * as vscode from 'vscode';
import type { KeyRecord } from '../../core/providers/key.ts';
import type { Connection } from '../../platform/connections.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { ConnectionsServices } from './services.ts';

export type Trial =
  | { readonly kind: 'answered'; readonly models: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' };

/** Asks for the list of models, which every service has and which costs nothing. Never throws. */
export async function tryConnection(
  services: ConnectionsServices,
  connection: Connection,
  record: KeyRecord | undefined,
): Promise<Trial> {
  const title = vscode.l10n.t('Asking {0} for its models', connection.label);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token): Promise<Trial> => {
    const abort = abortOnCancel(token);
    try {
      const service = await services.connections.tryOut(connection, record);
      return { kind: 'answered', models: (await service.listModels(abort.signal)).length };
    } catch (error) {
      if (isCancellation(error)) return { kind: 'cancelled' };
      services.log.warn(`Trying the connection ${connection.id} failed: ${explainError(error)}`);
      return { kind: 'failed', reason: explainError(error) };
    } finally {
      abort.dispose();
    }
  });
}
