import * as vscode from 'vscode';
import { createConnectionId, type ConnectionSetting } from '../../core/providers/connection.ts';
import { ServiceError, type KeyHeader } from '../../core/providers/port.ts';
import { profileOf } from '../../core/providers/providers.ts';
import { verdictOf, type Trial } from '../../core/providers/trial.ts';
import type { Connection } from '../../platform/connections.ts';
import { explainError } from '../../platform/errorReport.ts';
import { back } from '../../platform/stepInput.ts';
import { stepsOf } from './addSteps.ts';
import { emptyDraft, kindOf, type Draft } from './connectionDraft.ts';
import { hostOf } from './describe.ts';
import { storeKey } from './keys.ts';
import type { ConnectionsServices } from './services.ts';
import { showTrial, summarizeTrial } from './trialReport.ts';
import { tryConnection, type TrialOutcome } from './tryConnection.ts';

/** Service, address, name, key; then the service is asked what it allows, and only then the connection is kept. */
export async function addConnection(services: ConnectionsServices): Promise<void> {
  const { providers } = services.connections.overridden;
  const title = vscode.l10n.t('Add Connection');
  let draft = emptyDraft;
  for (let step = 0; ; ) {
    const steps = stepsOf(draft);
    const ask = steps[step];
    if (ask !== undefined) {
      const answer = await ask(draft, { title, step: step + 1, totalSteps: steps.length }, providers);
      if (answer === undefined) return;
      step += answer === back ? -1 : 1;
      if (answer !== back) draft = answer;
      continue;
    }
    const outcome = await tryDraft(services, draft);
    if (outcome === undefined) return;
    if (outcome === 'edit') step = steps.length - 1;
    else return keep(services, draft, outcome);
  }
}

/** What is kept, with the answers that it was tried with. */
type Outcome = { readonly connection: Connection; readonly trial: Trial | undefined };

async function tryDraft(services: ConnectionsServices, draft: Draft): Promise<Outcome | 'edit' | undefined> {
  const connection = toConnection(services, draft, undefined);
  const first = await tryConnection(services, connection, draft.record);
  if (first.kind === 'cancelled') return 'edit';
  const error = errorOf(first);
  if (first.kind === 'answered' && error === undefined) return { connection, trial: first.trial };
  const keyRefused = error instanceof ServiceError && error.facts.kind === 'unauthorized';
  if (keyRefused && connection.profile.id === 'azure') {
    // Some of its gateways take the key in a header of its own only.
    const other = toConnection(services, draft, 'api-key');
    const second = await tryConnection(services, other, draft.record);
    if (second.kind === 'answered' && errorOf(second) === undefined) return { connection: other, trial: second.trial };
  }
  const decision = await askAfterFailure(connection, explainError(error));
  return decision === 'keep' ? { connection, trial: undefined } : decision;
}

/** Why nothing at all was allowed; undefined if something was. */
function errorOf(outcome: Exclude<TrialOutcome, { readonly kind: 'cancelled' }>): unknown {
  if (outcome.kind === 'failed') return outcome.error;
  const verdict = verdictOf(outcome.trial);
  return verdict.kind === 'failed' ? verdict.error : undefined;
}

function toConnection({ connections }: ConnectionsServices, draft: Draft, keyHeader: KeyHeader | undefined): Connection {
  const id = createConnectionId(draft.label, connections.all().map((connection) => connection.id));
  const { organization, project } = draft;
  return {
    id,
    label: draft.label,
    profile: connections.overridden.providers[kindOf(draft)],
    baseURL: draft.baseURL,
    ...(organization === '' ? {} : { organization }),
    ...(project === '' ? {} : { project }),
    ...(keyHeader === undefined ? {} : { keyHeader }),
  };
}

async function askAfterFailure(connection: Connection, reason: string): Promise<'keep' | 'edit' | undefined> {
  const t = vscode.l10n.t;
  const edit = t('Edit');
  const keepAnyway = t('Add Anyway');
  const question = t('{0} allowed nothing that was tried', hostOf(connection));
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail: reason }, edit, keepAnyway);
  if (chosen === edit) return 'edit';
  return chosen === keepAnyway ? 'keep' : undefined;
}

async function keep(services: ConnectionsServices, draft: Draft, { connection, trial }: Outcome): Promise<void> {
  const t = vscode.l10n.t;
  const { connections } = services;
  const { profile: _profile, ...rest } = connection;
  const { baseURL } = draft;
  const profile = kindOf(draft);
  // The host tells the profile again; only what it would not tell is written down.
  const setting: ConnectionSetting = { ...rest, baseURL, ...(profileOf(baseURL) === profile ? {} : { profile }) };
  await connections.add(setting);
  if (draft.record) await storeKey(services, connection, draft.record);
  await connections.select(connection.id);
  if (trial === undefined) return;
  const details = t('Details');
  const message = t('{0} is the connection now. {1}', connection.label, summarizeTrial(trial));
  const show = verdictOf(trial).kind === 'ready' ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  // Nobody waits for a message that may stay for hours.
  void show(message, details).then((chosen) => (chosen === details ? showTrial(connection, trial) : undefined));
}
