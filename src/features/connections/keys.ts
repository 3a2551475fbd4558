import * as vscode from 'vscode';
import type { KeyRecord } from '../../core/providers/key.ts';
import { verdictOf, type Trial } from '../../core/providers/trial.ts';
import type { Connection } from '../../platform/connections.ts';
import { explainError } from '../../platform/errorReport.ts';
import { askChoice, back } from '../../platform/stepInput.ts';
import { describeConnection, hostOf, toConnectionId } from './describe.ts';
import type { ConnectionsServices } from './services.ts';
import { askKeyRecord, askKeySource } from './keyInput.ts';
import { showTrial, summarizeTrial } from './trialReport.ts';
import { tryConnection } from './tryConnection.ts';

/** Sets the key of one connection and says whether the service takes it. */
export async function setKey(services: ConnectionsServices, argument: unknown): Promise<void> {
  const t = vscode.l10n.t;
  const keyed = services.connections.all().filter(({ profile }) => profile.key !== 'none');
  const connection = await pickConnection(services, argument, keyed, t('Whose API key?'));
  if (connection === undefined) return;
  const title = t('API Key for {0}', connection.label);
  for (;;) {
    const source = await askKeySource({ title, step: 1, totalSteps: 2 }, false);
    if (source === undefined || source === back || source === 'none') return;
    const record = await askKeyRecord({ title, step: 2, totalSteps: 2 }, source, hostOf(connection));
    if (record === undefined) return;
    if (record === back) continue;
    await storeKey(services, connection, record);
    const outcome = await tryConnection(services, connection, record);
    if (outcome.kind === 'answered') tellOfKey(connection, outcome.trial);
    else if (outcome.kind === 'failed') warnOfKey(connection, explainError(outcome.error));
    return;
  }
}

/** Stores a key, and says so where it cannot be kept. */
export async function storeKey({ connections, log }: ConnectionsServices, connection: Connection, record: KeyRecord): Promise<void> {
  if ((await connections.setKey(connection, record)) === 'stored') return;
  log.warn(`The secret storage does not take the key of ${connection.id}; it is kept in memory.`);
  void vscode.window.showWarningMessage(
    vscode.l10n.t(
      'The secret storage of this machine does not work, so the API key of {0} is forgotten when the window closes. An environment variable can hold it instead.',
      connection.label,
    ),
  );
}

function tellOfKey(connection: Connection, trial: Trial): void {
  const t = vscode.l10n.t;
  const verdict = verdictOf(trial);
  if (verdict.kind === 'failed') return warnOfKey(connection, explainError(verdict.error));
  const details = t('Details');
  const message = t('{0} takes the API key. {1}', connection.label, summarizeTrial(trial));
  void vscode.window.showInformationMessage(message, details).then((chosen) => (chosen === details ? showTrial(connection, trial) : undefined));
}

function warnOfKey(connection: Connection, reason: string): void {
  void vscode.window.showWarningMessage(vscode.l10n.t('The API key is kept, but {0} did not answer: {1}', connection.label, reason));
}

/** Forgets the key of one connection after asking. */
export async function removeKey(services: ConnectionsServices, argument: unknown): Promise<void> {
  const t = vscode.l10n.t;
  const { connections } = services;
  const withKey: Connection[] = [];
  for (const connection of connections.all()) {
    const { kind } = await connections.keyState(connection);
    if (kind === 'stored' || kind === 'variable') withKey.push(connection);
  }
  if (withKey.length === 0) {
    void vscode.window.showInformationMessage(t('No connection has an API key.'));
    return;
  }
  const connection = await pickConnection(services, argument, withKey, t('Whose API key is forgotten?'));
  if (connection === undefined) return;
  const remove = t('Remove Key');
  const question = t('Remove the API key of {0} from this machine?', connection.label);
  const detail = t('The key stays valid at the service until it is revoked there.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  await connections.removeKey(connection);
}

/** The connection that is meant: the argument, the current one if it qualifies, the only one, or the chosen one. */
export async function pickConnection(
  services: ConnectionsServices,
  argument: unknown,
  candidates: readonly Connection[],
  placeholder: string,
): Promise<Connection | undefined> {
  const id = toConnectionId(argument) ?? services.connections.current.id;
  const meant = candidates.find((connection) => connection.id === id);
  if (meant) return meant;
  if (candidates.length < 2) return candidates[0];
  const items = await Promise.all(
    candidates.map(async (connection) => ({
      label: connection.label,
      detail: await describeConnection(services, connection),
      connection,
    })),
  );
  const chosen = await askChoice({ title: vscode.l10n.t('Connections'), placeholder, items });
  return chosen === undefined || chosen === back ? undefined : chosen.connection;
}
