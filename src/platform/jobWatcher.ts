import * as vscode from 'vscode';
import { contextKeys } from '../contributions.ts';
import type { JobRecord, JobRef, JobStore } from '../core/jobs/jobStore.ts';
import { isTerminal } from '../core/jobs/jobStatus.ts';
import { StallWatch } from '../core/jobs/stallWatch.ts';
import { ServiceError } from '../core/providers/port.ts';
import { troubleOf, type Trouble } from '../core/providers/trouble.ts';
import { ConnectionWatch, type WatchState } from './connectionWatch.ts';
import type { Connection, Connections } from './connections.ts';
import { DisposableStore } from './disposables.ts';
import { explainError } from './errorReport.ts';
import { SnapshotKeeper } from './snapshotKeeper.ts';
import type { JobSnapshots } from './jobSnapshots.ts';
import type { Log } from './log.ts';
import { UnfinishedMemory } from './unfinishedMemory.ts';

/** What the watcher asks of Connections. */
type WatchedConnections = Pick<Connections, 'current' | 'get' | 'peek' | 'onDidChange'>;

type JobWatcherOptions = {
  readonly connections: WatchedConnections;
  readonly store: JobStore;
  readonly globalState: vscode.Memento;
  readonly log: Log;
  /** Absent where nothing outlives the window. */
  readonly snapshots?: JobSnapshots;
};

/** What the job tree has to show for a connection; the value of the context key `tunesmith.jobsState`. */
type JobsState = 'loading' | 'empty' | 'emptyLocal' | 'noKey' | 'engineFailed' | 'listed' | Trouble;

/**
 * Keeps the job store fresh: one loop per connection that has something to look at, so that one whose key has expired
 * holds up no other. A connection is asked while its row in the visible tree is open, which that of the current one
 * is by default; other ones only for jobs that a panel shows or whose end is still to be told.
 */
export class JobWatcher implements vscode.Disposable {
  /** Jobs whose end is still to be told. */
  readonly unfinished: UnfinishedMemory;
  readonly #connections: WatchedConnections;
  readonly #store: JobStore;
  readonly #log: Log;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<string>());
  /** Fires the id of a connection whose `state` may have changed. */
  readonly onDidChangeState: vscode.Event<string> = this.#changed.event;
  readonly #watches = new Map<string, ConnectionWatch>();
  readonly #watchedJobs = new Map<string, Map<string, number>>();
  /** Where each remote connection was asked; another address is another account. */
  readonly #addresses = new Map<string, string>();
  /** Connections that a person has looked at: for those the Local engine may be started, if it has a store. */
  readonly #lookedAt = new Set<string>();
  /** Rows of connections that a person opened or closed. */
  readonly #opened = new Map<string, boolean>();
  readonly #stalls = new StallWatch();
  readonly #keeper: SnapshotKeeper | undefined;
  #treeVisible = false;
  #jobsState: JobsState | undefined;

  constructor(options: JobWatcherOptions) {
    this.#connections = options.connections;
    this.#store = options.store;
    this.#log = options.log;
    this.unfinished = new UnfinishedMemory(options.globalState);
    this.#keeper = options.snapshots && this.#disposables.add(new SnapshotKeeper(options.snapshots, this.#store));
    this.#disposables.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.#askFailedAgain();
      }),
    );
    this.#disposables.add(this.#connections.onDidChange(() => this.#followConnections()));
    this.#disposables.add(
      this.#store.onDidChange((change) => {
        const connectionId = change.kind === 'listChanged' ? change.connectionId : change.ref.connectionId;
        const records = this.#store.list(connectionId);
        if (change.kind === 'listChanged') for (const jobId of change.removed) this.#stalls.forget({ connectionId, jobId });
        void this.unfinished.observe(records);
        if (change.kind === 'listChanged' || change.fields.has('status')) {
          const running = records.some((record) => !isTerminal(record.job));
          (running ? this.#watch(connectionId) : this.#watches.get(connectionId))?.replan();
        }
        this.#showState();
      }),
    );
    this.#showState();
  }

  /** Asks about jobs that were unfinished when the editor was last closed; starts no engine. Call once. */
  start(): void {
    for (const connectionId of Object.keys(this.unfinished.all)) {
      if (this.#connections.get(connectionId) !== undefined) void this.#watch(connectionId).run();
    }
  }

  /** Tells whether the job tree is visible; becoming visible asks at once. Resolves after the answer. */
  async setTreeVisible(visible: boolean): Promise<void> {
    if (visible === this.#treeVisible) return;
    this.#treeVisible = visible;
    if (!visible) {
      for (const watch of this.#watches.values()) watch.replan();
      return;
    }
    const open = new Set([this.#connections.current.id, ...this.#opened.keys()]);
    await Promise.all([...open].filter((id) => this.#isLookedAt(id)).map((id) => this.#lookAt(id).run()));
  }

  /** Tells whether the row of a connection is open in the tree; one that is opened is asked at once. */
  setOpened(connectionId: string, opened: boolean): void {
    if (this.#isOpen(connectionId) === opened) return;
    this.#opened.set(connectionId, opened);
    if (this.#isLookedAt(connectionId)) void this.#lookAt(connectionId).run();
    else this.#watches.get(connectionId)?.replan();
  }

  /** Milliseconds that a running job was watched without a step, where that is too long for it. */
  stalledMs(record: JobRecord): number | undefined {
    return this.#stalls.stalledMs(record);
  }

  /** Keeps one job's events and checkpoints complete while somebody looks at it. */
  watch(ref: JobRef): vscode.Disposable {
    const jobs = this.#watchedJobs.get(ref.connectionId) ?? new Map<string, number>();
    this.#watchedJobs.set(ref.connectionId, jobs);
    jobs.set(ref.jobId, (jobs.get(ref.jobId) ?? 0) + 1);
    const watch = this.#lookAt(ref.connectionId);
    watch.forgetDetails(ref.jobId);
    void watch.run();
    let disposed = false;
    return new vscode.Disposable(() => {
      if (disposed) return;
      disposed = true;
      const left = (jobs.get(ref.jobId) ?? 1) - 1;
      if (left > 0) jobs.set(ref.jobId, left);
      else jobs.delete(ref.jobId);
      this.#watches.get(ref.connectionId)?.replan();
    });
  }

  /** Asks now (the current connection if none is named); resolves after the answer. Never rejects: see `state`. */
  refresh(connectionId: string = this.#connections.current.id): Promise<void> {
    return this.#lookAt(connectionId).refresh();
  }

  /** Resolves once there is an answer of any kind, asking for it if nobody does. */
  async answered(connectionId: string): Promise<void> {
    const kind = this.state(connectionId)?.kind;
    if (kind === undefined || kind === 'idle') await this.#lookAt(connectionId).settled();
  }

  /** Lists one more page of older jobs. Throws ServiceError. */
  loadMore(connectionId: string, signal: AbortSignal): Promise<void> {
    return this.#lookAt(connectionId).loadMore(signal);
  }

  /** How the last question to a connection went; undefined if it was never asked. */
  state(connectionId: string): WatchState | undefined {
    return this.#watches.get(connectionId)?.state;
  }

  /** What the tree has to show for the current connection. */
  get jobsState(): JobsState {
    const connection = this.#connections.current;
    const state = this.state(connection.id);
    const empty = connection.profile.key === 'none' ? 'emptyLocal' : 'empty';
    if (state?.kind === 'nothing') return empty === 'emptyLocal' ? empty : 'noKey';
    if (this.#store.list(connection.id).length > 0) return 'listed';
    if (state?.kind === 'failed') return this.#trouble(connection, state.error);
    return state?.kind === 'answered' ? empty : 'loading';
  }

  dispose(): void {
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
    this.#disposables.dispose();
  }

  /** The engine has no key and no address that a person could mend. */
  #trouble({ profile }: Connection, error: unknown): JobsState {
    if (profile.key === 'none') return 'engineFailed';
    return troubleOf(error instanceof ServiceError ? error.facts : undefined);
  }

  #lookAt(connectionId: string): ConnectionWatch {
    this.#lookedAt.add(connectionId);
    return this.#watch(connectionId);
  }

  #watch(connectionId: string): ConnectionWatch {
    const existing = this.#watches.get(connectionId);
    if (existing !== undefined) return existing;
    const address = this.#connections.get(connectionId)?.baseURL;
    if (address !== undefined) this.#addresses.set(connectionId, address);
    const watchedJobs = (): ReadonlySet<string> => new Set(this.#watchedJobs.get(connectionId)?.keys());
    let lastError: unknown;
    const watch = new ConnectionWatch(connectionId, this.#store, {
      peek: async (signal) => {
        const connection = this.#connections.get(connectionId);
        if (connection === undefined) return undefined;
        const start = this.#lookedAt.has(connectionId) ? 'ifStored' : 'never';
        return this.#connections.peek(connection, { signal, start });
      },
      restore: async () => this.#restore(connectionId),
      isVisible: () => this.#isLookedAt(connectionId) || watchedJobs().size > 0,
      watched: watchedJobs,
      unfinished: () => this.unfinished.all[connectionId] ?? [],
      onGone: (jobId) => void this.unfinished.forget({ connectionId, jobId }),
      onRound: () => {
        const { error } = watch.state;
        if (error !== undefined && error !== lastError) this.#logFailure(connectionId, error);
        lastError = error;
        this.#afterRound(connectionId, watch.state);
        this.#showState();
        this.#changed.fire(connectionId);
      },
    });
    this.#watches.set(connectionId, watch);
    return watch;
  }

  #isOpen(connectionId: string): boolean {
    return this.#opened.get(connectionId) ?? this.#connections.current.id === connectionId;
  }

  /** A connection that was removed has no row, open or not. */
  #isLookedAt(connectionId: string): boolean {
    return this.#treeVisible && this.#isOpen(connectionId) && this.#connections.get(connectionId) !== undefined;
  }

  async #restore(connectionId: string): Promise<number | undefined> {
    const connection = this.#connections.get(connectionId);
    // In Restricted Mode no service is asked, and nothing is told of what it said elsewhere.
    if (connection === undefined || !vscode.workspace.isTrusted) return undefined;
    return this.#keeper?.restore(connection);
  }

  #afterRound(connectionId: string, state: WatchState): void {
    const connection = this.#connections.get(connectionId);
    if (connection !== undefined && vscode.workspace.isTrusted) this.#keeper?.keep(connection, state);
    if (state.kind !== 'answered') return;
    for (const record of this.#store.list(connectionId)) this.#stalls.observe(record);
  }

  /** Whoever comes back to the window has perhaps brought the network along. */
  #askFailedAgain(): void {
    for (const [connectionId, watch] of this.#watches) {
      const { kind, error } = watch.state;
      const offline = kind === 'failed' && troubleOf(error instanceof ServiceError ? error.facts : undefined) === 'offline';
      if (offline && (this.#isLookedAt(connectionId) || this.#isNeeded(connectionId))) void watch.refresh();
    }
  }

  /** A key, an address or the choice changed: whoever is looked at is asked again, removed ones are forgotten. */
  #followConnections(): void {
    for (const [connectionId, watch] of this.#watches) {
      const connection = this.#connections.get(connectionId);
      const moved = connection?.profile.key !== 'none' && connection?.baseURL !== this.#addresses.get(connectionId);
      if (connection !== undefined && !moved) continue;
      watch.dispose();
      this.#watches.delete(connectionId);
      this.#store.clear(connectionId);
      if (connection === undefined) this.#keeper?.forget(connectionId);
    }
    const { current } = this.#connections;
    if (this.#isLookedAt(current.id)) this.#lookAt(current.id);
    for (const [connectionId, jobs] of this.#watchedJobs) {
      if (jobs.size > 0 && this.#connections.get(connectionId) !== undefined) this.#watch(connectionId);
    }
    for (const [connectionId, watch] of this.#watches) {
      if (this.#isLookedAt(connectionId) || this.#isNeeded(connectionId)) void watch.refresh();
      else watch.replan();
    }
    this.#showState();
    this.#changed.fire(current.id);
  }

  #isNeeded(connectionId: string): boolean {
    const running = this.#store.list(connectionId).some((record) => !isTerminal(record.job));
    return running || (this.#watchedJobs.get(connectionId)?.size ?? 0) > 0;
  }

  #logFailure(connectionId: string, error: unknown): void {
    this.#log.warn(`The jobs of ${connectionId} could not be read: ${explainError(error)}`);
  }

  #showState(): void {
    const state = this.jobsState;
    if (state === this.#jobsState) return;
    this.#jobsState = state;
    void vscode.commands.executeCommand('setContext', contextKeys.jobsState, state);
  }
}
