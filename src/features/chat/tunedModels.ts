import * as vscode from 'vscode';
import type { TunedModel } from '../../core/chat/transcript.ts';
import { shortModelName } from '../../core/jobs/jobName.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';

/** The tuned models of a connection's known jobs, newest job first; of each job the final model, then checkpoints. */
export function listTunedModels(jobStore: JobStore, connectionId: string): readonly TunedModel[] {
  return jobStore.list(connectionId).flatMap(toTunedModels);
}

function toTunedModels({ connectionId, job, checkpoints }: JobRecord): TunedModel[] {
  const ref = { connectionId, jobId: job.id };
  const models: TunedModel[] = job.fine_tuned_model === null ? [] : [{ model: job.fine_tuned_model, ref }];
  for (const { fine_tuned_model_checkpoint: model, step_number: checkpoint } of checkpoints) {
    if (model !== '' && models.every((known) => known.model !== model)) models.push({ model, ref, checkpoint });
  }
  return models;
}

/** The model that an unknown value of a command names; without a model it is the job's own. */
export function findTunedModel(jobStore: JobStore, ref: TunedModel['ref'], given: unknown): TunedModel | undefined {
  const record = jobStore.get(ref);
  const known = record === undefined ? [] : toTunedModels(record);
  const fields = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const { model, checkpoint } = fields;
  if (typeof model !== 'string' || model === '') return known.find((one) => one.checkpoint === undefined);
  const listed = known.find((one) => one.model === model);
  if (listed !== undefined) return listed;
  return { model, ref, ...(typeof checkpoint === 'number' ? { checkpoint } : {}) };
}

/** How a model is called where its job is told beside it. */
export function toModelName({ model, checkpoint }: TunedModel): string {
  const name = shortModelName(model);
  if (checkpoint === undefined || name.includes('ckpt-step')) return name;
  return vscode.l10n.t('{0}, step {1}', name, checkpoint);
}

/** What a tuned model is, always with its job: «tuned model · job ftjob-… · base model · date». */
export function toModelDetail(tuned: TunedModel, record: JobRecord | undefined, connectionLabel: string | undefined): string {
  const { t } = vscode.l10n;
  const kind = tuned.checkpoint === undefined ? t('tuned model') : t('checkpoint of step {0}', tuned.checkpoint);
  const parts = [kind, t('job {0}', tuned.ref.jobId)];
  if (record !== undefined) {
    const date = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
    parts.push(record.job.model, date.format(record.job.created_at * 1000));
  }
  if (connectionLabel !== undefined) parts.push(connectionLabel);
  return parts.join(' · ');
}
