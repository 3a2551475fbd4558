import * as vscode from 'vscode';
import { filterJobs, groupJobs, type JobGroup } from '../../core/jobs/jobFilter.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import { refOf } from './jobNode.ts';
import type { TreeChoices } from './treeChoices.ts';
import { numberFormat } from '../../messages/numberFormat.ts';

/** Rows that a list begins with, and that «Load more…» adds. The editor takes all rows of a list at once. */
const rowsAtOnce = 100;

type RowServices = {
  readonly jobStore: JobStore;
  readonly jobOrigins: Pick<JobOrigins, 'get'>;
  readonly choices: TreeChoices;
};

/** Which jobs of a connection have a row, in which group, and how many of them so far. */
export class JobRows {
  readonly #services: RowServices;
  readonly #shown = new Map<string, number>();

  constructor(services: RowServices) {
    this.#services = services;
  }

  /** All that pass the filter, loaded or not drawn yet. */
  passing(connectionId: string): readonly JobRecord[] {
    const { jobStore, choices } = this.#services;
    return filterJobs(jobStore.list(connectionId), choices.filter, this.datasetOf);
  }

  groups(connectionId: string): readonly JobGroup[] {
    return groupJobs(this.passing(connectionId), this.#services.choices.grouping, this.datasetOf);
  }

  membersOf(connectionId: string, group: string): readonly JobRecord[] {
    return this.groups(connectionId).find(({ key }) => key === group)?.records ?? [];
  }

  /** The beginning of a list, as far as it is drawn; `group` '' where nothing is grouped. */
  drawn(connectionId: string, group: string, records: readonly JobRecord[]): readonly JobRecord[] {
    const count = this.#shown.get(listKey(connectionId, group)) ?? rowsAtOnce;
    return records.length > count ? records.slice(0, count) : records;
  }

  /** Draws more of a list from now on. */
  extend(connectionId: string, group: string): void {
    const key = listKey(connectionId, group);
    this.#shown.set(key, (this.#shown.get(key) ?? rowsAtOnce) + rowsAtOnce);
  }

  /** `42`, `20+` where the service has more, or `3 of 42` behind a filter. */
  countText(connectionId: string, hasMore: boolean): string {
    const all = this.#services.jobStore.list(connectionId);
    if (all.length === 0) return '';
    const { language } = vscode.env;
    const number = (count: number): string => numberFormat(language).format(count);
    const passing = this.passing(connectionId);
    const total = hasMore ? `${number(all.length)}+` : number(all.length);
    return passing.length === all.length ? total : vscode.l10n.t('{0} of {1}', number(passing.length), total);
  }

  /** What a job was trained on: the file of this workspace where it was made here, else the id of the uploaded one. */
  readonly datasetOf = (record: JobRecord): string => {
    const origin = this.#services.jobOrigins.get(refOf(record));
    return origin === undefined ? record.job.training_file : vscode.workspace.asRelativePath(vscode.Uri.parse(origin.trainingFile));
  };
}

function listKey(connectionId: string, group: string): string {
  return `${connectionId}/${group}`;
}
