import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { makeFolder, realSystem, removeTree, replaceJson, type System } from '../disk/files.ts';
import type { EngineAddress } from '../protocol/launch.ts';
import type { GeneratorCommand, GeneratorEvent, TrainerCommand, TrainerEvent } from '../protocol/training.ts';
import { newToken, readAccess, readJson, writeAccess } from './launch/access.ts';
import { dataFolderAt, socketNameOf, type DataFolder } from './launch/dataFolder.ts';
import { greetingOf } from './launch/handshake.ts';
import { claimFolder, type FolderLock } from './launch/lock.ts';
import { syncServiceOf, syncWarning } from './launch/syncService.ts';
import { oldestClient } from './launch/version.ts';
import type { Engine } from './server/call.ts';
import { sharedWithChats } from './server/computeShare.ts';
import { dropExpired } from './server/expiry.ts';
import { ExpiryClock } from './server/expiryClock.ts';
import type { Faults } from './server/faults.ts';
import { GeneratorHost } from './server/generatorHost.ts';
import { Jobs } from './server/jobs.ts';
import type { ServerTimes } from './server/limits.ts';
import { startServer, type RunningServer } from './server/server.ts';
import { checkTrainingFile } from './server/trainingFile.ts';
import { workerThread, type StartThread } from './server/thread.ts';
import { repairStore } from './store/repair.ts';
import { Store } from './store/store.ts';

export type RunOptions = {
  readonly dataFolder: string;
  readonly version: string;
  /** 0 = as many as the machine offers. */
  readonly threads: number;
  /** Seconds without jobs and requests after which the engine ends by itself; 0 = never. */
  readonly idleSeconds: number;
  /** A port that must be had; without it the last one if it is free, else any. */
  readonly port?: number;
  /** Used in a folder that has no token yet. */
  readonly token?: string;
  /** Makes a new token. */
  readonly newKey?: boolean;
  /** Makes a damaged store writable again before it is opened; what was damaged is kept in quarantine. */
  readonly repair?: boolean;
  readonly startTrainer: StartThread<TrainerCommand, TrainerEvent>;
  readonly startGenerator: StartThread<GeneratorCommand, GeneratorEvent>;
  readonly times?: Partial<ServerTimes>;
  /** Hands out result files in base64, as the service does; default false. */
  readonly base64Results?: boolean;
  /** Only for the tests of clients. */
  readonly faults?: Faults;
  /** Clients of versions before this one are told to come with a newer one. */
  readonly oldestClient?: string;
  readonly log: (line: string) => void;
  /** Unix seconds; a test's own clock. */
  readonly now?: () => number;
  /** A test's own disk. */
  readonly system?: System;
};

export type EngineRun = {
  readonly address: EngineAddress;
  readonly apiKey: string;
  /** Ends the engine; jobs that have not ended are taken up by the next one. */
  close(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly closed: Promise<void>;
};

/** Another engine holds the data folder. */
export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError';
}

/** The threads that compute: programs beside that of the engine, with the same extension. */
export function threadsBeside(program: string): Pick<RunOptions, 'startTrainer' | 'startGenerator'> {
  const [folder, extension] = [dirname(program), extname(program)];
  return {
    startTrainer: workerThread(join(folder, `trainerThread${extension}`), { name: 'trainer' }),
    startGenerator: workerThread(join(folder, `generatorThread${extension}`), { name: 'generator' }),
  };
}

const watchMs = 1_000;
const expiryMs = 60_000;

/**
 * Runs an engine in this process, the only one of its data folder.
 * @throws FolderTakenError; NewerStoreError if a later version wrote the store; EADDRINUSE for a given port that is taken
 */
export async function runEngine(options: RunOptions): Promise<EngineRun> {
  const folder = dataFolderAt(options.dataFolder);
  await makeFolder(folder.root, { mode: 0o700 });
  const lock = await claimFolder(await socketNameOf(folder.root));
  if (lock === undefined) {
    throw new FolderTakenError(`Another engine is running in ${folder.root}`);
  }
  try {
    return await runInFolder(folder, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function runInFolder(folder: DataFolder, lock: FolderLock, options: RunOptions): Promise<EngineRun> {
  // What an engine that was killed has left. Only the holder of the lock may say so: anybody else could remove the
  // address of an engine that has begun since.
  await removeTree(folder.address);
  const access = await readAccess(folder);
  const token = (options.newKey === true ? undefined : (access?.token ?? options.token)) ?? newToken();
  const { faults, log, system = realSystem } = options;
  const now = options.now ?? ((): number => Math.floor(Date.now() / 1000));
  if (options.repair === true) {
    const repair = await repairStore(folder.root, system);
    log(repair === undefined ? 'nothing to repair' : `repaired: ${repair.damage}. The damaged files are kept in ${repair.keptIn}`);
  }
  const store = await Store.open(folder.root, { system });
  for (const note of store.notes) {
    log(note);
  }
  const syncService = await syncServiceOf(folder.root);
  if (syncService !== undefined) {
    log(`warning: ${syncWarning(folder.root, syncService)}`);
  }
  let closeFor = (_reason: string): void => undefined;
  const generator = new GeneratorHost(options.startGenerator);
  const jobs = new Jobs({
    store,
    startTrainer: sharedWithChats(faults?.trainers(options.startTrainer) ?? options.startTrainer, generator),
    checkFile: faults?.checks(checkTrainingFile) ?? checkTrainingFile,
    threads: options.threads > 0 ? options.threads : availableParallelism(),
    now,
    log,
    // What is on disk is the truth; the next engine opens it and goes on from there.
    onStorageFailure: () => closeFor('the disk takes nothing more'),
  });
  store.onFailure((reason) => closeFor(reason));
  const startedAt = now();
  const expiryClock = await ExpiryClock.open(now, folder.clock);
  const keepClock = async (): Promise<void> => {
    if (store.status.kind === 'ready') {
      await expiryClock.keep(folder.clock).catch((error: unknown) => log(`the time is not kept: ${String(error)}`));
    }
  };
  const engine: Engine = {
    store,
    jobs,
    generator,
    ...(faults === undefined ? {} : { faults }),
    base64Results: options.base64Results ?? false,
    version: options.version,
    startedAt,
    now,
    expiryNow: () => expiryClock.now(),
    shutDown: () => closeFor('asked to'),
  };
  let server: RunningServer;
  try {
    if (store.status.kind === 'ready') {
      await dropExpired(engine);
      await keepClock();
    }
    server = await listen(engine, token, access?.port ?? 0, options);
  } catch (error) {
    await store.close();
    throw error;
  }
  const address: EngineAddress = {
    version: options.version,
    pid: process.pid,
    baseURL: `http://127.0.0.1:${server.port}/v1`,
    startedAt,
    oldestClient: options.oldestClient ?? oldestClient,
  };

  let ending: Promise<void> | undefined;
  let markClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  const end = async (): Promise<void> => {
    clearInterval(watch);
    clearInterval(expiry);
    await server.close();
    await Promise.all([jobs.close(), generator.close()]);
    await store.close();
    if (await isNamed(folder, address)) {
      await removeTree(folder.address);
    }
    await lock.release();
  };
  const close = (): Promise<void> => {
    ending ??= end()
      .catch((error: unknown) => log(`ending failed: ${String(error)}`))
      .finally(markClosed);
    return ending;
  };
  closeFor = (reason: string): void => {
    if (ending === undefined) {
      log(`ending: ${reason}`);
    }
    void close();
  };
  let announced = false;
  const watch = setInterval(() => {
    // On a slow disk the address file of an engine that was killed may still be there.
    if (!announced) {
      return;
    }
    const idle = options.idleSeconds > 0 && jobs.active === 0 && server.idleMs() >= options.idleSeconds * 1000;
    if (idle) {
      closeFor('nothing to do');
      return;
    }
    // Whoever removes the address file, or the folder, wants this engine gone.
    void isNamed(folder, address).then(
      (named) => {
        if (!named) {
          closeFor('no address file names this engine');
        }
      },
      // Not readable for a moment, as under Windows while somebody else holds it, is not gone.
      () => undefined,
    );
  }, watchMs);

  const expiry = setInterval(() => {
    void dropExpired(engine)
      .catch((error: unknown) => log(`expired files stay for now: ${String(error)}`))
      .then(keepClock);
  }, expiryMs);

  try {
    await writeAccess(folder, { token, port: server.port });
    await replaceJson(folder.address, address, { mode: 0o600 });
    announced = true;
    if (store.status.kind === 'ready') {
      await jobs.takeUp();
    }
  } catch (error) {
    await close();
    throw error;
  }
  lock.greetWith((nonce) => greetingOf(token, nonce, address));
  log(`listening on ${address.baseURL}, process ${address.pid}, version ${address.version}`);
  return { address, apiKey: token, close, closed };
}

/** A port that was asked for must be had; the one of the last run is only preferred. */
async function listen(engine: Engine, token: string, lastPort: number, options: RunOptions): Promise<RunningServer> {
  const { log } = options;
  const at = (port: number): Promise<RunningServer> =>
    startServer({ engine, token, port, log, ...(options.times === undefined ? {} : { times: options.times }) });
  if (options.port !== undefined) {
    return at(options.port);
  }
  try {
    return await at(lastPort);
  } catch (error) {
    if (lastPort === 0) {
      throw error;
    }
    log(`port ${lastPort} of the last run is taken, choosing another`);
    return at(0);
  }
}

async function isNamed(folder: DataFolder, address: EngineAddress): Promise<boolean> {
  const named = (await readJson(folder.address)) as Partial<EngineAddress> | undefined | null;
  return named?.pid === address.pid && named.startedAt === address.startedAt;
}
