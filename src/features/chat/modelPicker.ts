import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { sameModel, type TunedModel } from '../../core/chat/transcript.ts';
import { jobLabel } from '../../core/jobs/jobName.ts';
import type { JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import { lifeText } from '../../messages/models.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import { listTunedModels, listUndeployed, toModelDetail, toModelName } from './tunedModels.ts';

type PickerServices = {
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly lives: ModelLives;
  readonly deployed: DeployedModels;
};

type Item = vscode.QuickPickItem & {
  readonly tuned?: TunedModel;
  readonly command?: string;
  readonly argument?: unknown;
  /** A job whose model may answer under a name that only the person knows. */
  readonly unnamed?: JobRef;
};

/** Lets the person choose a tuned model of the current connection; undefined if they chose none. */
export async function pickTunedModel(services: PickerServices, chosen: TunedModel | null): Promise<TunedModel | undefined> {
  const { label } = services.connections.current;
  const picked = await vscode.window.showQuickPick(toItems(services, chosen), {
    title: vscode.l10n.t('Select Chat Model'),
    placeHolder: vscode.l10n.t('A tuned model of {0}', label),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, picked.argument);
  return picked?.unnamed === undefined ? picked?.tuned : askDeployment(services, picked.unnamed);
}

/** The name of a deployment that was made outside of this API. */
async function askDeployment({ deployed, jobStore }: PickerServices, ref: JobRef): Promise<TunedModel | undefined> {
  const given = await vscode.window.showInputBox({
    title: vscode.l10n.t('Name of the Deployment'),
    prompt: vscode.l10n.t('The name under which the service answers with the model of {0}, as its console shows it.', ref.jobId),
    value: jobStore.get(ref)?.job.fine_tuned_model ?? '',
    ignoreFocusOut: true,
  });
  const model = given?.trim() ?? '';
  if (model === '') return undefined;
  await deployed.note(ref, model);
  return { model, ref };
}

async function toItems(services: PickerServices, chosen: TunedModel | null): Promise<Item[]> {
  const { connections, jobStore, jobWatcher, lives } = services;
  const { id } = connections.current;
  if (listTunedModels(services, id).length === 0) await jobWatcher.refresh(id);
  const all = listTunedModels(services, id);
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
  return [...models, ...toUndeployedItems(services), ...(models.length > 0 ? [separator] : []), ...others];
}

/** What must be deployed before it answers, and how that is done. */
function toUndeployedItems(services: PickerServices): readonly Item[] {
  const { id } = services.connections.current;
  return listUndeployed(services, id).flatMap(({ job }): Item[] => {
    const ref = { connectionId: id, jobId: job.id };
    const about = { description: vscode.l10n.t('must be deployed before it answers'), detail: job.id };
    const deploy = { label: `$(rocket) ${vscode.l10n.t('Deploy {0}…', jobLabel(job))}`, ...about, command: commandIds.modelsDeploy, argument: { ref } };
    const name = { label: `$(edit) ${vscode.l10n.t('Name the Deployment of {0}…', jobLabel(job))}`, description: vscode.l10n.t('deployed already, for example in the console'), detail: job.id, unnamed: ref };
    return [deploy, name];
  });
}
