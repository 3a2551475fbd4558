import * as vscode from 'vscode';
import { viewIds } from '../../contributions.ts';
import { isTerminal } from '../../core/jobs/jobStatus.ts';
import type { JobRef } from '../../core/jobs/jobStore.ts';
import { ServiceError } from '../../core/providers/port.ts';
import { staleText } from '../../messages/jobs.ts';
import type { WatchState } from '../../platform/connectionWatch.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { explainError } from '../../platform/errorReport.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { JobTree, type JobTreeServices } from './jobTree.ts';
import type { JobNode } from './jobNode.ts';

/** Ages in the rows and in the message are told in minutes. */
const ageIntervalMs = 30_000;

/** A person may have selected another row in the meantime, so waiting has an end. */
const selectionPatienceMs = 2_000;

type JobViewServices = JobTreeServices & { readonly jobWatcher: JobWatcher };

/** The job tree as a view: what it says around its rows, and whom it tells that it is visible. */
export class JobView implements vscode.Disposable {
  readonly #services: JobViewServices;
  readonly #disposables = new DisposableStore();
  readonly #tree: JobTree;
  readonly #view: vscode.TreeView<JobNode>;

  constructor(services: JobViewServices) {
    this.#services = services;
    const { connections, jobStore, jobWatcher } = services;
    this.#tree = this.#disposables.add(new JobTree(services));
    this.#view = this.#disposables.add(
      vscode.window.createTreeView(viewIds.jobs, { treeDataProvider: this.#tree, showCollapseAll: true }),
    );
    this.#disposables.add(this.#view.onDidChangeVisibility(({ visible }) => this.#setVisible(visible)));
    this.#disposables.add(this.#view.onDidCollapseElement(({ element }) => this.#tree.close(element)));
    this.#disposables.add(connections.onDidChange(() => this.#describe()));
    this.#disposables.add(jobStore.onDidChange(() => this.#describe()));
    this.#disposables.add(jobWatcher.onDidChangeState(() => this.#describe()));
    const ages = setInterval(() => {
      if (!this.#view.visible) return;
      this.#tree.redraw();
      this.#describe();
    }, ageIntervalMs);
    this.#disposables.add(new vscode.Disposable(() => clearInterval(ages)));
    this.#describe();
    this.#setVisible(this.#view.visible);
  }

  /** The row a command without an argument means. */
  get selected(): JobNode | undefined {
    return this.#view.selection[0];
  }

  /** Asks the current connection, with the view's own progress bar. */
  refresh(): Thenable<void> {
    const { jobWatcher } = this.#services;
    return vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, () => jobWatcher.refresh());
  }

  async loadMore(): Promise<void> {
    const { connections, jobWatcher } = this.#services;
    const { id } = connections.current;
    await vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, () =>
      jobWatcher.loadMore(id, AbortSignal.timeout(60_000)),
    );
    this.#tree.redraw();
  }

  /** Shows the view and selects a job. */
  async reveal(ref: JobRef): Promise<void> {
    const node = this.#tree.jobNode(ref);
    await this.#view.reveal(node, { select: true, focus: false });
    await this.#untilSelected(node);
  }

  dispose(): void {
    void this.#services.jobWatcher.setTreeVisible(false);
    this.#disposables.dispose();
  }

  /** The editor tells of the selection on a way of its own, which may be the later one. */
  async #untilSelected(node: JobNode): Promise<void> {
    if (this.selected === node) return;
    await new Promise<void>((resolve) => {
      const listening = this.#view.onDidChangeSelection(({ selection }) => {
        if (selection[0] === node) end();
      });
      const timer = setTimeout(end, selectionPatienceMs);
      function end(): void {
        clearTimeout(timer);
        listening.dispose();
        resolve();
      }
    });
  }

  #setVisible(visible: boolean): void {
    const { connections, jobWatcher } = this.#services;
    this.#tree.setVisible(visible);
    const isFirst = jobWatcher.state(connections.current.id)?.answeredAt === undefined;
    const answer = jobWatcher.setTreeVisible(visible);
    if (!visible) return;
    this.#tree.redraw();
    if (isFirst) void vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, () => answer);
  }

  #describe(): void {
    const { connections, jobStore, jobWatcher } = this.#services;
    const { id, label } = connections.current;
    this.#set('description', label);
    const state = jobWatcher.state(id);
    const records = jobStore.list(id);
    // A message would hide the welcome of an empty tree, which says the same and what to do.
    this.#set('message', state?.kind === 'failed' && records.length > 0 ? failureText(state) : '');
    const running = records.filter((record) => !isTerminal(record.job)).length;
    if ((this.#view.badge?.value ?? 0) === running) return;
    const tooltip = running === 1 ? vscode.l10n.t('1 unfinished job') : vscode.l10n.t('{0} unfinished jobs', running);
    this.#view.badge = running === 0 ? undefined : { value: running, tooltip };
  }

  /** Each assignment travels to the window, so only news is assigned. */
  #set(key: 'description' | 'message', text: string): void {
    if ((this.#view[key] ?? '') !== text) this.#view[key] = text;
  }
}

function failureText({ error, answeredAt }: WatchState): string {
  const kind = error instanceof ServiceError ? error.facts.kind : undefined;
  const offline = kind === 'unreachable' || kind === 'cutOff';
  return staleText(answeredAt, Date.now(), offline, explainError(error));
}
