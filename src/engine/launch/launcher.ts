import { readText } from '../../disk/files.ts';
import { errorCode, realSystem } from '../../disk/system.ts';
import type { EngineLauncher, EngineOptions, RunningEngine } from '../../protocol/launch.ts';
import { dataFolderAt, defaultDataFolder, socketNameOf } from './dataFolder.ts';
import { exitTaken } from './exitCodes.ts';
import { explainFolderFault } from './folderFault.ts';
import { askSocket } from './handshake.ts';
import { ask, look } from './holder.ts';
import { startProgram, type StartedProgram } from './startProgram.ts';
import { deleteData, diskUse, hasStore } from './stored.ts';
import { syncServiceOf } from './syncService.ts';
import { isOlder, nodeFault } from './version.ts';

const startPatienceMs = 30_000;
const stopPatienceMs = 10_000;
const pollMs = 50;

/** Finds, starts and ends the engine of a data folder. Holds no state: every window and the command line share it. */
export function createLauncher(): EngineLauncher {
  return {
    find,
    start,
    stop,
    defaultDataFolder: () => defaultDataFolder(),
    hasStore,
    logFile: (dataFolder) => dataFolderAt(dataFolder).log,
    syncService: syncServiceOf,
    diskUse,
    deleteData,
  };
}

async function find(dataFolder: string): Promise<RunningEngine | undefined> {
  const state = await look(dataFolder);
  return state.kind === 'engine' ? state.engine : undefined;
}

async function start(options: EngineOptions, signal: AbortSignal): Promise<RunningEngine> {
  const fault = nodeFault(process.versions.node);
  if (fault !== undefined) {
    throw new Error(fault);
  }
  const patienceMs = options.patienceMs ?? startPatienceMs;
  const deadline = performance.now() + patienceMs;
  let program: StartedProgram | undefined;
  let ended: { readonly code: number | null; readonly reason: string } | undefined;
  let why = 'it did not answer in time';
  try {
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      const holder = await look(options.dataFolder);
      signal.throwIfAborted();
      if (holder.kind === 'engine' && !isOlder(holder.engine.version, options.version)) {
        const { engine } = holder;
        if (program?.pid !== engine.pid) {
          // Another one was first. Ours would come to the same end, but late: maybe only after that one has gone.
          program?.end();
        }
        refuseTooNew(engine, options.version);
        return engine;
      }
      if (holder.kind === 'engine') {
        // It saves what it trains; the next one goes on from there.
        await endEngine(holder.engine, options.dataFolder, Math.min(stopPatienceMs, patienceMs / 3));
        continue;
      }
      why = holder.kind === 'other' ? holder.why : why;
      if (holder.kind === 'nobody' && (program === undefined || ended?.code === exitTaken)) {
        // Never started, or another one was first and is gone again.
        ended = undefined;
        program = await startProgram(options);
        void program.ended.then((how) => {
          ended = how;
        });
      } else if (ended !== undefined && ended.code !== exitTaken) {
        throw new Error(await startFailure(options.dataFolder, ended.reason));
      }
      await realSystem.sleep(pollMs, signal);
    }
    throw new Error(await startFailure(options.dataFolder, why));
  } catch (error) {
    // Nobody would know of it: neither of one that was called off, nor of one that does not answer.
    program?.end();
    throw explainFolderFault(error, options.dataFolder);
  }
}

/** A newer engine serves older clients as long as it can. */
function refuseTooNew(engine: RunningEngine, version: string): void {
  if (isOlder(version, engine.oldestClient)) {
    throw new Error(
      `The Local engine that runs is version ${engine.version} and works with Tunesmith ${engine.oldestClient} or newer, ` +
        `but this is ${version}. Update Tunesmith here, or end the engine (process ${engine.pid}) and start it again.`,
    );
  }
}

/** The last lines of the log say more than an exit code; it holds no content of requests. */
async function startFailure(dataFolder: string, reason: string): Promise<string> {
  const { log } = dataFolderAt(dataFolder);
  const text = await readText(log).catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  const last = lines.slice(-5).join('\n');
  return `The Local engine could not be started: ${reason}. Its log is ${log}${last === '' ? '' : `:\n${last}`}`;
}

async function stop(dataFolder: string): Promise<boolean> {
  const engine = await find(dataFolder);
  if (engine === undefined) {
    return false;
  }
  await endEngine(engine, dataFolder, stopPatienceMs);
  return true;
}

/**
 * Asks this very engine to end and waits for it; after `patienceMs` it is killed. The next one has the same port and
 * key, so it is told which is meant.
 */
async function endEngine(engine: RunningEngine, dataFolder: string, patienceMs: number): Promise<void> {
  await ask(engine, 'POST', 'shutdown', { pid: engine.pid, started_at: engine.startedAt }).catch(() => undefined);
  const name = await socketNameOf(dataFolder);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await askSocket(name, engine.apiKey);
    // Another window may have started the next one already.
    if (found.kind === 'nobody' || (found.kind === 'engine' && found.address.pid !== engine.pid)) {
      return;
    }
    if (performance.now() > deadline) {
      // The handshake has proved that this process is the engine. The store survives a kill.
      kill(engine.pid);
      return;
    }
    await realSystem.sleep(pollMs);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') {
      throw error;
    }
  }
}
