import * as vscode from 'vscode';
import { groupKeyOf, passes } from '../../core/jobs/jobFilter.ts';
import type { JobChange, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import type { WireFile, WireModel } from '../../core/providers/wire.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import { abortOnCancel, DisposableStore } from '../../platform/disposables.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { ModelLives } from '../../platform/modelLives.ts';
import { ConnectionRows, type RowConnections } from './connectionRows.ts';
import { childNodes, nodeId, refOf, type JobNode, type SectionName } from './jobNode.ts';
import { JobRows } from './jobRows.ts';
import { toTooltip } from './jobTooltip.ts';
import { pause } from './pause.ts';
import type { AnyList, RemoteList } from './remoteList.ts';
import type { RequestIds } from './requestIds.ts';
import type { TreeChoices } from './treeChoices.ts';
import { TreeItems } from './treeItems.ts';
import { TreeNodes } from './treeNodes.ts';

export type JobTreeServices = {
  readonly connections: RowConnections;
  readonly jobStore: JobStore;
  readonly jobWatcher: Pick<JobWatcher, 'state' | 'watch' | 'answered' | 'setOpened' | 'stalledMs' | 'onDidChangeState'>;
  readonly jobOrigins: Pick<JobOrigins, 'get'>;
  readonly lives: Pick<ModelLives, 'get' | 'getOf' | 'note' | 'learn' | 'onDidChange'>;
  readonly deployed: Pick<DeployedModels, 'of' | 'onDidChange'>;
  readonly choices: TreeChoices;
  readonly models: RemoteList<WireModel>;
  readonly files: RemoteList<WireFile>;
  readonly requestIds: Pick<RequestIds, 'known' | 'learn' | 'onDidLearn'>;
};

/** Somebody waits with the mouse over a row: what comes later is drawn then. */
const glanceMs = 300;

const sections: readonly SectionName[] = ['jobs', 'models', 'files'];

/** Connections, and of each its jobs, tuned models and files. Only what changed is drawn again. */
export class JobTree implements vscode.TreeDataProvider<JobNode>, vscode.Disposable {
  readonly rows: JobRows;
  readonly #items: TreeItems;
  readonly #services: JobTreeServices;
  readonly #connectionRows: ConnectionRows;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<JobNode | JobNode[] | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #nodes: TreeNodes;
  /** What the row of each drawn job says, to find those that time has changed. */
  readonly #said = new Map<string, string>();
  readonly #opened = new Map<string, vscode.Disposable | undefined>();
  readonly #hasMore = new Map<string, boolean>();
  /** What was last known to be wrong with a connection. */
  readonly #states = new Map<string, string>();
  #drawnEmpty: boolean | undefined;
  #visible = false;

  constructor(services: JobTreeServices) {
    this.#services = services;
    this.rows = new JobRows(services);
    this.#items = new TreeItems(services, this.rows);
    this.#nodes = new TreeNodes(services, this.rows);
    const { connections, jobStore, jobWatcher, choices, models, files, lives, deployed, requestIds } = services;
    this.#connectionRows = this.#disposables.add(new ConnectionRows(connections));
    const redraw = (): void => this.redraw();
    this.#disposables.add(connections.onDidChange(redraw));
    this.#disposables.add(this.#connectionRows.onDidChange(redraw));
    this.#disposables.add(choices.onDidChange(redraw));
    this.#disposables.add(lives.onDidChange(redraw));
    this.#disposables.add(jobStore.onDidChange((change) => this.#follow(change)));
    this.#disposables.add(requestIds.onDidLearn((ref) => this.#changed.fire(this.jobNode(ref))));
    this.#disposables.add(deployed.onDidChange((ref) => this.#changed.fire(this.jobNode(ref))));
    this.#disposables.add(models.onDidChange((id) => this.#changed.fire(this.#nodes.section(id, 'models'))));
    this.#disposables.add(files.onDidChange((id) => this.#changed.fire(this.#nodes.section(id, 'files'))));
    this.#disposables.add(jobWatcher.onDidChangeState((id) => this.#followState(id)));
  }

  redraw(): void {
    this.#changed.fire(undefined);
  }

  /** Draws the rows again whose words the passing of time has changed. */
  tick(): void {
    const { connections, jobStore, jobWatcher } = this.#services;
    const late: JobNode[] = [];
    for (const [key, said] of this.#said) {
      const node = this.#nodes.get(key);
      const record = node?.kind === 'job' ? jobStore.get(node.ref) : undefined;
      if (node === undefined || record === undefined) this.#said.delete(key);
      else if (this.#items.wordsOf(record) !== said) late.push(node);
    }
    for (const { id } of connections.all()) {
      if (jobWatcher.state(id)?.kind === 'failed' && this.#nodes.has(`connection:${id}`)) late.push(this.#nodes.connection(id));
    }
    if (late.length > 0) this.#changed.fire(late);
  }

  /** The one node of a job, the same for as long as this tree lives. */
  jobNode(ref: JobRef): JobNode {
    return this.#nodes.job(ref);
  }

  connectionNode(connectionId: string): JobNode {
    return this.#nodes.connection(connectionId);
  }

  getTreeItem(node: JobNode): vscode.TreeItem {
    const item = this.#items.toItem(node);
    item.id = nodeId(node);
    const record = node.kind === 'job' ? this.#services.jobStore.get(node.ref) : undefined;
    if (record !== undefined) this.#said.set(item.id, this.#items.wordsOf(record));
    return item;
  }

  getParent(node: JobNode): JobNode | undefined {
    return this.#nodes.parentOf(node);
  }

  getChildren(node?: JobNode): JobNode[] | Promise<JobNode[]> {
    if (node === undefined) return this.#roots();
    switch (node.kind) {
      case 'connection':
        this.#services.jobWatcher.setOpened(node.connectionId, true);
        return sections.map((section) => this.#nodes.section(node.connectionId, section));
      case 'section':
        return this.#inSection(node.connectionId, node.section);
      case 'group':
        return this.#inGroup(node.connectionId, node.group);
      case 'job':
        return this.#inJob(node.ref);
      default:
        return [];
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: JobNode, token: vscode.CancellationToken): Promise<vscode.TreeItem> {
    const { connections, jobStore, jobOrigins, jobWatcher, lives, requestIds } = this.#services;
    const record = node.kind === 'job' ? jobStore.get(node.ref) : undefined;
    if (record === undefined) return item;
    const model = record.job.fine_tuned_model;
    const told = Promise.all([requestIds.learn(record), model === null ? undefined : lives.learn(record.connectionId, model)]);
    const cancel = abortOnCancel(token);
    await Promise.race([told, pause(glanceMs, cancel.signal)]);
    cancel.dispose();
    const label = connections.get(record.connectionId)?.label ?? record.connectionId;
    const life = model === null ? undefined : lives.getOf(record, model);
    const [origin, stalledMs] = [jobOrigins.get(refOf(record)), jobWatcher.stalledMs(record)];
    item.tooltip = toTooltip(record, { connection: label, origin, stalledMs, life, requestId: requestIds.known(record) });
    return item;
  }

  /** The row was closed: what is inside of it need not be fresh any more. */
  close(node: JobNode): void {
    this.#unwatch(nodeId(node));
    if (node.kind !== 'connection') return;
    this.#services.jobWatcher.setOpened(node.connectionId, false);
    for (const key of [...this.#opened.keys()]) if (key.startsWith(`${node.connectionId}/`)) this.#unwatch(key);
  }

  /** Open jobs are kept fresh only while the tree is visible. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const [key, watch] of this.#opened) {
      watch?.dispose();
      const node = this.#nodes.get(key);
      this.#opened.set(key, visible && node?.kind === 'job' ? this.#services.jobWatcher.watch(node.ref) : undefined);
    }
  }

  /** Draws more rows of a list that is loaded already; false if it is drawn to its end. */
  extend(connectionId: string, group = ''): boolean {
    const records = group === '' ? this.rows.passing(connectionId) : this.rows.membersOf(connectionId, group);
    if (this.rows.drawn(connectionId, group, records).length === records.length) return false;
    this.rows.extend(connectionId, group);
    this.#changed.fire(group === '' ? this.#nodes.section(connectionId, 'jobs') : this.#nodes.group(connectionId, group));
    return true;
  }

  /** Makes sure that a job has a row: without the filter that hides it, and with as many rows before it as it takes. */
  async show(ref: JobRef): Promise<void> {
    const { jobStore, choices } = this.#services;
    const record = jobStore.get(ref);
    if (record === undefined) return;
    if (!passes(record, choices.filter, this.rows.datasetOf)) await choices.clearFilter();
    const group = choices.grouping === 'none' ? '' : groupKeyOf(record, choices.grouping, this.rows.datasetOf);
    const members = group === '' ? this.rows.passing(ref.connectionId) : this.rows.membersOf(ref.connectionId, group);
    while (!this.rows.drawn(ref.connectionId, group, members).includes(record) && this.extend(ref.connectionId, group));
  }

  dispose(): void {
    for (const watch of this.#opened.values()) watch?.dispose();
    this.#opened.clear();
    this.#disposables.dispose();
  }

  /** No rows at all where a welcome says more: nothing is known of any connection, and no other one was set up. */
  #roots(): JobNode[] {
    const { jobStore } = this.#services;
    const connections = this.#connectionRows.list();
    const isSetUp = connections.slice(1).some(({ profile }) => profile.key !== 'none');
    const isKnown = connections.some(({ id }) => jobStore.list(id).length > 0);
    this.#drawnEmpty = !isSetUp && !isKnown;
    return this.#drawnEmpty ? [] : connections.map(({ id }) => this.#nodes.connection(id));
  }

  async #inSection(connectionId: string, section: SectionName): Promise<JobNode[]> {
    const { jobWatcher, models, files, lives } = this.#services;
    if (section === 'jobs') {
      if (this.#services.jobStore.list(connectionId).length === 0) await jobWatcher.answered(connectionId);
      return this.#jobRows(connectionId);
    }
    const connection = this.#services.connections.get(connectionId);
    if (connection === undefined) return [];
    const list: AnyList = section === 'models' ? models : files;
    if (list.state(connectionId).kind === 'unread') await list.read(connection);
    const { hasMore } = list.state(connectionId);
    if (section === 'models') lives.note(connectionId, models.state(connectionId).items);
    const nodes: JobNode[] =
      section === 'models'
        ? this.#items.tuned(connectionId).map(({ model, record }) => ({ kind: 'listedModel', connectionId, model, ...(record ? { ref: refOf(record) } : {}) }))
        : files.state(connectionId).items.map(({ id: fileId }) => ({ kind: 'file', connectionId, fileId }));
    if (nodes.length === 0) return [{ kind: 'remark', connectionId, section }];
    return hasMore ? [...nodes, { kind: 'more', connectionId, section }] : nodes;
  }

  #jobRows(connectionId: string): JobNode[] {
    const passing = this.rows.passing(connectionId);
    const hasMore = this.#readHasMore(connectionId);
    this.#hasMore.set(connectionId, hasMore);
    const isGrouped = this.#services.choices.grouping !== 'none';
    const drawn = isGrouped ? passing : this.rows.drawn(connectionId, '', passing);
    const nodes = isGrouped
      ? this.rows.groups(connectionId).map(({ key }) => this.#nodes.group(connectionId, key))
      : drawn.map((record) => this.jobNode(refOf(record)));
    if (nodes.length === 0) nodes.push({ kind: 'remark', connectionId, section: 'jobs' });
    if (hasMore || drawn.length < passing.length) nodes.push({ kind: 'more', connectionId, section: 'jobs' });
    return nodes;
  }

  #inGroup(connectionId: string, group: string): JobNode[] {
    const members = this.rows.membersOf(connectionId, group);
    const drawn = this.rows.drawn(connectionId, group, members);
    const nodes = drawn.map((record) => this.jobNode(refOf(record)));
    return drawn.length < members.length ? [...nodes, { kind: 'more', connectionId, section: 'jobs', group }] : nodes;
  }

  #inJob(ref: JobRef): JobNode[] {
    const record = this.#services.jobStore.get(ref);
    if (record === undefined) return [];
    this.#open(ref);
    // Whoever opens a failed job wants to know why; the row of the error is drawn again once the service has told.
    void this.#services.requestIds.learn(record);
    return [...childNodes(record, this.#services.deployed.of(ref))];
  }

  #follow(change: JobChange): void {
    const { jobStore, choices, models } = this.#services;
    const connectionId = change.kind === 'listChanged' ? change.connectionId : change.ref.connectionId;
    if (change.kind === 'listChanged') {
      for (const jobId of change.removed) this.#forgetJob({ connectionId, jobId });
      // The first job takes the place of the welcome, and the last one leaves it.
      if (this.#drawnEmpty !== false || jobStore.list(connectionId).length === 0) this.redraw();
      else this.#changed.fire(this.#nodes.section(connectionId, 'jobs'));
      return;
    }
    const key = nodeId({ kind: 'job', ref: change.ref });
    const record = jobStore.get(change.ref);
    if (record === undefined) return;
    // A new model is in the service's list, too, if somebody looks at that.
    const connection = change.fields.has('fine_tuned_model') ? this.#services.connections.get(connectionId) : undefined;
    if (connection !== undefined && models.state(connectionId).kind === 'listed') void models.read(connection);
    const moves = change.fields.has('status') && (choices.grouping === 'status' || choices.filter.statuses.length > 0);
    if (moves) this.#changed.fire(this.#nodes.section(connectionId, 'jobs'));
    else if (this.#said.has(key) && passes(record, choices.filter, this.rows.datasetOf)) this.#changed.fire(this.jobNode(change.ref));
  }

  #followState(connectionId: string): void {
    if (!this.#nodes.has(`connection:${connectionId}`)) return;
    const { kind, error } = this.#services.jobWatcher.state(connectionId) ?? {};
    const said = `${kind} ${error instanceof Error ? error.message : ''}`;
    if (this.#states.get(connectionId) !== said) {
      this.#states.set(connectionId, said);
      this.#changed.fire(this.#nodes.connection(connectionId));
    } else if (this.#hasMore.get(connectionId) !== this.#readHasMore(connectionId)) {
      this.#changed.fire(this.#nodes.section(connectionId, 'jobs'));
    }
  }

  #forgetJob(ref: JobRef): void {
    const key = nodeId({ kind: 'job', ref });
    this.#unwatch(key);
    this.#said.delete(key);
    this.#nodes.forget(key);
  }

  #unwatch(key: string): void {
    this.#opened.get(key)?.dispose();
    this.#opened.delete(key);
  }

  /** A row whose inside is drawn is open, also when the editor restored it so without telling. */
  #open(ref: JobRef): void {
    const key = nodeId(this.jobNode(ref));
    if (this.#opened.get(key) !== undefined) return;
    this.#opened.set(key, this.#visible ? this.#services.jobWatcher.watch(ref) : undefined);
  }

  #readHasMore(connectionId: string): boolean {
    return this.#services.jobWatcher.state(connectionId)?.hasMore ?? false;
  }
}
