import type { JobRecord, JobRef } from '../../core/jobs/jobStore.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import { jobKey, readJobRef } from '../../core/jobs/jobRef.ts';

/** A row of the job tree. `ref` and `model` are what the commands of other features read. */
export type JobNode =
  | { readonly kind: 'job'; readonly ref: JobRef }
  | { readonly kind: 'model'; readonly ref: JobRef; readonly model: string }
  | {
      readonly kind: 'checkpoint';
      readonly ref: JobRef;
      readonly model: string;
      /** Step. */
      readonly checkpoint: number;
      readonly checkpointId: string;
    }
  | { readonly kind: 'error'; readonly ref: JobRef }
  | { readonly kind: 'nothing'; readonly ref: JobRef }
  | { readonly kind: 'more'; readonly connectionId: string };

/** What a job has inside: its error, its tuned model, its checkpoints. An ended job with nothing says so. */
export function childNodes(record: JobRecord): readonly JobNode[] {
  const { job, checkpoints } = record;
  const ref = refOf(record);
  const nodes: JobNode[] = [];
  if (job.status === 'failed') nodes.push({ kind: 'error', ref });
  if (job.fine_tuned_model !== null) nodes.push({ kind: 'model', ref, model: job.fine_tuned_model });
  for (const checkpoint of checkpoints) {
    const { id: checkpointId, fine_tuned_model_checkpoint: model, step_number: step } = checkpoint;
    nodes.push({ kind: 'checkpoint', ref, model, checkpoint: step, checkpointId });
  }
  if (nodes.length === 0 && isTerminal(job)) nodes.push({ kind: 'nothing', ref });
  return nodes;
}

export function refOf(record: JobRecord): JobRef {
  return { connectionId: record.connectionId, jobId: record.job.id };
}

/** Unique and stable: it may not depend on anything that changes while a job runs. */
export function nodeId(node: JobNode): string {
  if (node.kind === 'more') return `${node.connectionId}/more`;
  const job = jobKey(node.ref);
  if (node.kind === 'job') return job;
  return node.kind === 'checkpoint' ? `${job}/${node.kind}/${node.checkpointId}` : `${job}/${node.kind}`;
}

/** What «Copy ID» copies for a row: the model's name where it is about a model, else the job's id. */
export function copyableId(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && 'model' in value && typeof value.model === 'string') {
    return value.model;
  }
  return readJobRef(value)?.jobId;
}
