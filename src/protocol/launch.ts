/** How a client (extension, command line) and an engine process find and trust each other. */

/** Content of `engine.json` in the data folder (0600). The token itself is stored beside it, also 0600. */
export type EngineAddress = {
  readonly version: string;
  readonly pid: number;
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseURL: string;
  readonly startedAt: number;
  /** The oldest version of a client that this engine works with. */
  readonly oldestClient: string;
};

/** A running engine that answered with our token. */
export type RunningEngine = EngineAddress & { readonly apiKey: string };

export type EngineOptions = {
  /** Absolute path of the bundled engine program (`dist/engine.js`). */
  readonly program: string;
  /** Version of the extension or command line that starts it. */
  readonly version: string;
  readonly dataFolder: string;
  /** Threads for training; 0 = as many as the machine offers. */
  readonly threads: number;
  /** Seconds without jobs and requests after which the engine ends by itself; 0 = never. */
  readonly idleSeconds: number;
  readonly port?: number;
  /** Milliseconds to wait for an engine that can be used; 30 s if absent. */
  readonly patienceMs?: number;
};

/** Bytes used, by kind; `jobs` are the parts of `models`, the largest first. */
export type DiskUse = {
  readonly files: number;
  readonly models: number;
  readonly other: number;
  readonly jobs: readonly { readonly jobId: string; readonly bytes: number }[];
};

/** What `src/engine/launch` offers; the extension's services receive it, so that no feature imports the engine. */
export interface EngineLauncher {
  /** The running engine of the data folder, or undefined; starts nothing. */
  find(dataFolder: string): Promise<RunningEngine | undefined>;
  /**
   * The running engine, started if need be. One of an older version is asked to finish and replaced; a running job is
   * taken up by the new one. @throws Error that says why there is none and what to do
   */
  start(options: EngineOptions, signal: AbortSignal): Promise<RunningEngine>;
  /** Asks the engine to end and waits for it; true if one was running. */
  stop(dataFolder: string): Promise<boolean>;
  /** `TUNESMITH_HOME`, or the operating system's data directory for Tunesmith. */
  defaultDataFolder(): string;
  /** True if the engine has ever stored anything in this folder. */
  hasStore(dataFolder: string): Promise<boolean>;
  /** Log file of the engine in this folder. */
  logFile(dataFolder: string): string;
  /** The service that keeps this folder in step with other machines, if one does: it would lock and double files. */
  syncService(dataFolder: string): Promise<string | undefined>;
  diskUse(dataFolder: string): Promise<DiskUse>;
  /** Deletes the store of an engine that does not run. */
  deleteData(dataFolder: string): Promise<void>;
}
