import * as vscode from 'vscode';
import type { PreflightReason } from '../../../core/jobs/preflight/preflight.ts';
import { costBasisText, costText, estimatedTimeText } from '../../../messages/cost.ts';
import { reasonText, verdictText } from '../../../messages/preflight.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import type { FullPlan } from './jobPlan.ts';
import { checkPlan, type PlanCheck } from './planCheck.ts';
import type { CreateServices } from './services.ts';

export type PreflightChoice = 'create' | 'connection' | 'problems' | 'model';

type PreflightItem = vscode.QuickPickItem & { readonly choice?: PreflightChoice };

/** The check of a plan, with progress; undefined if the person does not wait for it. */
export async function checkWithProgress(services: CreateServices, plan: FullPlan): Promise<PlanCheck> {
  const title = vscode.l10n.t('Before training on {0}', plan.connection.label);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = abortOnCancel(token);
      try {
        return await checkPlan(services, plan, (message) => progress.report({ message }), cancel.signal);
      } finally {
        cancel.dispose();
      }
    },
  );
}

/** The verdict with its reasons, price and time, and what can be done next. */
export async function askPreflight(
  step: Step,
  plan: FullPlan,
  check: PlanCheck,
): Promise<PreflightChoice | typeof back | undefined> {
  const { preflight } = check;
  const may = preflight.verdict !== 'no';
  const filesWrong = [...preflight.against, ...preflight.but].some(({ code }) => code === 'file.errors' || code === 'file.warnings');
  const modelWrong = preflight.against.some(({ code }) => code.startsWith('model.'));
  const items: PreflightItem[] = [
    ...(may ? [action('play', vscode.l10n.t('Create Job…'), vscode.l10n.t('nothing is sent before you confirm'), 'create')] : []),
    ...(modelWrong ? [action('symbol-misc', vscode.l10n.t('Choose Another Model…'), '', 'model')] : []),
    ...(filesWrong && plan.training.kind === 'local' ? [action('warning', vscode.l10n.t('Show Problems'), '', 'problems')] : []),
    action('plug', vscode.l10n.t('Train on Another Connection…'), vscode.l10n.t('the same dataset'), 'connection'),
    { label: vscode.l10n.t('What is known'), kind: vscode.QuickPickItemKind.Separator },
    ...reasonItems(preflight.against, 'error'),
    ...reasonItems(preflight.but, 'warning'),
    ...factItems(check),
  ];
  const title = `${verdictText(preflight, plan.connection.label)} · ${plan.draft.model}`;
  const placeholder = vscode.l10n.t('Choose a reason to read it whole, or what to do next');
  const item = await askChoice({ ...step, title, placeholder, items });
  if (item === undefined || item === back) return item;
  if (item.choice !== undefined) return item.choice;
  await readWhole(item);
  return askPreflight(step, plan, check);
}

/** A row shows as much of its text as fits; choosing it shows the rest. */
export async function readWhole({ label, description, detail }: vscode.QuickPickItem): Promise<void> {
  const lines = [description, detail].filter((line) => line !== undefined && line !== '');
  await vscode.window.showInformationMessage(label, { modal: true, detail: lines.join('\n') });
}

function reasonItems(reasons: readonly PreflightReason[], icon: 'error' | 'warning'): readonly PreflightItem[] {
  const color = icon === 'error' ? 'list.errorForeground' : 'list.warningForeground';
  return reasons.map((reason) => {
    const { label, sentence } = reasonText(reason, vscode.env.language);
    return { label, detail: sentence, iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)) };
  });
}

/** Price with its basis, and time: also where nothing speaks against the job. */
export function factItems({ cost, duration }: Pick<PlanCheck, 'cost' | 'duration'>): readonly PreflightItem[] {
  const locale = vscode.env.language;
  return [
    {
      label: vscode.l10n.t('Price'),
      description: costText(cost, locale),
      detail: costBasisText(cost, locale),
      iconPath: new vscode.ThemeIcon('credit-card'),
    },
    { label: vscode.l10n.t('Time'), description: estimatedTimeText(duration), iconPath: new vscode.ThemeIcon('clock') },
  ];
}

function action(icon: string, label: string, description: string, choice: PreflightChoice): PreflightItem {
  return { label, description, iconPath: new vscode.ThemeIcon(icon), choice };
}
