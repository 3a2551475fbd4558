import * as vscode from 'vscode';
import { compatibleProfile } from '../../core/providers/compatible.ts';
import { createConnectionId, parseBaseURL, type BaseURLFault } from '../../core/providers/connection.ts';
import { profileOf } from '../../core/providers/providers.ts';
import type { KeyRecord } from '../../core/providers/key.ts';
import { openaiProfile } from '../../core/providers/openai.ts';
import type { Connection } from '../../platform/connections.ts';
import { askText, back } from '../../platform/stepInput.ts';
import { hostOf } from './describe.ts';
import type { ConnectionsServices } from './services.ts';
import { askKeyRecord, askKeySource, type KeySource } from './keyInput.ts';
import { tryConnection, type Trial } from './tryConnection.ts';

/** Address, name, key; then the service is asked for its models, and only then the connection is kept. */
export async function addConnection(services: ConnectionsServices): Promise<void> {
  let draft: Draft = { baseURL: '', label: '', source: 'typed', record: undefined };
  for (let step = 1; ; ) {
    const answer = await askStep(draft, step);
    if (answer === undefined) return;
    if (answer === back) {
      step -= 1;
      continue;
    }
    draft = answer;
    if (step < (draft.source === 'none' ? 3 : 4)) {
      step += 1;
      continue;
    }
    const connection = toConnection(services, draft);
    const trial = await tryConnection(services, connection, draft.record);
    if (trial.kind === 'answered') return keep(services, connection, draft, trial);
    const decision = trial.kind === 'failed' ? await askAfterFailure(connection, trial.reason) : 'edit';
    if (decision === 'keep') return keep(services, connection, draft, trial);
    if (decision === undefined) return;
    step = 1;
  }
}

type Draft = {
  readonly baseURL: string;
  readonly label: string;
  readonly source: KeySource;
  readonly record: KeyRecord | undefined;
};

const totalSteps = 4;

async function askStep(draft: Draft, step: number): Promise<Draft | typeof back | undefined> {
  const t = vscode.l10n.t;
  const title = t('Add Connection');
  switch (step) {
    case 1: {
      const text = await askText({
        title,
        step,
        totalSteps,
        prompt: t('Base URL of an OpenAI-compatible service, with its version path'),
        placeholder: 'https://host.example/v1',
        value: draft.baseURL,
        validate: (value) => {
          const parsed = parseBaseURL(value);
          return 'fault' in parsed ? explainBaseURLFault(parsed.fault) : undefined;
        },
      });
      if (text === undefined || text === back) return text;
      const parsed = parseBaseURL(text);
      return 'fault' in parsed ? undefined : { ...draft, baseURL: parsed.baseURL };
    }
    case 2: {
      const label = await askText({
        title,
        step,
        totalSteps,
        prompt: t('What the connection is called'),
        value: draft.label || new URL(draft.baseURL).hostname,
        validate: (value) => (value.trim() === '' ? t('A connection needs a name.') : undefined),
      });
      return label === undefined || label === back ? label : { ...draft, label: label.trim() };
    }
    case 3: {
      const source = await askKeySource({ title, step, totalSteps }, true);
      return source === undefined || source === back ? source : { ...draft, source, record: undefined };
    }
    default: {
      if (draft.source === 'none') return draft;
      const record = await askKeyRecord({ title, step, totalSteps }, draft.source, new URL(draft.baseURL).host);
      return record === undefined || record === back ? record : { ...draft, record };
    }
  }
}

function explainBaseURLFault(fault: BaseURLFault): string {
  const t = vscode.l10n.t;
  switch (fault) {
    case 'notURL':
      return t('That is no address. It begins with https://.');
    case 'notHttps':
      return t('Plain http would send the key readable over the network; it is allowed for this machine only. Use https.');
    case 'hasCredentials':
      return t('Leave user name and password out; the key is asked for later.');
    case 'hasQuery':
      return t('Leave out what comes after ? or #.');
    default:
      return fault satisfies never;
  }
}

function toConnection({ connections }: ConnectionsServices, draft: Draft): Connection {
  const id = createConnectionId(draft.label, connections.all().map((connection) => connection.id));
  const profile = profileOf(draft.baseURL) === 'openai' ? openaiProfile : compatibleProfile;
  return { id, label: draft.label, profile, baseURL: draft.baseURL };
}

async function askAfterFailure(connection: Connection, reason: string): Promise<'keep' | 'edit' | undefined> {
  const t = vscode.l10n.t;
  const edit = t('Edit');
  const keepAnyway = t('Add Anyway');
  const question = t('{0} did not list its models', hostOf(connection));
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail: reason }, edit, keepAnyway);
  if (chosen === edit) return 'edit';
  return chosen === keepAnyway ? 'keep' : undefined;
}

async function keep(services: ConnectionsServices, connection: Connection, draft: Draft, trial: Trial): Promise<void> {
  const t = vscode.l10n.t;
  const { connections } = services;
  const { id, label } = connection;
  await connections.add({ id, label, baseURL: draft.baseURL, });
  if (draft.record) await connections.setKey(connection, draft.record);
  await connections.select(connection.id);
  if (trial.kind !== 'answered') return;
  void vscode.window.showInformationMessage(
    t('{0} is the connection now. It offers {1} models.', connection.label, trial.models),
  );
}
