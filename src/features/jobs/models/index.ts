import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { shortModelName } from '../../../core/jobs/jobName.ts';
import { registryPath } from '../../../core/models/modelRegistry.ts';
import { readJobRef } from '../../../core/jobs/jobRef.ts';
import type { WireFile, WireModel } from '../../../core/providers/wire.ts';
import type { Connections } from '../../../platform/connections.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import type { DeployedModels } from '../../../platform/deployedModels.ts';
import { DisposableStore } from '../../../platform/disposables.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import type { Log } from '../../../platform/log.ts';
import type { ModelLives } from '../../../platform/modelLives.ts';
import { registerReported } from '../../../platform/reportedCommand.ts';
import { pickJob, type JobPickerServices } from '../jobPicker.ts';
import type { JobView } from '../jobView.ts';
import type { RemoteList } from '../remoteList.ts';
import { deleteFile, deleteModel } from '../removal.ts';
import { chooseModel, type ChosenModel } from './modelChoice.ts';
import { openModelCode } from './modelCode.ts';
import { deployModel } from './modelDeployment.ts';
import { recordModel } from './modelRecord.ts';

type ModelServices = JobPickerServices & {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
  readonly lives: ModelLives;
  readonly deployed: DeployedModels;
  readonly models: RemoteList<WireModel>;
  readonly files: RemoteList<WireFile>;
};

/** What can be done with a tuned model, and with an uploaded file. */
export function registerModels(services: ModelServices, view: JobView): vscode.Disposable {
  const { t } = vscode.l10n;
  const disposables = new DisposableStore();
  const register = (id: string, what: string, run: (argument: unknown) => unknown): void =>
    void disposables.add(registerReported(services.log, id, what, run));
  const withModel = (id: string, what: string, question: string, run: (chosen: ChosenModel) => unknown): void =>
    register(id, what, async (argument) => {
      const chosen = await chooseModel(services, argument, question);
      if (chosen !== undefined) await run(chosen);
    });

  withModel(commandIds.modelsSaveName, t('The name could not be saved'), t('Save the name of which model?'), saveName);
  withModel(commandIds.modelsRecord, t('The model could not be recorded'), t('Record which model?'), async (chosen) => {
    const target = await recordModel(services, chosen);
    if (target === undefined) {
      void vscode.window.showInformationMessage(t('Open a trusted folder first: the model is recorded in its {0}.', registryPath));
      return;
    }
    const open = t('Open');
    const message = t('{0} is recorded in {1}.', shortModelName(chosen.model), registryPath);
    if ((await vscode.window.showInformationMessage(message, open)) === open) await vscode.window.showTextDocument(target);
  });
  withModel(commandIds.modelsExportCode, t('The code could not be made'), t('Code for which model?'), (chosen) => openModelCode(services, chosen));
  register(commandIds.modelsDelete, t('The model could not be deleted'), async (argument) => {
    const { connectionId, model } = (argument ?? view.selected ?? {}) as { readonly connectionId?: unknown; readonly model?: unknown };
    if (typeof connectionId === 'string' && typeof model === 'string') return deleteModel(services, connectionId, model);
    const chosen = await chooseModel(services, argument, t('Delete which model?'));
    return chosen && deleteModel(services, chosen.ref.connectionId, chosen.model);
  });
  register(commandIds.modelsDeploy, t('The model could not be deployed'), async (argument) => {
    const isDone = ({ job: { status } }: { readonly job: { readonly status: string } }) => status === 'succeeded';
    const ref = readJobRef(argument) ?? (await pickJob(services, t('Deploy the model of which job?'), isDone));
    const record = ref && services.jobStore.get(ref);
    const { checkpointId } = (argument ?? {}) as { readonly checkpointId?: unknown };
    if (record !== undefined) await deployModel(services, record, typeof checkpointId === 'string' ? checkpointId : undefined);
  });
  register(commandIds.filesDelete, t('The file could not be deleted'), async (argument) => {
    const row = (argument ?? view.selected ?? {}) as { readonly connectionId?: unknown; readonly fileId?: unknown };
    const { connectionId, fileId } = typeof row.fileId === 'string' ? row : ((await pickFile(services)) ?? {});
    if (typeof connectionId === 'string' && typeof fileId === 'string') await deleteFile(services, connectionId, fileId);
  });
  return disposables;
}

/** One line with the name, which every other tool can read. */
async function saveName({ model }: ChosenModel): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, 'model.txt') } : {}),
    filters: { [vscode.l10n.t('Text')]: ['txt'] },
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(`${model}\n`));
  vscode.window.setStatusBarMessage(vscode.l10n.t('{0} written to {1}', model, vscode.workspace.asRelativePath(target)), 5_000);
}

async function pickFile({ connections, files }: ModelServices): Promise<{ connectionId: string; fileId: string } | undefined> {
  const { current } = connections;
  await files.read(current);
  const items = files.state(current.id).items.map(({ id, filename }) => ({ label: filename, detail: id, connectionId: current.id, fileId: id }));
  if (items.length > 0) return vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Delete which file?'), matchOnDetail: true });
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no files for fine-tuning.', current.label));
  return undefined;
}
