import * as vscode from 'vscode';
import type { JobStore, JobRef } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { toTreeItem } from './jobItem.ts';
import { childNodes, nodeId, refOf, type JobNode } from './jobNode.ts';
import { toTooltip } from './jobTooltip.ts';

export type JobTreeServices = {
  readonly connections: Pick<Connections, 'current' | 'get' | 'onDidChange'>;
  readonly jobStore: JobStore;
  readonly jobWatcher: Pick<JobWatcher, 'state' | 'watch' | 'onDidChangeState'>;
  readonly jobOrigins: Pick<JobOrigins, 'get'>;
};

/** The jobs of the current connection, newest first. Only what changed is drawn again. */
export class JobTree implements vscode.TreeDataProvider<JobNode>, vscode.Disposable {
  readonly #services: JobTreeServices;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<JobNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  /** The tree knows a node by its identity. */
  readonly #jobNodes = new Map<string, Extract<JobNode, { kind: 'job' }>>();
  readonly #opened = new Map<string, vscode.Disposable | undefined>();
  #hasMore = false;
  #visible = false;

  constructor(services: JobTreeServices) {
    this.#services = services;
    const { connections, jobStore, jobWatcher } = services;
    let current = connections.current.id;
    this.#disposables.add(
      connections.onDidChange(() => {
        if (connections.current.id === current) return;
        current = connections.current.id;
        this.redraw();
      }),
    );
    this.#disposables.add(
      jobStore.onDidChange((change) => {
        const { connectionId } = change.kind === 'listChanged' ? change : change.ref;
        if (connectionId !== connections.current.id) return;
        if (change.kind === 'listChanged') this.redraw();
        else this.#changed.fire(this.jobNode(change.ref));
      }),
    );
    this.#disposables.add(
      jobWatcher.onDidChangeState(() => {
        if (this.#hasMore !== this.#readHasMore()) this.redraw();
      }),
    );
  }

  redraw(): void {
    this.#changed.fire(undefined);
  }

  /** The one node of a job, the same for as long as this tree lives. */
  jobNode(ref: JobRef): JobNode {
    const key = nodeId({ kind: 'job', ref });
    const known = this.#jobNodes.get(key);
    if (known !== undefined) return known;
    const node = { kind: 'job', ref } as const;
    this.#jobNodes.set(key, node);
    return node;
  }

  getTreeItem(node: JobNode): vscode.TreeItem {
    return toTreeItem(node, node.kind === 'more' ? undefined : this.#services.jobStore.get(node.ref));
  }

  getParent(node: JobNode): JobNode | undefined {
    return node.kind === 'job' || node.kind === 'more' ? undefined : this.jobNode(node.ref);
  }

  getChildren(node?: JobNode): JobNode[] {
    const { connections, jobStore } = this.#services;
    if (node === undefined) {
      const connectionId = connections.current.id;
      const jobs = jobStore.list(connectionId).map((record) => this.jobNode(refOf(record)));
      this.#hasMore = this.#readHasMore();
      return this.#hasMore ? [...jobs, { kind: 'more', connectionId }] : jobs;
    }
    const record = node.kind === 'job' ? jobStore.get(node.ref) : undefined;
    if (record === undefined || node.kind !== 'job') return [];
    this.#open(node.ref);
    return [...childNodes(record)];
  }

  resolveTreeItem(item: vscode.TreeItem, node: JobNode): vscode.TreeItem {
    if (node.kind !== 'job') return item;
    const { connections, jobStore, jobOrigins } = this.#services;
    const record = jobStore.get(node.ref);
    const label = connections.get(node.ref.connectionId)?.label ?? node.ref.connectionId;
    if (record !== undefined) item.tooltip = toTooltip(record, label, jobOrigins.get(node.ref));
    return item;
  }

  /** The row was closed: its checkpoints need not be fresh any more. */
  close(node: JobNode): void {
    const key = nodeId(node);
    this.#opened.get(key)?.dispose();
    this.#opened.delete(key);
  }

  /** Open rows are kept fresh only while the tree is visible. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const [key, watch] of this.#opened) {
      watch?.dispose();
      const ref = this.#jobNodes.get(key)?.ref;
      this.#opened.set(key, visible && ref !== undefined ? this.#services.jobWatcher.watch(ref) : undefined);
    }
  }

  dispose(): void {
    for (const watch of this.#opened.values()) watch?.dispose();
    this.#opened.clear();
    this.#disposables.dispose();
  }

  /** A row whose inside is drawn is open, also when the editor restored it so without telling. */
  #open(ref: JobRef): void {
    const key = nodeId(this.jobNode(ref));
    if (this.#opened.get(key) !== undefined) return;
    this.#opened.set(key, this.#visible ? this.#services.jobWatcher.watch(ref) : undefined);
  }

  #readHasMore(): boolean {
    return this.#services.jobWatcher.state(this.#services.connections.current.id)?.hasMore ?? false;
  }
}
