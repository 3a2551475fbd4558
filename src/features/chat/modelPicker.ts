import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { sameModel, type TunedModel } from '../../core/chat/transcript.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { listTunedModels, toModelDetail, toModelName } from './tunedModels.ts';

type PickerServices = {
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
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

async function toItems({ connections, jobStore, jobWatcher }: PickerServices, chosen: TunedModel | null): Promise<Item[]> {
  const { id } = connections.current;
  if (listTunedModels(jobStore, id).length === 0) await jobWatcher.refresh(id);
  const models = listTunedModels(jobStore, id).map((tuned): Item => {
    const isChosen = sameModel(tuned, chosen);
    return {
      label: `$(${isChosen ? 'check' : tuned.checkpoint === undefined ? 'symbol-misc' : 'git-commit'}) ${toModelName(tuned)}`,
      ...(isChosen ? { description: vscode.l10n.t('chosen') } : {}),
      detail: toModelDetail(tuned, jobStore.get(tuned.ref), undefined),
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
