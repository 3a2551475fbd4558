import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { sameModel, type TunedModel } from '../../core/chat/transcript.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import { lifeText } from '../../messages/models.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import { listTunedModels, toModelDetail, toModelName } from './tunedModels.ts';

type PickerServices = {
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly lives: ModelLives;
};

type Item = vscode.QuickPickItem & { readonly tuned?: TunedModel; readonly command?: string };

/** Lets the person choose a tuned model of the current connection; undefined if they chose none. */
export async function pickTunedModel(services: PickerServices, chosen: TunedModel | null): Promise<TunedModel | undefined> {
  const { label } = services.connections.current;
  const picked = await vscode.window.showQuickPick(toItems(services, chosen), {
    title: vscode.l10n.t('Select Chat Model'),
    placeHolder: vscode.l10n.t('A tuned model of {0}', label),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
  return picked?.tuned;
}

async function toItems({ connections, jobStore, jobWatcher, lives }: PickerServices, chosen: TunedModel | null): Promise<Item[]> {
  const { id } = connections.current;
  if (listTunedModels(jobStore, id).length === 0) await jobWatcher.refresh(id);
  const all = listTunedModels(jobStore, id);
  const latest = all.find(({ checkpoint }) => checkpoint === undefined);
  const models = all.map((tuned): Item => {
    const isChosen = sameModel(tuned, chosen);
    const record = jobStore.get(tuned.ref);
    const life = record && lives.getOf(record, tuned.model);
    // Which one is the latest is told, and never taken for the person: it changes with each job.
    const words = [
      ...(isChosen ? [vscode.l10n.t('chosen')] : []),
      ...(tuned === latest ? [vscode.l10n.t('latest')] : []),
      ...(life === undefined ? [] : [lifeText(life, Date.now())]),
    ];
    return {
      label: `$(${isChosen ? 'check' : tuned.checkpoint === undefined ? 'symbol-misc' : 'git-commit'}) ${toModelName(tuned)}`,
      ...(words.length === 0 ? {} : { description: words.join(' · ') }),
      detail: toModelDetail(tuned, record, undefined),
      tuned,
    };
  });
  const others: Item[] = [
    { label: `$(add) ${vscode.l10n.t('Create Fine-Tuning Job…')}`, command: commandIds.jobsCreate },
    { label: `$(plug) ${vscode.l10n.t('Switch Connection…')}`, command: commandIds.connectionsSwitch },
  ];
  const separator: Item = { label: '', kind: vscode.QuickPickItemKind.Separator };
  return [...models, ...(models.length > 0 ? [separator] : []), ...others];
}
