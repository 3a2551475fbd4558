import * as vscode from 'vscode';
import { verdictOf, type Trial, type TrialAnswer, type TrialCall } from '../../core/providers/trial.ts';
import { explainServiceError } from '../../messages/serviceErrors.ts';
import type { Connection } from '../../platform/connections.ts';
import { adviceActionOf, type ErrorAction } from '../../platform/errorReport.ts';
import { askChoice, back } from '../../platform/stepInput.ts';

/** What a test found, in one or two sentences. */
export function summarizeTrial(trial: Trial): string {
  const t = vscode.l10n.t;
  const verdict = verdictOf(trial);
  if (verdict.kind !== 'ready') return t('It does not list fine-tuning jobs: {0}', explainServiceError(verdict.error));
  const { models } = trial.answers;
  const offered = models.kind === 'allowed' ? t('Jobs can be listed, and it offers {0} models.', models.count) : t('Jobs can be listed.');
  return `${offered} ${t('Whether jobs may be created shows with the first one.')}`;
}

type Item = vscode.QuickPickItem & { readonly action?: ErrorAction | undefined };

/** Each call with its answer; a failed one offers what the table of errors advises. */
export async function showTrial(connection: Connection, trial: Trial): Promise<void> {
  const t = vscode.l10n.t;
  const { models, jobs, files } = trial.answers;
  const items: Item[] = [
    toItem(t('List jobs'), jobs, 'jobs', connection),
    toItem(t('List files'), files, 'files', connection),
    toItem(t('List models'), models, 'models', connection, trainableText(trial)),
    { label: `$(question) ${t('Create jobs')}`, detail: t('Not tried, because it costs money: shows with the first job.') },
  ];
  const chosen = await askChoice<Item>({ title: t('Test of {0}', connection.label), placeholder: t('What the service allows with this key'), items });
  if (chosen !== undefined && chosen !== back) await chosen.action?.run();
}

function toItem(label: string, answer: TrialAnswer, call: TrialCall, connection: Connection, more = ''): Item {
  if (answer.kind === 'allowed') {
    return { label: `$(pass) ${label}`, description: countText(call, answer.count, answer.hasMore), ...(more === '' ? {} : { detail: more }) };
  }
  const action = adviceActionOf(answer.error, connection.id);
  const description = action === undefined ? {} : { description: action.title };
  return { label: `$(error) ${label}`, ...description, detail: explainServiceError(answer.error), action };
}

function countText(call: TrialCall, count: number, hasMore: boolean): string {
  const t = vscode.l10n.t;
  if (call === 'models') return t('{0} models', count);
  if (count === 0) return t('none yet');
  if (hasMore) return t('{0} and more', count);
  return String(count);
}

function trainableText({ trainable }: Trial): string {
  if (trainable.length === 0) return '';
  const shown = trainable.slice(0, 4).join(', ');
  const known = vscode.l10n.t('Known to be trainable: {0}', shown);
  return trainable.length > 4 ? `${known}, …` : known;
}
