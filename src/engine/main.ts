import { isToken } from './launch/access.ts';
import { parseArguments } from './launch/arguments.ts';
import { exitFailed, exitTaken } from './launch/exitCodes.ts';
import { threadsBeside, FolderTakenError, runEngine } from './run.ts';

/** The program of the detached engine. Its output goes to the log in the data folder. */
async function main(): Promise<void> {
  const token = await readToken();
  const run = await runEngine({
    ...parseArguments(process.argv.slice(2)),
    ...(token === undefined ? {} : { token }),
    ...threadsBeside(process.argv[1] ?? 'engine.js'),
    log,
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      log(`ending: ${signal}`);
      void run.close();
    });
  }
  await run.closed;
}

/** The first line of stdin. What comes after, also its end, means nothing. */
function readToken(): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => {
      clearTimeout(patience);
      process.stdin.destroy();
      const line = text.split('\n', 1)[0]?.trim();
      resolve(isToken(line) ? line : undefined);
    };
    const patience = setTimeout(done, 5_000);
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n') || text.length > 1024) {
        done();
      }
    });
    process.stdin.once('end', done);
    process.stdin.once('error', done);
  });
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function fail(error: unknown): void {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(error instanceof FolderTakenError ? exitTaken : exitFailed);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
main().then(() => process.exit(0), fail);
