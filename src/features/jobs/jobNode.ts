import type { JobRecord, JobRef } from '../../core/jobs/jobStore.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import { jobKey, readJobRef } from '../../core/jobs/jobRef.ts';

export type SectionName = 'jobs' | 'models' | 'files';

/** A row of the tree. `ref`, `model` and `connectionId` are what the commands of other features read. */
export type JobNode =
  | { readonly kind: 'connection'; readonly connectionId: string }
  | { readonly kind: 'section'; readonly connectionId: string; readonly section: SectionName }
  | { readonly kind: 'group'; readonly connectionId: string; readonly group: string }
  | { readonly kind: 'job'; readonly ref: JobRef }
  | { readonly kind: 'model'; readonly ref: JobRef; readonly model: string }
  | { readonly kind: 'deployment'; readonly ref: JobRef; readonly model: string }
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
  /** A tuned model in the service's own list; `ref` where its job is known. */
  | { readonly kind: 'listedModel'; readonly connectionId: string; readonly model: string; readonly ref?: JobRef }
  | { readonly kind: 'file'; readonly connectionId: string; readonly fileId: string }
  /** Rows that are not drawn yet, here or at the service. */
  | { readonly kind: 'more'; readonly connectionId: string; readonly section: SectionName; readonly group?: string }
  /** Stands where a section has nothing to show, and says why. */
  | { readonly kind: 'remark'; readonly connectionId: string; readonly section: SectionName };

/** What a job has inside: its error, its tuned model, its checkpoints. An ended job with nothing says so. */
export function childNodes(record: JobRecord, deployed: readonly string[] = []): readonly JobNode[] {
  const { job, checkpoints } = record;
  const ref = refOf(record);
  const nodes: JobNode[] = [];
  if (job.status === 'failed') nodes.push({ kind: 'error', ref });
  if (job.fine_tuned_model !== null) nodes.push({ kind: 'model', ref, model: job.fine_tuned_model });
  for (const model of deployed) nodes.push({ kind: 'deployment', ref, model });
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

export function connectionOf(node: JobNode): string {
  return 'connectionId' in node ? node.connectionId : node.ref.connectionId;
}

/** Unique and stable: it may not depend on anything that changes while a job runs. */
export function nodeId(node: JobNode): string {
  switch (node.kind) {
    case 'connection':
      return `connection:${node.connectionId}`;
    case 'section':
    case 'remark':
      return `${node.kind}:${node.connectionId}/${node.section}`;
    case 'group':
      return `group:${node.connectionId}/${node.group}`;
    case 'more':
      return `more:${node.connectionId}/${node.section}/${node.group ?? ''}`;
    case 'listedModel':
      return `listed:${node.connectionId}/${node.model}`;
    case 'file':
      return `file:${node.connectionId}/${node.fileId}`;
    case 'job':
      return jobKey(node.ref);
    case 'checkpoint':
      return `${jobKey(node.ref)}/checkpoint/${node.checkpointId}`;
    case 'deployment':
      return `${jobKey(node.ref)}/deployment/${node.model}`;
    case 'model':
    case 'error':
    case 'nothing':
      return `${jobKey(node.ref)}/${node.kind}`;
    default:
      return node satisfies never;
  }
}

/** What «Copy ID» copies for a row: the name of a model, the id of a file, else that of the job. */
export function copyableId(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of ['model', 'fileId'] as const) {
    const id = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof id === 'string' && id !== '') return id;
  }
  return readJobRef(value)?.jobId;
}
