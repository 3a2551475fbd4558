import * as vscode from 'vscode';
import type { TunedModel } from '../../core/chat/transcript.ts';
import { shortModelName } from '../../core/jobs/jobName.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';

/** Where it is known which models answer. */
export type ModelSources = {
  readonly connections: Pick<Connections, 'get'>;
  readonly jobStore: Pick<JobStore, 'get' | 'list'>;
  readonly deployed: Pick<DeployedModels, 'of'>;
};

/**
 * The models of a connection's known jobs that can be asked, newest job first; of each job the final model, then
 * checkpoints. Where a model must be deployed it is asked under the name of its deployment, and only under that.
 */
export function listTunedModels(sources: ModelSources, connectionId: string): readonly TunedModel[] {
  return sources.jobStore.list(connectionId).flatMap((record) => askable(sources, record));
}

/** Jobs that have succeeded, newest first, whose models no deployment is known of, where there must be one. */
export function listUndeployed({ connections, jobStore, deployed }: ModelSources, connectionId: string): readonly JobRecord[] {
  if (!mustDeploy(connections, connectionId)) return [];
  return jobStore.list(connectionId).filter(({ job }) => job.status === 'succeeded' && deployed.of({ connectionId, jobId: job.id }).length === 0);
}

function mustDeploy(connections: ModelSources['connections'], connectionId: string): boolean {
  const deploy = connections.get(connectionId)?.profile.capabilities.deploy;
  return deploy !== undefined && deploy !== 'none';
}

function askable({ connections, deployed }: ModelSources, record: JobRecord): readonly TunedModel[] {
  const ref = { connectionId: record.connectionId, jobId: record.job.id };
  if (!mustDeploy(connections, ref.connectionId)) return toTunedModels(record);
  return deployed.of(ref).toReversed().map((model) => ({ model, ref }));
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
export function findTunedModel(sources: ModelSources, ref: TunedModel['ref'], given: unknown): TunedModel | undefined {
  const record = sources.jobStore.get(ref);
  const known = record === undefined ? [] : askable(sources, record);
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
