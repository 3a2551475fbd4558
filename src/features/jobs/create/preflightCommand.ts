import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { newDraft } from '../../../core/jobs/jobDraft.ts';
import { reportError } from '../../../platform/errorReport.ts';
import { back } from '../../../platform/stepInput.ts';
import { firstModel } from './askPlan.ts';
import { localFile, saveIfDirty } from './checkedFile.ts';
import { createFrom } from './createJob.ts';
import { askTrainingFile } from './fileStep.ts';
import type { FullPlan } from './jobPlan.ts';
import { askModel } from './modelStep.ts';
import { askPreflight, checkWithProgress } from './preflightStep.ts';
import type { CreateServices } from './services.ts';
import { showFileProblems } from './showFileProblems.ts';

/** The command «May I Train?…»: a file and a model, then the verdict. Nothing is uploaded. */
export async function preflight(services: CreateServices, argument: unknown): Promise<void> {
  try {
    let uri = argument instanceof vscode.Uri ? argument : activeDataset(services);
    if (uri === undefined) {
      const title = vscode.l10n.t('May I Train on {0}?', services.connections.current.label);
      const chosen = await askTrainingFile({ title }, services.datasets);
      uri = chosen === back ? undefined : chosen;
    }
    if (uri === undefined || !(await saveIfDirty(uri))) return;
    await show(services, uri);
  } catch (error) {
    await reportError(vscode.l10n.t('It could not be found out whether this can be trained'), error, services.log);
  }
}

async function show(services: CreateServices, uri: vscode.Uri): Promise<void> {
  const method = await methodOf(services, uri);
  for (let model: string | undefined; ; ) {
    const { current: connection } = services.connections;
    const title = vscode.l10n.t('May I Train on {0}?', connection.label);
    const first = firstModel(connection, method);
    const only = connection.profile.baseModels.length === 1 && !connection.profile.charges;
    if (model === undefined) {
      const answer = only ? first : await askModel({ title }, services, connection, first, method);
      if (typeof answer !== 'string') return;
      model = answer;
    }
    const draft = { ...newDraft(model), method };
    const plan: FullPlan = { connection, training: localFile(uri), validation: undefined, draft, maxCost: undefined };
    const check = await checkWithProgress(services, plan);
    switch (await askPreflight({ title }, plan, check)) {
      case 'create':
        return createFrom(services, plan, 'validation');
      case 'problems':
        return showFileProblems(services.datasets, check);
      case 'connection':
        await vscode.commands.executeCommand(commandIds.connectionsSwitch);
        model = undefined;
        break;
      case 'model':
        model = undefined;
        break;
      default:
        return;
    }
  }
}

async function methodOf({ datasets }: CreateServices, uri: vscode.Uri): Promise<FullPlan['draft']['method']> {
  const { format } = await datasets.problems(uri, undefined, 'training');
  return format === 'preference' ? 'dpo' : format === 'reinforcement' ? 'reinforcement' : 'supervised';
}

function activeDataset({ datasets }: CreateServices): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && datasets.isDataset(document) && !document.isUntitled ? document.uri : undefined;
}
