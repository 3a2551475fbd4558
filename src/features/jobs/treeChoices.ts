import * as vscode from 'vscode';
import { contextKeys } from '../../contributions.ts';
import {
  isFiltering,
  noFilter,
  readJobFilter,
  readJobGrouping,
  type JobFilter,
  type JobGrouping,
} from '../../core/jobs/jobFilter.ts';

const filterKey = 'tunesmith.jobs.filter';
const groupingKey = 'tunesmith.jobs.grouping';

/** How a person wants to see the jobs of this workspace: kept over restarts. */
export class TreeChoices implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #filter: JobFilter;
  #grouping: JobGrouping;

  constructor(workspaceState: vscode.Memento) {
    this.#state = workspaceState;
    this.#filter = readJobFilter(workspaceState.get<unknown>(filterKey));
    this.#grouping = readJobGrouping(workspaceState.get<unknown>(groupingKey));
    this.#tell();
  }

  get filter(): JobFilter {
    return this.#filter;
  }

  get grouping(): JobGrouping {
    return this.#grouping;
  }

  async setFilter(filter: JobFilter): Promise<void> {
    this.#filter = filter;
    this.#tell();
    this.#changed.fire();
    await this.#state.update(filterKey, isFiltering(filter) ? filter : undefined);
  }

  clearFilter(): Promise<void> {
    return this.setFilter(noFilter);
  }

  async setGrouping(grouping: JobGrouping): Promise<void> {
    this.#grouping = grouping;
    this.#changed.fire();
    await this.#state.update(groupingKey, grouping === 'none' ? undefined : grouping);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #tell(): void {
    void vscode.commands.executeCommand('setContext', contextKeys.jobsFiltered, isFiltering(this.#filter));
  }
}
