import * as vscode from 'vscode';
import { reportError } from '../../platform/errorReport.ts';
import { pickConnection } from './keys.ts';
import type { ConnectionsServices } from './services.ts';
import { showTrial } from './trialReport.ts';
import { tryConnection } from './tryConnection.ts';

/** Asks a connection again what it allows, and shows each answer. */
export async function testConnection(services: ConnectionsServices, argument: unknown): Promise<void> {
  const t = vscode.l10n.t;
  const { connections, log } = services;
  const connection = await pickConnection(services, argument, connections.all(), t('Which connection is tested?'));
  if (connection === undefined) return;
  const outcome = await tryConnection(services, connection, 'stored');
  if (outcome.kind === 'failed') await reportError(t('{0} could not be tested', connection.label), outcome.error, log);
  if (outcome.kind === 'answered') await showTrial(connection, outcome.trial);
}
