import { describeStatus, type JobPhase } from './jobStatus.ts';
import type { JobRecord } from './jobStore.ts';

/** What a person filters and groups by: a status as far as the difference matters to them. */
export const statusClasses = ['active', 'paused', 'succeeded', 'failed', 'cancelled', 'unknown'] as const;
export type StatusClass = (typeof statusClasses)[number];

export type JobGrouping = 'none' | 'status' | 'model' | 'dataset';

/** Of each list one word must fit; an empty list lets everything through. */
export type JobFilter = {
  readonly statuses: readonly StatusClass[];
  /** Base models. */
  readonly models: readonly string[];
  readonly datasets: readonly string[];
};

export const noFilter: JobFilter = { statuses: [], models: [], datasets: [] };

export type JobGroup = { readonly key: string; readonly records: readonly JobRecord[] };

/** What a job was trained on, in the words of the tree: a path of the workspace, else the id of the uploaded file. */
export type DatasetOf = (record: JobRecord) => string;

const classes: Readonly<Record<JobPhase, StatusClass>> = {
  created: 'active',
  validating: 'active',
  queued: 'active',
  running: 'active',
  pausing: 'paused',
  paused: 'paused',
  cancelling: 'cancelled',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  unknown: 'unknown',
};

export function statusClassOf(record: JobRecord): StatusClass {
  return classes[describeStatus(record.job.status).phase];
}

export function isFiltering({ statuses, models, datasets }: JobFilter): boolean {
  return statuses.length + models.length + datasets.length > 0;
}

/** The records that pass, in their order; `records` itself where nothing is filtered. */
export function filterJobs(records: readonly JobRecord[], filter: JobFilter, datasetOf: DatasetOf): readonly JobRecord[] {
  return isFiltering(filter) ? records.filter((record) => passes(record, filter, datasetOf)) : records;
}

export function passes(record: JobRecord, { statuses, models, datasets }: JobFilter, datasetOf: DatasetOf): boolean {
  if (statuses.length > 0 && !statuses.includes(statusClassOf(record))) return false;
  if (models.length > 0 && !models.includes(record.job.model)) return false;
  return datasets.length === 0 || datasets.includes(datasetOf(record));
}

export function groupKeyOf(record: JobRecord, grouping: JobGrouping, datasetOf: DatasetOf): string {
  switch (grouping) {
    case 'none':
      return '';
    case 'status':
      return statusClassOf(record);
    case 'model':
      return record.job.model;
    case 'dataset':
      return datasetOf(record);
    default:
      return grouping satisfies never;
  }
}

/** Groups keep the order of their records; statuses come in the order of a job's life, others newest job first. */
export function groupJobs(records: readonly JobRecord[], grouping: JobGrouping, datasetOf: DatasetOf): readonly JobGroup[] {
  const groups = new Map<string, JobRecord[]>(grouping === 'status' ? statusClasses.map((key) => [key, []]) : []);
  for (const record of records) {
    const key = groupKeyOf(record, grouping, datasetOf);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups].flatMap(([key, members]) => (members.length === 0 ? [] : [{ key, records: members }]));
}

/** Reads what was stored; what does not fit counts as not said. */
export function readJobFilter(stored: unknown): JobFilter {
  if (typeof stored !== 'object' || stored === null) return noFilter;
  const { statuses, models, datasets } = stored as Readonly<Record<string, unknown>>;
  return {
    statuses: texts(statuses).filter((text): text is StatusClass => statusClasses.some((known) => known === text)),
    models: texts(models),
    datasets: texts(datasets),
  };
}

export function readJobGrouping(stored: unknown): JobGrouping {
  return stored === 'status' || stored === 'model' || stored === 'dataset' ? stored : 'none';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
