import { spawn } from 'node:child_process';
import { openChildLog } from '../../disk/childLog.ts';
import { makeFolder, stat } from '../../disk/files.ts';
import type { EngineOptions } from '../../protocol/launch.ts';
import { newToken } from './access.ts';
import { toArguments } from './arguments.ts';
import { dataFolderAt } from './dataFolder.ts';

const maxLogBytes = 5 * 1024 * 1024;

/** Variables the engine may see. Everything else (keys, NODE_OPTIONS, what the editor sets) stays here. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'USERPROFILE',
  'LOCALAPPDATA',
  'APPDATA',
  'SystemRoot',
  'windir',
  'LD_LIBRARY_PATH',
];

/** A started engine; it goes on after this process. */
export type StartedProgram = {
  /** Undefined if it could not be started at all. */
  readonly pid: number | undefined;
  /** Resolves with how the program ended, if it does while this process lives. */
  readonly ended: Promise<{ readonly code: number | null; readonly reason: string }>;
  /** Ends it. */
  end(): void;
};

/** Starts the engine's program as a process of its own that outlives this one. */
export async function startProgram(options: EngineOptions): Promise<StartedProgram> {
  if ((await stat(options.program))?.kind !== 'file') {
    throw new Error(
      `The program of the Local engine, ${options.program}, is missing; a virus scanner may have removed it. Install Tunesmith again.`,
    );
  }
  const folder = dataFolderAt(options.dataFolder);
  await makeFolder(folder.root, { mode: 0o700 });
  const log = await openChildLog(folder.log, maxLogBytes);
  try {
    const child = spawn(process.execPath, [options.program, ...toArguments(options)], {
      cwd: folder.root,
      detached: true,
      windowsHide: true,
      env: childEnvironment(process.env),
      stdio: ['pipe', log.fd, log.fd],
    });
    const ended = new Promise<{ code: number | null; reason: string }>((resolve) => {
      child.once('error', (error) => resolve({ code: null, reason: error.message }));
      child.once('exit', (code, signal) => resolve({ code, reason: signal ?? `exit code ${code}` }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${newToken()}\n`);
    child.unref();
    return { pid: child.pid, ended, end: () => void child.kill('SIGTERM') };
  } finally {
    await log.close();
  }
}

export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed: Record<string, string> = { ELECTRON_RUN_AS_NODE: '1' };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) {
      passed[name] = value;
    }
  }
  return passed;
}
