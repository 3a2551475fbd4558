import * as vscode from 'vscode';
import { settingNamesOf } from '../../../core/jobs/jobDraft.ts';
import { costBasisText, costText, estimatedTimeText } from '../../../messages/cost.ts';
import { methodText, reasonText } from '../../../messages/preflight.ts';
import { numberFormat } from '../../../messages/numberFormat.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import type { FullPlan } from './jobPlan.ts';
import type { CheckedFile, PlanCheck } from './planCheck.ts';
import { factItems, readWhole } from './preflightStep.ts';
import { settingLabel, settingText } from './settingsStep.ts';

/** The step of the creation that a row of the summary leads back to. */
export type Stage = 'training' | 'validation' | 'model' | 'suffix' | 'settings' | 'grader' | 'summary';

export type SummaryChoice = Stage | 'create' | 'save' | 'connection';

type SummaryItem = vscode.QuickPickItem & { readonly stage?: SummaryChoice };

/** Everything that was chosen, and what is known about it; a row leads back to its step. 'create' = go. */
export async function askSummary(step: Step, plan: FullPlan, check: PlanCheck): Promise<SummaryChoice | typeof back | undefined> {
  const { draft } = plan;
  const items: SummaryItem[] = [
    { label: vscode.l10n.t('Create Job'), description: costText(check.cost, vscode.env.language), iconPath: icon('play'), stage: 'create' },
    { label: vscode.l10n.t('Save as Job File…'), description: vscode.l10n.t('to review it, and run it later'), iconPath: icon('save'), stage: 'save' },
    { label: vscode.l10n.t('Choose a row to change it'), kind: vscode.QuickPickItemKind.Separator },
    row(vscode.l10n.t('Training file'), fileText(check.training), 'training'),
    row(vscode.l10n.t('Validation file'), check.validation ? fileText(check.validation) : vscode.l10n.t('none'), 'validation'),
    row(vscode.l10n.t('Base model'), draft.model, 'model'),
    row(vscode.l10n.t('Suffix'), draft.suffix === '' ? vscode.l10n.t('none') : draft.suffix, 'suffix'),
    row(vscode.l10n.t('Method'), methodText(draft.method), 'training'),
    row(vscode.l10n.t('Hyperparameters'), settingsText(plan), 'settings'),
    ...(draft.grader === undefined ? [] : [row(vscode.l10n.t('Grader'), graderName(draft.grader), 'grader')]),
    row(vscode.l10n.t('Connection'), plan.connection.label, 'connection'),
    { label: vscode.l10n.t('What is known'), kind: vscode.QuickPickItemKind.Separator },
    ...factItems(check),
    ...check.preflight.but.map((reason): SummaryItem => {
      const { label, sentence } = reasonText(reason, vscode.env.language);
      return { label, detail: sentence, iconPath: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')) };
    }),
  ];
  const item = await askChoice({ ...step, placeholder: vscode.l10n.t('Create this fine-tuning job?'), items });
  if (item === undefined || item === back) return item;
  if (item.stage !== undefined) return item.stage;
  await readWhole(item);
  return askSummary(step, plan, check);
}

/** The one modal question, where money is spent: it shows all that is known. */
export async function confirmCost(plan: FullPlan, check: PlanCheck): Promise<boolean> {
  const { connection, draft } = plan;
  if (!connection.profile.charges) return true;
  const locale = vscode.env.language;
  const create = vscode.l10n.t('Create Job');
  const lines = [
    vscode.l10n.t('Price: {0}', costText(check.cost, locale)),
    costBasisText(check.cost, locale),
    vscode.l10n.t('Time: {0}', estimatedTimeText(check.duration)),
    '',
    vscode.l10n.t('Training file: {0}', fileText(check.training)),
    ...(check.validation === undefined ? [] : [vscode.l10n.t('Validation file: {0}', fileText(check.validation))]),
    vscode.l10n.t('Base model: {0}', draft.model),
    vscode.l10n.t('Method: {0}', methodText(draft.method)),
    vscode.l10n.t('Hyperparameters: {0}', settingsText(plan)),
    ...(check.preflight.but.length === 0 ? [] : ['', ...check.preflight.but.map((reason) => reasonText(reason, locale).sentence)]),
  ];
  const title = vscode.l10n.t('Upload and train on {0}? This can cost money.', connection.label);
  return (await vscode.window.showWarningMessage(title, { modal: true, detail: lines.join('\n') }, create)) === create;
}

function settingsText({ connection, draft }: FullPlan): string {
  const names = settingNamesOf(draft.method);
  return names.map((name) => `${settingLabel(name, connection.profile)} ${settingText(draft.settings[name])}`).join(' · ');
}

export function graderName(grader: Readonly<Record<string, unknown>>): string {
  const { name, type } = grader;
  return [name, type].filter((part) => typeof part === 'string').join(' · ');
}

function fileText({ name, examples, file }: CheckedFile): string {
  if (file.kind === 'remote') return vscode.l10n.t('{0} (uploaded before)', name);
  if (examples === 1) return vscode.l10n.t('{0} (1 example)', name);
  return vscode.l10n.t('{0} ({1} examples)', name, numberFormat(vscode.env.language).format(examples));
}

function row(label: string, description: string, stage: SummaryChoice): SummaryItem {
  return { label, description, stage };
}

function icon(name: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name);
}
