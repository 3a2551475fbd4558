import { posix } from 'node:path';
import * as vscode from 'vscode';
import { findBaseModel } from '../../../core/providers/profile.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import type { FullPlan } from './jobPlan.ts';
import { settingLabel, settingNames, settingText } from './settingsStep.ts';

/** The step of the creation that a row of the summary leads back to. */
export type Stage = 'training' | 'validation' | 'model' | 'suffix' | 'settings' | 'summary';

type SummaryItem = vscode.QuickPickItem & { readonly stage?: Stage | 'create' | 'connection' };

/** Everything that was chosen; a row leads back to its step. 'create' = go. */
export async function askSummary(
  step: Step,
  plan: FullPlan,
): Promise<Stage | 'create' | 'connection' | typeof back | undefined> {
  const { draft, training, validation } = plan;
  const settings = settingNames.map((name) => `${settingLabel(name)} ${settingText(draft.settings[name])}`);
  const rows: SummaryItem[] = [
    row(vscode.l10n.t('Training file'), fileText(training), 'training'),
    row(vscode.l10n.t('Validation file'), validation ? fileText(validation) : vscode.l10n.t('none'), 'validation'),
    row(vscode.l10n.t('Base model'), draft.model, 'model'),
    row(vscode.l10n.t('Suffix'), draft.suffix === '' ? vscode.l10n.t('none') : draft.suffix, 'suffix'),
    row(vscode.l10n.t('Hyperparameters'), settings.join(' · '), 'settings'),
    row(vscode.l10n.t('Connection'), plan.connection.label, 'connection'),
  ];
  const items: SummaryItem[] = [
    {
      label: vscode.l10n.t('Create Job'),
      description: costText(plan),
      iconPath: new vscode.ThemeIcon('play'),
      stage: 'create',
    },
    { label: vscode.l10n.t('Choose a row to change it'), kind: vscode.QuickPickItemKind.Separator },
    ...rows,
  ];
  const item = await askChoice({ ...step, placeholder: vscode.l10n.t('Create this fine-tuning job?'), items });
  return item === undefined || item === back ? item : (item.stage ?? 'create');
}

/** The one modal question, where money is spent. */
export async function confirmCost(plan: FullPlan): Promise<boolean> {
  if (!plan.connection.profile.charges) return true;
  const create = vscode.l10n.t('Create Job');
  const detail = [
    vscode.l10n.t('Training file: {0}', fileText(plan.training)),
    ...(plan.validation === undefined ? [] : [vscode.l10n.t('Validation file: {0}', fileText(plan.validation))]),
    vscode.l10n.t('Base model: {0}', plan.draft.model),
    vscode.l10n.t('Epochs: {0}', settingText(plan.draft.settings.nEpochs)),
    costText(plan),
  ].join('\n');
  const title = vscode.l10n.t('Upload and train on {0}? This can cost money.', plan.connection.label);
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, create)) === create;
}

/** Bytes of JSONL per token of English chat data, quotes and keys included: a rough figure, and called one. */
const bytesPerToken = 4;

function costText({ connection, training, draft }: FullPlan): string {
  const { profile } = connection;
  if (!profile.charges) return vscode.l10n.t('free: trains on this machine');
  const price = findBaseModel(profile, draft.model)?.price;
  if (price === undefined) return vscode.l10n.t('The price is the service’s; none is known here.');
  const millions = training.bytes / bytesPerToken / 1_000_000;
  const epochs = draft.settings.nEpochs === 'auto' ? 1 : draft.settings.nEpochs;
  const dollars = new Intl.NumberFormat(vscode.env.language, { style: 'currency', currency: 'USD' });
  const cost = dollars.format(Math.max(0.01, millions * epochs * price.value.training));
  return draft.settings.nEpochs === 'auto'
    ? vscode.l10n.t('≈ {0} per epoch by file size (price of {1})', cost, price.asOf)
    : vscode.l10n.t('≈ {0} by file size (price of {1})', cost, price.asOf);
}

function fileText(file: { readonly uri: vscode.Uri; readonly examples: number }): string {
  const count = new Intl.NumberFormat(vscode.env.language).format(file.examples);
  const name = posix.basename(file.uri.path);
  if (file.examples === 1) return vscode.l10n.t('{0} (1 example)', name);
  return vscode.l10n.t('{0} ({1} examples)', name, count);
}

function row(label: string, description: string, stage: NonNullable<SummaryItem['stage']>): SummaryItem {
  return { label, description, stage };
}
