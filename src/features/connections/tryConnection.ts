import * as vscode from 'vscode';
import type { KeyRecord } from '../../core/providers/key.ts';
import { tryService, type Trial } from '../../core/providers/trial.ts';
import type { Connection } from '../../platform/connections.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { explainError, isCancellation } from '../../platform/errorReport.ts';
import type { ConnectionsServices } from './services.ts';

export type TrialOutcome =
  | { readonly kind: 'answered'; readonly trial: Trial }
  /** It could not even be asked: Restricted Mode, a variable without a key. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'cancelled' };

/**
 * Asks for the lists of models, jobs and files, which cost nothing. Without a record, with the key that is stored.
 * Never throws.
 */
export async function tryConnection(
  services: ConnectionsServices,
  connection: Connection,
  record: KeyRecord | 'stored' | undefined,
): Promise<TrialOutcome> {
  const title = vscode.l10n.t('Asking {0} what it allows', connection.label);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token): Promise<TrialOutcome> => {
    const abort = abortOnCancel(token);
    const { connections, log } = services;
    try {
      const service = await (record === 'stored' ? connections.service(connection, abort.signal) : connections.tryOut(connection, record));
      const trial = await tryService(service, connection.profile, abort.signal);
      for (const [call, answer] of Object.entries(trial.answers)) {
        if (answer.kind === 'failed') log.warn(`Trying the connection ${connection.id}, ${call}: ${explainError(answer.error)}`);
      }
      return { kind: 'answered', trial };
    } catch (error) {
      if (isCancellation(error)) return { kind: 'cancelled' };
      log.warn(`Trying the connection ${connection.id} failed: ${explainError(error)}`);
      return { kind: 'failed', error };
    } finally {
      abort.dispose();
    }
  });
}
