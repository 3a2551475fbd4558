import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { back, type Step } from '../../../platform/stepInput.ts';
import { askTrainingFile, askValidationFile } from './fileStep.ts';
import type { FullPlan, JobPlan } from './jobPlan.ts';
import { askModel, type ModelStepServices } from './modelStep.ts';
import { checkFile } from './preflight.ts';
import { askSettings, askSuffix } from './settingsStep.ts';
import { askSummary, confirmCost, type Stage } from './summaryStep.ts';

export type AskPlanServices = ModelStepServices & { readonly datasets: Datasets };

const stages: readonly Stage[] = ['training', 'validation', 'model', 'suffix', 'settings', 'summary'];

/** Asks for everything a job needs, step by step, back and forth; undefined if the person leaves. */
export async function askPlan(services: AskPlanServices, start: JobPlan): Promise<FullPlan | undefined> {
  let plan = start;
  let index = plan.training === undefined ? 0 : 1;
  for (;;) {
    const stage = stages[index] ?? 'summary';
    const title = vscode.l10n.t('Create Fine-Tuning Job on {0}', plan.connection.label);
    const step = { title, step: stages.indexOf(stage) + 1, totalSteps: stages.length };
    if (stage === 'summary') {
      const full = withTraining(plan);
      const next = full === undefined ? back : await askSummary(step, full);
      if (next === undefined) return undefined;
      if (next === back) {
        index -= 1;
      } else if (next === 'create') {
        if (full !== undefined && (await confirmCost(full))) return full;
      } else if (next === 'connection') {
        // Everything after it depends on the connection: models, ranges, prices.
        await vscode.commands.executeCommand(commandIds.connectionsSwitch);
        plan = { ...plan, connection: services.connections.current, draft: { ...plan.draft, model: '' } };
        index = stages.indexOf('model');
      } else {
        index = stages.indexOf(next);
      }
      continue;
    }
    const answer = await askStage(stage, step, services, plan);
    if (answer === undefined) return undefined;
    if (answer === back) {
      index = Math.max(0, index - 1);
      continue;
    }
    plan = answer;
    index += 1;
  }
}

async function askStage(
  stage: Exclude<Stage, 'summary'>,
  step: Step,
  services: AskPlanServices,
  plan: JobPlan,
): Promise<JobPlan | typeof back | undefined> {
  const { connection, draft } = plan;
  switch (stage) {
    case 'training': {
      const uri = await askTrainingFile(step, services.datasets);
      if (uri === undefined || uri === back) return uri;
      const training = await checkFile(services.datasets, uri, 'training');
      return training && { ...plan, training };
    }
    case 'validation': {
      if (plan.training === undefined) return back;
      const chosen = await askValidationFile(step, plan.training.uri, plan.validation?.uri);
      if (chosen === undefined || chosen === back) return chosen;
      if (chosen.uri === undefined) return { ...plan, validation: undefined };
      if (chosen.uri.toString() === plan.training.uri.toString()) {
        void vscode.window.showWarningMessage(
          vscode.l10n.t('A file cannot validate itself: choose another one than the training file.'),
        );
        return askStage(stage, step, services, plan);
      }
      const validation = await checkFile(services.datasets, chosen.uri, 'validation');
      return validation && { ...plan, validation };
    }
    case 'model': {
      const model = await askModel(step, services, connection, draft.model);
      return typeof model === 'string' ? { ...plan, draft: { ...draft, model } } : model;
    }
    case 'suffix': {
      const suffix = await askSuffix(step, connection.profile, draft.suffix);
      return typeof suffix === 'string' ? { ...plan, draft: { ...draft, suffix: suffix.trim() } } : suffix;
    }
    case 'settings': {
      const settings = await askSettings(step, connection.profile, draft.settings);
      return typeof settings === 'object' ? { ...plan, draft: { ...draft, settings } } : settings;
    }
    default:
      return stage satisfies never;
  }
}

function withTraining(plan: JobPlan): FullPlan | undefined {
  return plan.training === undefined ? undefined : { ...plan, training: plan.training };
}
