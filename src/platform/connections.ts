import * as vscode from 'vscode';
import { settingIds } from '../contributions.ts';
import { toConnections, type Connection, type ConnectionSetting } from '../core/providers/connection.ts';
import { faultsOfConnections, type ConnectionFault } from '../core/providers/connectionFaults.ts';
import type { KeyRecord } from '../core/providers/key.ts';
import { overrideProviders, type OverriddenProviders } from '../core/providers/overrides.ts';
import { ServiceError, type CreateService, type Service } from '../core/providers/port.ts';
import { trainableModels } from '../core/providers/profile.ts';
import { DisposableStore } from './disposables.ts';
import type { EngineProcess } from './engineProcess.ts';
import { Secrets, type KeyState } from './secrets.ts';

export type { Connection } from '../core/providers/connection.ts';
export type { KeyState } from './secrets.ts';

type ConnectionsOptions = {
  readonly context: vscode.ExtensionContext;
  readonly engine: EngineProcess;
  /** Loads the wire client on first use: it is the largest library of the extension. */
  readonly loadService: () => Promise<CreateService>;
};

const selectionKey = 'tunesmith.connection';

/** The services that can be asked, which of them is chosen, and their keys. */
export class Connections implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #engine: EngineProcess;
  readonly #loadService: () => Promise<CreateService>;
  readonly #secrets: Secrets;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  /** Fires when the choice, the list, an address, a key, a profile or the trust of the workspace changes. */
  readonly onDidChange: vscode.Event<void> = this.#changed.event;
  readonly #removed = this.#disposables.add(new vscode.EventEmitter<string>());
  /** Fires the id of a connection that a person has removed: what is remembered of it can go. */
  readonly onDidRemove: vscode.Event<string> = this.#removed.event;
  /** Read once for each version of the setting. */
  #overridden: OverriddenProviders | undefined;

  constructor(options: ConnectionsOptions) {
    this.#context = options.context;
    this.#engine = options.engine;
    this.#loadService = options.loadService;
    this.#secrets = this.#disposables.add(new Secrets(options.context.secrets));
    const fire = (): void => this.#changed.fire();
    this.#disposables.add(this.#secrets.onDidChange(fire));
    this.#disposables.add(this.#engine.onDidChange(fire));
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(fire));
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        const ofProviders = event.affectsConfiguration(settingIds.providers);
        if (ofProviders) this.#overridden = undefined;
        if (ofProviders || event.affectsConfiguration(settingIds.connections)) fire();
      }),
    );
  }

  /** Local and OpenAI, then the ones of the setting. */
  all(): readonly Connection[] {
    return toConnections(
      vscode.workspace.getConfiguration().get<unknown>(settingIds.connections),
      this.#engine.known?.baseURL,
      this.overridden.providers,
    );
  }

  /** What is known of each kind of service, as the person has corrected it, and what is wrong with the corrections. */
  get overridden(): OverriddenProviders {
    return (this.#overridden ??= overrideProviders(vscode.workspace.getConfiguration().get<unknown>(settingIds.providers)));
  }

  /** What of the setting of connections is passed over. */
  get faults(): readonly ConnectionFault[] {
    return faultsOfConnections(this.#entries());
  }

  get(id: string): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  /** The chosen connection; Local where none was chosen or the chosen one is gone. */
  get current(): Connection {
    const { workspaceState, globalState } = this.#context;
    const id = workspaceState.get<string>(selectionKey) ?? globalState.get<string>(selectionKey) ?? 'local';
    const all = this.all();
    const chosen = all.find((connection) => connection.id === id) ?? all[0];
    if (!chosen) throw new Error('Local is always there');
    return chosen;
  }

  /** True if somebody has ever chosen here; otherwise `current` is Local by default. */
  get isChosen(): boolean {
    const { workspaceState, globalState } = this.#context;
    return (workspaceState.get(selectionKey) ?? globalState.get(selectionKey)) !== undefined;
  }

  /** Chooses for this workspace; in a window without a folder, for every workspace that has no choice of its own. */
  async select(id: string): Promise<void> {
    const { workspaceState, globalState } = this.#context;
    const state = vscode.workspace.workspaceFolders === undefined ? globalState : workspaceState;
    if (state === globalState) await workspaceState.update(selectionKey, undefined);
    await state.update(selectionKey, id);
    this.#changed.fire();
  }

  /**
   * The service of a connection; starts the Local engine if need be.
   * @throws ServiceError 'forbidden' with code 'restricted_mode'; 'unauthorized' with code 'no_key', or
   * 'variable_not_set' and the variable's name as param; 'cancelled'
   */
  async service(connection: Connection, signal: AbortSignal): Promise<Service> {
    this.#requireTrust();
    if (connection.profile.key === 'none') return this.#localService(await this.#engine.ensure(signal));
    return this.#remoteService(connection, await this.#secrets.key(connection));
  }

  /**
   * The same without making the person wait or wonder: undefined where no key is set, the workspace is not trusted,
   * or the Local engine has never stored anything. With a store, the engine is started unless `start` is 'never'.
   */
  async peek(
    connection: Connection,
    options: { readonly start?: 'ifStored' | 'never'; readonly signal?: AbortSignal } = {},
  ): Promise<Service | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    if (connection.profile.key !== 'none') {
      const state = await this.keyState(connection);
      return state.usable ? this.service(connection, options.signal ?? new AbortController().signal) : undefined;
    }
    const running = await this.#engine.find();
    if (running) return this.#localService(running);
    if (options.start === 'never' || !(await this.#engine.hasStore())) return undefined;
    return this.#localService(await this.#engine.ensure(options.signal ?? new AbortController().signal));
  }

  /** The service of an address and a key that are not stored yet, for trying them out. */
  async tryOut(connection: Connection, record: KeyRecord | undefined): Promise<Service> {
    this.#requireTrust();
    return this.#remoteService(connection, this.#secrets.resolve(connection, record));
  }

  keyState(connection: Connection): Promise<KeyState> {
    return this.#secrets.state(connection);
  }

  /** 'volatile': the secret storage failed, and the key is forgotten with the window. */
  setKey(connection: Connection, record: KeyRecord): Promise<'stored' | 'volatile'> {
    return this.#secrets.store(connection, record);
  }

  /** Forgets the key, also those of earlier addresses of the connection. */
  removeKey(connection: Connection): Promise<void> {
    return this.#secrets.remove(connection.id);
  }

  /** Adds an entry to the user's settings. */
  async add(setting: ConnectionSetting): Promise<void> {
    await this.#write([...this.#entries(), setting]);
  }

  /** Removes the entry, its key and its choice; built-in connections stay. What else is kept of it goes by `onDidRemove`. */
  async remove(id: string): Promise<void> {
    const rest = this.#entries().filter((entry) => (entry as { readonly id?: unknown } | null)?.id !== id);
    // The key first: whatever fails after it, no key is left without a connection.
    await this.#secrets.remove(id);
    await this.#write(rest);
    for (const state of [this.#context.workspaceState, this.#context.globalState]) {
      // Local takes its place, and the status bar goes on to say where one is.
      if (state.get<string>(selectionKey) === id) await state.update(selectionKey, 'local');
    }
    this.#removed.fire(id);
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #entries(): readonly unknown[] {
    const value = vscode.workspace.getConfiguration().get<unknown>(settingIds.connections);
    return Array.isArray(value) ? (value as readonly unknown[]) : [];
  }

  async #write(entries: readonly unknown[]): Promise<void> {
    const configuration = vscode.workspace.getConfiguration();
    await configuration.update(settingIds.connections, entries, vscode.ConfigurationTarget.Global);
  }

  #requireTrust(): void {
    if (vscode.workspace.isTrusted) return;
    throw new ServiceError('The workspace is in Restricted Mode.', { kind: 'forbidden', code: 'restricted_mode' });
  }

  async #localService(engine: { readonly baseURL: string; readonly apiKey: string }): Promise<Service> {
    const createService = await this.#loadService();
    return createService({ baseURL: engine.baseURL, apiKey: engine.apiKey, userAgent: this.#userAgent });
  }

  async #remoteService(connection: Connection, apiKey: string | null): Promise<Service> {
    const { baseURL, profile, id, label: _label, ...sending } = connection;
    if (baseURL === undefined) throw new Error(`${id} has no address`);
    const createService = await this.#loadService();
    const { wire, maxTokensField } = profile;
    const today = new Date().toISOString().slice(0, 10);
    const trainable = trainableModels(profile, today).map((model) => model.id);
    return createService({ baseURL, apiKey, wire, maxTokensField, trainable, userAgent: this.#userAgent, ...sending });
  }

  get #userAgent(): string {
    const { version } = this.#context.extension.packageJSON as { readonly version: string };
    return `Tunesmith/${version}`;
  }
}
