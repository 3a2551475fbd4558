import { join } from 'node:path';
import { errorCode, realSystem } from '../../disk/system.ts';
import { listFolder, readText, removeTree, stat, treeBytes } from '../../disk/files.ts';
import type { DiskUse, EngineLauncher, EngineOptions, RunningEngine } from '../../protocol/launch.ts';
import { readAccess } from './access.ts';
import { dataFolderAt, defaultDataFolder, socketNameOf } from './dataFolder.ts';
import { exitTaken } from './exitCodes.ts';
import { askSocket, type Found } from './handshake.ts';
import { claimFolder } from './lock.ts';
import { startProgram, type StartedProgram } from './startProgram.ts';
import { isOlder } from './version.ts';

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
    hasStore: async (dataFolder) => (await stat(dataFolderAt(dataFolder).journal)) !== undefined,
    logFile: (dataFolder) => dataFolderAt(dataFolder).log,
    diskUse,
    deleteData,
  };
}

async function find(dataFolder: string): Promise<RunningEngine | undefined> {
  return (await look(dataFolder)).engine;
}

/** Who holds the folder. An address file that no engine stands behind is removed. */
async function look(dataFolder: string): Promise<{ readonly held: boolean; readonly engine?: RunningEngine }> {
  const folder = dataFolderAt(dataFolder);
  if ((await stat(folder.root)) === undefined) {
    return { held: false };
  }
  const access = await readAccess(folder);
  const found: Found = await askSocket(await socketNameOf(folder.root), access?.token);
  if (found.kind === 'nobody') {
    await removeTree(folder.address);
    return { held: false };
  }
  if (found.kind !== 'engine' || access === undefined) {
    return { held: true };
  }
  const engine: RunningEngine = { ...found.address, apiKey: access.token };
  return (await health(engine)) === undefined ? { held: true } : { held: true, engine };
}

async function start(options: EngineOptions, signal: AbortSignal): Promise<RunningEngine> {
  const deadline = performance.now() + startPatienceMs;
  let program: StartedProgram | undefined;
  let ended: { readonly code: number | null; readonly reason: string } | undefined;
  try {
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      const { held, engine } = await look(options.dataFolder);
      if (engine !== undefined && !(await replaceable(engine, options.version))) {
        if (program?.pid !== engine.pid) {
          // Another one was first. Ours would come to the same end, but late: maybe only after that one has gone.
          program?.end();
        }
        return engine;
      }
      if (engine !== undefined) {
        await stop(options.dataFolder);
        continue;
      }
      if (!held && (program === undefined || ended?.code === exitTaken)) {
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
    const reason = `it did not answer within ${startPatienceMs / 1000} seconds`;
    throw new Error(await startFailure(options.dataFolder, reason));
  } catch (error) {
    // Nobody would know of it: neither of one that was called off, nor of one that does not answer.
    program?.end();
    throw error;
  }
}

/** An engine of an older version makes way when nothing is at work in it. */
async function replaceable(engine: RunningEngine, version: string): Promise<boolean> {
  return isOlder(engine.version, version) && (await health(engine))?.jobsActive === 0;
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
  await ask(engine, 'POST', 'shutdown').catch(() => undefined);
  const name = await socketNameOf(dataFolder);
  const deadline = performance.now() + stopPatienceMs;
  for (;;) {
    const found = await askSocket(name, engine.apiKey);
    // Another window may have started the next one already.
    if (found.kind === 'nobody' || (found.kind === 'engine' && found.address.pid !== engine.pid)) {
      return true;
    }
    if (performance.now() > deadline) {
      // The handshake has proved that this process is the engine. The store survives a kill.
      kill(engine.pid);
      return true;
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

async function health(engine: RunningEngine): Promise<{ readonly jobsActive: number } | undefined> {
  try {
    const body = await ask(engine, 'GET', 'health');
    const { pid, jobs_active: jobsActive } = body as { readonly pid?: unknown; readonly jobs_active?: unknown };
    return pid === engine.pid && typeof jobsActive === 'number' ? { jobsActive } : undefined;
  } catch {
    return undefined;
  }
}

async function ask(engine: RunningEngine, method: string, what: string): Promise<unknown> {
  const response = await fetch(new URL(`/tunesmith/${what}`, engine.baseURL), {
    method,
    headers: { authorization: `Bearer ${engine.apiKey}` },
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) {
    throw new Error(`The engine answered with status ${response.status}`);
  }
  return response.json();
}

async function diskUse(dataFolder: string): Promise<DiskUse> {
  const folder = dataFolderAt(dataFolder);
  const jobs: { jobId: string; bytes: number }[] = [];
  // Each job keeps its model and checkpoints in a folder of its own.
  for (const { name } of await listFolder(folder.models)) {
    jobs.push({ jobId: name, bytes: await treeBytes(join(folder.models, name)) });
  }
  const [files, models, all] = await Promise.all([
    treeBytes(folder.files),
    treeBytes(folder.models),
    treeBytes(folder.root),
  ]);
  return { files, models, other: Math.max(0, all - files - models), jobs: jobs.toSorted((a, b) => b.bytes - a.bytes) };
}

/** Only what the engine itself made; token and port stay, so that outside clients need no new ones. */
async function deleteData(dataFolder: string): Promise<void> {
  const folder = dataFolderAt(dataFolder);
  if ((await stat(folder.root)) === undefined) {
    return;
  }
  const lock = await claimFolder(await socketNameOf(folder.root));
  if (lock === undefined) {
    throw new Error('The Local engine is running. Stop it before deleting its data.');
  }
  try {
    for (const path of [folder.journal, folder.files, folder.models, folder.quarantine, folder.log, `${folder.log}.old`]) {
      await removeTree(path);
    }
    for (const entry of await listFolder(folder.root)) {
      // Temporary files of replacements that a crash interrupted.
      if (entry.kind === 'file' && /^\.[a-z.]+\.[0-9a-f]{12}\.tmp$/.test(entry.name)) {
        await removeTree(join(folder.root, entry.name));
      }
    }
  } finally {
    await lock.release();
  }
}
