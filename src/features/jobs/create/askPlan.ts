import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import { back, type Step } from '../../../platform/stepInput.ts';
import { checkTrainingFile, localFile } from './checkedFile.ts';
import { askTrainingFile, askValidationFile } from './fileStep.ts';
import { askGrader } from './graderStep.ts';
import type { FullPlan, JobPlan } from './jobPlan.ts';
import { saveAsJobFile } from './file/saveJobFile.ts';
import { askModel } from './modelStep.ts';
import type { PlanCheck } from './planCheck.ts';
import { askPreflight, checkWithProgress } from './preflightStep.ts';
import type { CreateServices } from './services.ts';
import { askSettings, askSuffix, withNeeds } from './settingsStep.ts';
import { showFileProblems } from './showFileProblems.ts';
import { askSummary, confirmCost, type Stage } from './summaryStep.ts';

/** A plan that was checked and, where it costs, confirmed. */
export type ConfirmedPlan = { readonly plan: FullPlan; readonly check: PlanCheck };

type Turn =
  | { readonly kind: 'go'; readonly stage: Stage; readonly plan: JobPlan }
  | { readonly kind: 'end'; readonly confirmed: ConfirmedPlan | undefined };

/** The stages that this plan has; a service and a method that need nothing more are asked for nothing more. */
function stagesOf({ draft }: JobPlan): readonly Stage[] {
  const grader: readonly Stage[] = draft.method === 'reinforcement' ? ['grader'] : [];
  return ['training', 'validation', 'model', 'suffix', 'settings', ...grader, 'summary'];
}

/** Asks for everything a job needs, step by step, back and forth; undefined if the person leaves. */
export async function askPlan(services: CreateServices, start: JobPlan, first: Stage = 'training'): Promise<ConfirmedPlan | undefined> {
  let plan = start;
  let stage: Stage = first === 'training' && plan.training !== undefined ? 'validation' : first;
  for (;;) {
    const stages = stagesOf(plan);
    const title = vscode.l10n.t('Create Fine-Tuning Job on {0}', plan.connection.label);
    const step = { title, step: stages.indexOf(stage) + 1, totalSteps: stages.length };
    const before = stages[Math.max(0, stages.indexOf(stage) - 1)] ?? 'training';
    if (stage === 'summary') {
      const turn = await takeSummary(services, step, plan, before);
      if (turn.kind === 'end') return turn.confirmed;
      ({ plan, stage } = turn);
      continue;
    }
    const answer = await askStage(stage, step, services, plan);
    if (answer === undefined) return undefined;
    if (answer === back) {
      stage = before;
      continue;
    }
    plan = answer;
    const now = stagesOf(plan);
    stage = now[now.indexOf(stage) + 1] ?? 'summary';
  }
}

/** Checks the plan and shows it; where it may not be trained, why not. */
async function takeSummary(services: CreateServices, step: Step, plan: JobPlan, before: Stage): Promise<Turn> {
  const full = withTraining({ ...plan, draft: withNeeds(plan.connection.profile, plan.draft) });
  if (full === undefined) return { kind: 'go', stage: 'training', plan };
  const check = await checkWithProgress(services, full);
  const next = check.preflight.verdict === 'no' ? await askPreflight(step, full, check) : await askSummary(step, full, check);
  switch (next) {
    case undefined:
      return { kind: 'end', confirmed: undefined };
    case back:
      return { kind: 'go', stage: before, plan };
    case 'create':
      return (await confirmCost(full, check))
        ? { kind: 'end', confirmed: { plan: full, check } }
        : { kind: 'go', stage: 'summary', plan };
    case 'save':
      await saveAsJobFile(full);
      return { kind: 'end', confirmed: undefined };
    case 'problems':
      await showFileProblems(services.datasets, check);
      return { kind: 'end', confirmed: undefined };
    case 'connection':
      return onOtherConnection(services, plan);
    default:
      return { kind: 'go', stage: next, plan };
  }
}

/** The same files on another connection: all that depends on it comes anew, models, ranges, prices. */
async function onOtherConnection(services: CreateServices, plan: JobPlan): Promise<Turn> {
  await vscode.commands.executeCommand(commandIds.connectionsSwitch);
  const connection = services.connections.current;
  if (connection.id === plan.connection.id) return { kind: 'go', stage: 'summary', plan };
  const moved = { ...plan, connection, draft: { ...plan.draft, model: firstModel(connection, plan.draft.method) } };
  const isThere = (file: JobPlan['training']): boolean => file?.kind === 'remote';
  const kept = {
    ...moved,
    training: isThere(moved.training) ? undefined : moved.training,
    validation: isThere(moved.validation) ? undefined : moved.validation,
  };
  return { kind: 'go', stage: kept.training === undefined ? 'training' : 'model', plan: kept };
}

async function askStage(
  stage: Exclude<Stage, 'summary'>,
  step: Step,
  services: CreateServices,
  plan: JobPlan,
): Promise<JobPlan | typeof back | undefined> {
  const { connection, draft } = plan;
  const { profile } = connection;
  switch (stage) {
    case 'training': {
      const uri = await askTrainingFile(step, services.datasets);
      if (uri === undefined || uri === back) return uri;
      const choice = await checkTrainingFile(services.datasets, uri);
      return choice && { ...plan, training: choice.file, draft: { ...draft, method: choice.method } };
    }
    case 'validation': {
      const { training, validation } = plan;
      if (training === undefined) return back;
      // A file that lies at the service has nothing beside it.
      if (training.kind === 'remote') return plan;
      const chosen = await askValidationFile(step, training.uri, validation?.kind === 'local' ? validation.uri : undefined);
      if (chosen === undefined || chosen === back) return chosen;
      if (chosen.uri?.toString() === training.uri.toString()) {
        void vscode.window.showWarningMessage(
          vscode.l10n.t('A file cannot validate itself: choose another one than the training file.'),
        );
        return askStage(stage, step, services, plan);
      }
      return { ...plan, validation: chosen.uri && localFile(chosen.uri) };
    }
    case 'model': {
      const model = await askModel(step, services, connection, draft.model, draft.method);
      return typeof model === 'string' ? { ...plan, draft: { ...draft, model } } : model;
    }
    case 'suffix': {
      const suffix = await askSuffix(step, profile, draft.suffix);
      return typeof suffix === 'string' ? { ...plan, draft: { ...draft, suffix: suffix.trim() } } : suffix;
    }
    case 'settings': {
      const settings = await askSettings(step, profile, draft);
      return typeof settings === 'object' ? { ...plan, draft: settings } : settings;
    }
    case 'grader': {
      const grader = await askGrader(step, draft.grader, services.log);
      return typeof grader === 'object' ? { ...plan, draft: { ...draft, grader } } : grader;
    }
    default:
      return stage satisfies never;
  }
}

/** The model that a new plan begins with: the first that the method can train. */
export function firstModel({ profile }: JobPlan['connection'], method: JobPlan['draft']['method']): string {
  const model = profile.baseModels.find(({ methods }) => methods.includes(method)) ?? profile.baseModels[0];
  return model?.id ?? '';
}

function withTraining(plan: JobPlan): FullPlan | undefined {
  return plan.training === undefined ? undefined : { ...plan, training: plan.training };
}
