import * as vscode from 'vscode';
import { settingIds } from '../contributions.ts';
import { ServiceError } from '../core/providers/port.ts';
import { stat } from '../disk/files.ts';
import type { DiskUse, EngineLauncher, RunningEngine } from '../protocol/launch.ts';
import type { Log } from './log.ts';

type EngineProcessOptions = {
  readonly launcher: EngineLauncher;
  /** Absolute path of the bundled engine program (`dist/engine.js`). */
  readonly program: string;
  /** Version of the extension. */
  readonly version: string;
  readonly log: Log;
};

/** The Local engine as this window sees it: found, started on first use, asked to end. Other windows share it. */
export class EngineProcess implements vscode.Disposable {
  readonly dataFolder: string;
  readonly #options: EngineProcessOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when this window learns that the engine came, went or moved. */
  readonly onDidChange = this.#changed.event;
  #known: RunningEngine | undefined;
  #starting: Promise<RunningEngine> | undefined;
  /** The engine of another version that was last looked at. */
  #examined = '';
  #askedForSync = false;
  /** Whoever hears that the engine has gone may not start it on the data that is just being deleted. */
  #deleting: Promise<void> | undefined;
  #disposed = new AbortController();

  constructor(options: EngineProcessOptions) {
    this.#options = options;
    this.dataFolder = options.launcher.defaultDataFolder();
  }

  /** The engine as it was last seen; asks nobody. */
  get known(): RunningEngine | undefined {
    return this.#known;
  }

  /** True while this window waits for an engine that it has started. */
  get isStarting(): boolean {
    return this.#starting !== undefined;
  }

  /** True if there is a log to show. */
  async hasLog(): Promise<boolean> {
    return (await stat(this.logFile)) !== undefined;
  }

  get logFile(): string {
    return this.#options.launcher.logFile(this.dataFolder);
  }

  /** The running engine, or undefined; starts nothing. */
  async find(): Promise<RunningEngine | undefined> {
    const found = await this.#options.launcher.find(this.dataFolder);
    if (!this.#starting) this.#remember(found);
    return found;
  }

  /** True if there is anything to show: the engine has stored something once. */
  async hasStore(): Promise<boolean> {
    await this.#deleting?.catch(() => undefined);
    return this.#options.launcher.hasStore(this.dataFolder);
  }

  /** The running engine, started if need be. `signal` ends the waiting, not the start, which others may share. */
  async ensure(signal: AbortSignal): Promise<RunningEngine> {
    signal.throwIfAborted();
    await this.#deleting?.catch(() => undefined);
    const found = this.#starting ? undefined : await this.find();
    // Whoever gave up meanwhile wants no engine started.
    signal.throwIfAborted();
    return found && this.#suits(found) ? found : untilAborted((this.#starting ??= this.#start()), signal);
  }

  /** Asks the engine to end and waits for it; true if one was running. */
  async stop(): Promise<boolean> {
    await this.#starting?.catch(() => undefined);
    const stopped = await this.#options.launcher.stop(this.dataFolder);
    this.#options.log.info(stopped ? 'The Local engine was stopped.' : 'The Local engine was not running.');
    this.#remember(undefined);
    return stopped;
  }

  /** Ends the engine and starts it with the present settings; training goes on where its last checkpoint is. */
  async restart(signal: AbortSignal): Promise<RunningEngine> {
    await this.stop();
    return this.ensure(signal);
  }

  /** Bytes used, by kind. */
  diskUse(): Promise<DiskUse> {
    return this.#options.launcher.diskUse(this.dataFolder);
  }

  /** Ends the engine and deletes its files, jobs and models. */
  async deleteData(): Promise<void> {
    this.#deleting ??= this.#stopAndDelete().finally(() => {
      this.#deleting = undefined;
    });
    await this.#deleting;
    this.#options.log.info('The data of the Local engine was deleted.');
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposed.abort();
    this.#changed.dispose();
  }

  async #stopAndDelete(): Promise<void> {
    await this.stop();
    await this.#options.launcher.deleteData(this.dataFolder);
  }

  async #start(): Promise<RunningEngine> {
    const { launcher, program, version, log } = this.#options;
    const settings = vscode.workspace.getConfiguration();
    const title = vscode.l10n.t('Starting the Local engine');
    try {
      const engine = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
        launcher.start(
          {
            program,
            version,
            dataFolder: this.dataFolder,
            threads: settings.get<number>(settingIds.engineThreads, 0),
            idleSeconds: settings.get<number>(settingIds.engineIdleMinutes, 30) * 60,
          },
          this.#disposed.signal,
        ),
      );
      log.info(`The Local engine runs: version ${engine.version}, process ${engine.pid}, ${engine.baseURL}.`);
      this.#examined = `${engine.pid} ${engine.startedAt}`;
      this.#remember(engine);
      await this.#warnOfSync().catch((error: unknown) => log.warn(String(error)));
      return engine;
    } finally {
      this.#starting = undefined;
    }
  }

  /** An engine of another version is looked at once: an older one is replaced, a newer one says whether it works with us. */
  #suits({ version, pid, startedAt }: RunningEngine): boolean {
    return version === this.#options.version || this.#examined === `${pid} ${startedAt}`;
  }

  /** Said once in a session, when the engine is first needed. */
  async #warnOfSync(): Promise<void> {
    if (this.#askedForSync) return;
    this.#askedForSync = true;
    const service = await this.#options.launcher.syncService(this.dataFolder);
    if (service === undefined) return;
    const message = vscode.l10n.t(
      'The data of the Local engine is inside {0} ({1}), which may lock, move away or double its files while it works. Name a folder elsewhere in the environment variable TUNESMITH_HOME.',
      service,
      this.dataFolder,
    );
    this.#options.log.warn(message);
    void vscode.window.showWarningMessage(message);
  }

  #remember(engine: RunningEngine | undefined): void {
    const moved = engine?.baseURL !== this.#known?.baseURL || engine?.pid !== this.#known?.pid;
    this.#known = engine;
    if (moved && !this.#disposed.signal.aborted) this.#changed.fire();
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new ServiceError('The waiting was cancelled.', { kind: 'cancelled' }));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
