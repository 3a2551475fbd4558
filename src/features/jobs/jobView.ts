import * as vscode from 'vscode';
import { viewIds } from '../../contributions.ts';
import { isFiltering } from '../../core/jobs/jobFilter.ts';
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
import type { JobRows } from './jobRows.ts';

/** Ages in the rows and in the message are told in minutes. */
const ageIntervalMs = 30_000;

/** A person may have selected another row in the meantime, so waiting has an end. */
const selectionPatienceMs = 2_000;

type JobViewServices = JobTreeServices & { readonly jobWatcher: JobWatcher };

/** What the service's own lists of files and models are refreshed with. */
const refreshedSections = ['models', 'files'] as const;

/** The job tree as a view: what it says around its rows, and whom it tells that it is visible. */
export class JobView implements vscode.Disposable {
  readonly #services: JobViewServices;
  readonly #disposables = new DisposableStore();
  readonly #tree: JobTree;
  readonly #view: vscode.TreeView<JobNode>;

  constructor(services: JobViewServices) {
    this.#services = services;
    const { connections, jobStore, jobWatcher, choices } = services;
    this.#tree = this.#disposables.add(new JobTree(services));
    this.#view = this.#disposables.add(
      vscode.window.createTreeView(viewIds.jobs, { treeDataProvider: this.#tree, showCollapseAll: true }),
    );
    this.#disposables.add(this.#view.onDidChangeVisibility(({ visible }) => this.#setVisible(visible)));
    this.#disposables.add(this.#view.onDidCollapseElement(({ element }) => this.#tree.close(element)));
    let current = connections.current.id;
    this.#disposables.add(
      connections.onDidChange(() => {
        this.#describe();
        if (connections.current.id === current) return;
        current = connections.current.id;
        this.#openCurrent();
      }),
    );
    this.#disposables.add(choices.onDidChange(() => this.#describe()));
    this.#disposables.add(jobStore.onDidChange(() => this.#describe()));
    this.#disposables.add(jobWatcher.onDidChangeState(() => this.#describe()));
    const ages = setInterval(() => {
      if (!this.#view.visible) return;
      this.#tree.tick();
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

  get rows(): JobRows {
    return this.#tree.rows;
  }

  /** Asks the connection of a row again, without one the current one, with the view's own progress bar. */
  refresh(argument: unknown): Thenable<void> {
    const { connections, jobWatcher } = this.#services;
    const connection = connections.get(readConnectionId(argument) ?? '') ?? connections.current;
    return vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, async () => {
      // Lists that nobody has opened are not asked for.
      const lists = refreshedSections.map((section) => this.#services[section]);
      const opened = lists.filter((list) => list.state(connection.id).kind !== 'unread');
      await Promise.all([jobWatcher.refresh(connection.id), ...opened.map((list) => list.read(connection))]);
    });
  }

  /** Draws more of what is loaded, then loads more. `argument` is the row «Load more…», without one the jobs are meant. */
  async loadMore(argument: unknown): Promise<void> {
    const { connections, jobWatcher, files, models } = this.#services;
    const { section, group } = (argument ?? {}) as { readonly section?: unknown; readonly group?: unknown };
    const connection = connections.get(readConnectionId(argument) ?? '') ?? connections.current;
    if (section !== 'files' && section !== 'models') {
      if (this.#tree.extend(connection.id, typeof group === 'string' ? group : '')) return;
      await vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, () =>
        jobWatcher.loadMore(connection.id, AbortSignal.timeout(60_000)),
      );
      this.#tree.extend(connection.id);
      return;
    }
    const list = section === 'files' ? files : models;
    await vscode.window.withProgress({ location: { viewId: viewIds.jobs } }, () => list.readMore(connection));
  }

  /** Shows the view and selects a job; one that the filter hides is shown without it. */
  async reveal(ref: JobRef, focus = false): Promise<void> {
    const node = this.#tree.jobNode(ref);
    await this.#tree.show(ref);
    await this.#view.reveal(node, { select: true, focus });
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

  /** The row of the connection that was just chosen opens; those that a person opened stay open. */
  #openCurrent(): void {
    const { connections } = this.#services;
    if (!this.#view.visible) return;
    const node = this.#tree.connectionNode(connections.current.id);
    // Without rows, where a welcome is shown, there is nothing to open.
    void Promise.resolve(this.#view.reveal(node, { select: false, focus: false, expand: true })).catch(() => undefined);
  }

  #describe(): void {
    const { connections, jobStore, jobWatcher, choices } = this.#services;
    const { id, label } = connections.current;
    this.#set('description', isFiltering(choices.filter) ? vscode.l10n.t('{0} · filtered', label) : label);
    const state = jobWatcher.state(id);
    const records = jobStore.list(id);
    // A message would hide the welcome of an empty tree, which says the same and what to do.
    this.#set('message', state?.kind === 'failed' && records.length > 0 ? failureText(state) : '');
    const known = jobStore.connectionIds.flatMap((connectionId) => jobStore.list(connectionId));
    const running = known.filter((record) => !isTerminal(record.job)).length;
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

function readConnectionId(argument: unknown): string | undefined {
  const { connectionId } = (argument ?? {}) as { readonly connectionId?: unknown };
  return typeof connectionId === 'string' ? connectionId : undefined;
}
