import * as vscode from 'vscode';
import type { ServiceError } from '../../core/providers/port.ts';
import { verdictOf, type Trial, type TrialAnswer, type TrialCall } from '../../core/providers/trial.ts';
import { adviseOn, explainServiceError } from '../../messages/serviceErrors.ts';
import type { Connection } from '../../platform/connections.ts';
import { adviceActionOf } from '../../platform/errorReport.ts';
import { askChoice, back } from '../../platform/stepInput.ts';

/** What a test found, in one or two sentences. */
export function summarizeTrial(trial: Trial): string {
  const t = vscode.l10n.t;
  const verdict = verdictOf(trial);
  if (verdict.kind !== 'ready') return t('It does not list fine-tuning jobs: {0}', explainCall(verdict.error));
  const { models } = trial.answers;
  const offered = models.kind === 'allowed' ? t('Jobs can be listed, and it offers {0}.', modelsText(models.count)) : t('Jobs can be listed.');
  return `${offered} ${t('Whether jobs may be created shows with the first one.')}`;
}

type Item = vscode.QuickPickItem & { readonly name?: string; readonly error?: ServiceError };

/** Each call with its answer. A failed one is read in full, with what the table of errors advises, when it is chosen. */
export async function showTrial(connection: Connection, trial: Trial): Promise<void> {
  const t = vscode.l10n.t;
  const { models, jobs, files } = trial.answers;
  const items: Item[] = [
    toItem(t('List jobs'), jobs, 'jobs'),
    toItem(t('List files'), files, 'files'),
    toItem(t('List models'), models, 'models', trainableText(trial)),
    { label: `$(question) ${t('Create jobs')}`, detail: t('Not tried, because it costs money: shows with the first job.') },
  ];
  const placeholder = t('What the service allows with this key; select a failure to read it');
  const chosen = await askChoice<Item>({ title: t('Test of {0}', connection.label), placeholder, items });
  if (chosen === undefined || chosen === back || chosen.error === undefined) return;
  const action = adviceActionOf(chosen.error, connection.id);
  const message = t('{0} does not allow «{1}»', connection.label, chosen.name ?? '');
  const options = { modal: true, detail: explainCall(chosen.error) };
  const pressed = await vscode.window.showWarningMessage(message, options, ...(action === undefined ? [] : [action.title]));
  if (pressed !== undefined) await action?.run();
}

function toItem(name: string, answer: TrialAnswer, call: TrialCall, more = ''): Item {
  if (answer.kind === 'allowed') {
    return { label: `$(pass) ${name}`, description: countText(call, answer.count, answer.hasMore), ...(more === '' ? {} : { detail: more }) };
  }
  const { error } = answer;
  const { title, why } = adviseOn(error);
  return { label: `$(error) ${name}`, description: title, detail: error.facts.kind === 'notFound' ? explainCall(error) : why, name, error };
}

/** A list is not deleted and belongs to nobody: where it is not found, there is none. */
function explainCall(error: ServiceError): string {
  return error.facts.kind === 'notFound'
    ? vscode.l10n.t('There is no such list at this address. Check the base URL, or use it for chats only.')
    : explainServiceError(error);
}

function countText(call: TrialCall, count: number, hasMore: boolean): string {
  const t = vscode.l10n.t;
  if (call === 'models') return modelsText(count);
  if (count === 0) return t('none yet');
  return hasMore ? t('{0} and more', count) : String(count);
}

function modelsText(count: number): string {
  return count === 1 ? vscode.l10n.t('1 model') : vscode.l10n.t('{0} models', count);
}

function trainableText({ trainable }: Trial): string {
  if (trainable.length === 0) return '';
  const shown = trainable.slice(0, 4).join(', ');
  const known = vscode.l10n.t('Known to be trainable: {0}', shown);
  return trainable.length > 4 ? `${known}, …` : known;
}
