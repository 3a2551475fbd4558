import * as vscode from 'vscode';
import { shortModelName } from '../../../core/jobs/jobName.ts';
import { readJobRef } from '../../../core/jobs/jobRef.ts';
import type { JobRecord, JobRef } from '../../../core/jobs/jobStore.ts';
import { ageText } from '../../../messages/jobs.ts';
import { lifeText } from '../../../messages/models.ts';
import type { ModelLives } from '../../../platform/modelLives.ts';
import { refOf } from '../jobNode.ts';
import type { JobPickerServices } from '../jobPicker.ts';

/** A tuned model, or a checkpoint of one, with the job it came of. */
export type ChosenModel = { readonly model: string; readonly ref: JobRef; readonly checkpoint?: number };

type ChoiceServices = JobPickerServices & { readonly lives: ModelLives };

type ModelPick = vscode.QuickPickItem & { readonly chosen: ChosenModel };

/**
 * The model that a row means. Without a row the person chooses, also where there is only one: «the latest» is a
 * different model after each job, and is never taken silently.
 */
export async function chooseModel(services: ChoiceServices, argument: unknown, placeHolder: string): Promise<ChosenModel | undefined> {
  const given = readChosen(services, argument);
  if (given !== undefined) return given;
  const { connections, jobStore, jobWatcher } = services;
  const { id, label } = connections.current;
  if (jobWatcher.state(id)?.answeredAt === undefined) await jobWatcher.refresh(id);
  const items = jobStore.list(id).flatMap((record) => toPicks(record, services));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no tuned model yet.', label));
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.chosen;
}

function readChosen({ jobStore }: ChoiceServices, argument: unknown): ChosenModel | undefined {
  const ref = readJobRef(argument);
  if (ref === undefined) return undefined;
  const { model, checkpoint } = argument as { readonly model?: unknown; readonly checkpoint?: unknown };
  const own = jobStore.get(ref)?.job.fine_tuned_model ?? undefined;
  const name = typeof model === 'string' && model !== '' ? model : own;
  if (name === undefined) return undefined;
  return { model: name, ref, ...(typeof checkpoint === 'number' ? { checkpoint } : {}) };
}

function toPicks(record: JobRecord, { lives }: ChoiceServices): ModelPick[] {
  const { job, checkpoints } = record;
  const ref = refOf(record);
  const age = ageText(job.created_at, Date.now() / 1_000, vscode.env.language);
  const detail = [job.id, job.model, age].join(' · ');
  const model = job.fine_tuned_model;
  const life = model === null ? undefined : lives.getOf(record, model);
  const whole: ModelPick[] =
    model === null ? [] : [{ label: shortModelName(model), ...(life ? { description: lifeText(life, Date.now()) } : {}), detail, chosen: { model, ref } }];
  const steps = checkpoints
    .filter(({ fine_tuned_model_checkpoint: name }) => name !== '' && name !== model)
    .map(({ fine_tuned_model_checkpoint: name, step_number: checkpoint }) => ({
      label: shortModelName(name),
      description: vscode.l10n.t('checkpoint of step {0}', checkpoint),
      detail,
      chosen: { model: name, ref, checkpoint },
    }));
  return [...whole, ...steps];
}
