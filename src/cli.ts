import { exitCouldNotRun, exitFine, type CliIo, type ExitCode, type RunCommand } from './cli/io.ts';
import { isOlder, oldestNode } from './engine/launch/version.ts';

const usage = `Usage: tunesmith COMMAND [arguments]

  validate FILE...   find problems in training files
  prepare RECIPE     turn rows into a training file
  estimate FILE      tokens, epochs and price of a job, before it is made
  tune FILE          upload, create a fine-tuning job, follow it, print it
  engine             run the Local engine in the foreground

tunesmith COMMAND --help tells more about a command; --version prints the version.
Exit codes: 0 fine, 1 problems of error severity or a failed job, 2 could not run.
`;

type LoadCommand = () => Promise<{ readonly run: RunCommand; readonly usage: string }>;

/** Loaded on use, so that a command starts without what only others need. */
const commands: ReadonlyMap<string, LoadCommand> = new Map<string, LoadCommand>([
  ['validate', () => import('./cli/validate.ts').then((own) => ({ run: own.runValidate, usage: own.validateUsage }))],
  ['prepare', () => import('./cli/prepare.ts').then((own) => ({ run: own.runPrepare, usage: own.prepareUsage }))],
  ['estimate', () => import('./cli/estimate.ts').then((own) => ({ run: own.runEstimate, usage: own.estimateUsage }))],
  ['tune', () => import('./cli/tune.ts').then((own) => ({ run: own.runTune, usage: own.tuneUsage }))],
  ['engine', () => import('./cli/engine.ts').then((own) => ({ run: own.runEngineCommand, usage: own.engineUsage }))],
]);

/** Runs one command line, without the program's name. */
async function runCommandLine(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? io.stderr : io.stdout)(usage);
    return name === undefined ? exitCouldNotRun : exitFine;
  }
  if (name === '--version') {
    const { installedProgram } = await import('./cli/program.ts');
    io.stdout(`${(await installedProgram()).version}\n`);
    return exitFine;
  }
  const load = commands.get(name);
  if (load === undefined) {
    io.stderr(`There is no command '${name}'.\nRun 'tunesmith --help' to see the commands.\n`);
    return exitCouldNotRun;
  }
  try {
    const command = await load();
    if (rest.includes('--help') || rest.includes('-h')) {
      io.stdout(command.usage);
      return exitFine;
    }
    return await command.run(rest, io);
  } catch (error) {
    io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    return exitCouldNotRun;
  }
}

function main(): void {
  if (isOlder(process.versions.node, oldestNode)) {
    process.stderr.write(`tunesmith needs Node ${oldestNode} or newer, but this is ${process.versions.node}. Update Node.\n`);
    process.exitCode = exitCouldNotRun;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(new Error('Stopped')));
  }
  // A reader that goes away (`| head`) ends the program quietly.
  process.stdout.on('error', () => process.exit(exitCouldNotRun));
  const io: CliIo = {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    signal: stop.signal,
  };
  void runCommandLine(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
    // What is left, such as a connection kept alive, must not hold the program up once its output is out.
    process.stdout.write('', () => process.exit(code));
  });
}

main();
