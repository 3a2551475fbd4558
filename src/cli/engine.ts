import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataFolder } from '../engine/launch/dataFolder.ts';
import { explainFolderFault } from '../engine/launch/folderFault.ts';
import { createLauncher } from '../engine/launch/launcher.ts';
import { FolderTakenError, runEngine, threadsBeside } from '../engine/run.ts';
import { Faults, faultsVariable } from '../engine/server/faults.ts';
import { exitCouldNotRun, exitFine, type CliIo, type ExitCode } from './io.ts';
import { installedProgram } from './program.ts';
import { explainParseError, tellUsageError } from './usage.ts';

export const engineUsage = `Usage: tunesmith engine [--port N] [--data DIR] [--threads N] [--new-key]
                       [--repair] [--base64-results]

Runs the Local engine in the foreground. When it is ready it prints one JSON line:
{"baseURL","apiKey","pid"}. Ctrl+C or SIGTERM ends it; unfinished jobs go on with the next start.

  --port N      use this port; otherwise the one of the last run if it is free
  --data DIR    keep files, jobs and models there (default: TUNESMITH_HOME or the system's data folder)
  --threads N   threads for training (default: as many as the machine offers)
  --new-key     make a new API key; the old one is no longer accepted
  --repair      make a damaged store writable again; what was damaged is kept in its quarantine folder
  --base64-results
                hand out result files in base64, as OpenAI does, instead of as CSV

What happens is told on standard error. One engine works in a folder: if another one has it, this one ends.
Exit codes: 0 ended when asked to, 2 could not run.
`;

/** `tunesmith engine` */
export async function runEngineCommand(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = parseOptions(args, io);
  if (typeof options === 'string') {
    tellUsageError(io, 'engine', options);
    return exitCouldNotRun;
  }
  const program = await installedProgram();
  try {
    const asked = io.env[faultsVariable];
    const faults = asked === undefined ? {} : { faults: new Faults(asked) };
    const run = await runEngine({
      ...options,
      ...faults,
      version: program.version,
      idleSeconds: 0,
      ...threadsBeside(program.engine),
      log: (line) => io.stderr(`${new Date().toISOString()} ${line}\n`),
    });
    io.stdout(`${JSON.stringify({ baseURL: run.address.baseURL, apiKey: run.apiKey, pid: run.address.pid })}\n`);
    const end = (): void => void run.close();
    if (io.signal.aborted) {
      end();
    } else {
      io.signal.addEventListener('abort', end, { once: true });
    }
    await run.closed;
    return exitFine;
  } catch (error) {
    io.stderr(`${await explain(error, options)}\n`);
    return exitCouldNotRun;
  }
}

type Options = {
  readonly dataFolder: string;
  readonly threads: number;
  readonly port?: number;
  readonly newKey: boolean;
  readonly repair: boolean;
  readonly base64Results: boolean;
};

function parseOptions(args: readonly string[], io: CliIo): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        threads: { type: 'string', default: '0' },
        'new-key': { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
        'base64-results': { type: 'boolean', default: false },
      },
    });
    const port = values.port === undefined ? undefined : toNumber(values.port, 65_535);
    const threads = toNumber(values.threads, 1024);
    if (port === null || threads === null) {
      return port === null ? '--port must be a whole number from 0 to 65535.' : '--threads must be a whole number from 0 to 1024.';
    }
    return {
      dataFolder: values.data === undefined ? defaultDataFolder(io.env) : resolve(io.cwd, values.data),
      threads,
      newKey: values['new-key'],
      repair: values.repair,
      base64Results: values['base64-results'],
      ...(port === undefined ? {} : { port }),
    };
  } catch (error) {
    return explainParseError(error);
  }
}

function toNumber(text: string, max: number): number | null {
  return /^\d{1,6}$/.test(text) && Number(text) <= max ? Number(text) : null;
}

async function explain(error: unknown, options: Options): Promise<string> {
  if (error instanceof FolderTakenError) {
    const other = await createLauncher().find(options.dataFolder);
    const who = other === undefined ? '' : ` (process ${other.pid}, ${other.baseURL})`;
    return `${error.message}${who}. Use that one, end it, or choose another folder with --data.`;
  }
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${options.port} is taken. Choose another one, or leave --port out.`;
  }
  const explained = explainFolderFault(error, options.dataFolder);
  const text = explained instanceof Error ? explained.message : String(explained);
  return explained === error ? `The engine could not be started: ${text}` : text;
}
