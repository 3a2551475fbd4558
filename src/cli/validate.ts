import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Method } from '../core/dataset/format.ts';
import { datasetProfiles, defaultProfile, forModel } from '../core/dataset/profile.ts';
import { createRuleset } from '../core/dataset/ruleset.ts';
import { allowFile } from '../core/dataset/safety/allowList.ts';
import type { Problem } from '../core/dataset/problem.ts';
import { graderFieldsOf } from '../core/dataset/grader.ts';
import type { StreamResult } from '../core/dataset/stream.ts';
import { encodingOf } from '../core/tokens/encodings.ts';
import { readText, stat } from '../disk/files.ts';
import { problemText } from '../messages/problems.ts';
import { FileRoles } from './fileRoles.ts';
import { FileValidator } from './fileValidator.ts';
import { exitCouldNotRun, exitFine, exitProblems, worseOf, type CliIo, type ExitCode } from './io.ts';
import { installedProgram } from './program.ts';
import { toSarif, type CheckedFile } from './sarif.ts';
import { explainParseError, tellUsageError } from './usage.ts';

export const validateUsage = `Usage: tunesmith validate FILE... [--provider ID] [--method METHOD] [--model MODEL]
                          [--grader FILE] [--against FILE] [--json | --sarif]

  Finds problems in training files and counts their tokens.

  --provider ID     service whose rules count: ${Object.keys(datasetProfiles).join(', ')} (default: openai)
  --method METHOD   method the files are meant for: supervised, dpo, reinforcement
  --model MODEL     model whose tokens are counted; unknown models give none
  --grader FILE     grader of a reinforcement job, as JSON: the fields it refers to must be in every example
  --against FILE    training file that must hold none of the examples, not even nearly
  --json            print one JSON document, and nothing else, on standard output
  --sarif           print the problems as SARIF 2.1.0, for code scanning

  Values in .tunesmith/allow.txt of the current folder are not told as secrets or personal data.

  Exit codes: 0 no errors found, 1 errors found, 2 a file could not be read.
`;

/** Most problems listed of one file; the rest is counted. */
const listedProblems = 10_000;

type Options = {
  readonly files: readonly string[];
  readonly provider: string;
  readonly method: Method | undefined;
  readonly model: string | undefined;
  readonly grader: string | undefined;
  readonly against: string | undefined;
  readonly output: 'text' | 'json' | 'sarif';
};

type Report = {
  readonly file: string;
  readonly format: string | null;
  readonly examples: number;
  readonly tokens: number | null;
  readonly problems: readonly ReportedProblem[];
};

/** Lines and columns count from 1, columns in UTF-16 units; ends are exclusive. */
type ReportedProblem = {
  readonly code: string;
  readonly severity: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
};

/** `tunesmith validate`: finds problems in training files of any size. */
export async function runValidate(args: readonly string[], io: CliIo): Promise<ExitCode> {
  if (args.includes('--help')) {
    io.stdout(validateUsage);
    return exitFine;
  }
  const options = parseOptions(args);
  if (typeof options === 'string') {
    tellUsageError(io, 'validate', options);
    return exitCouldNotRun;
  }
  const { validation, version } = await installedProgram();
  const graderFields = await readGrader(options.grader, io);
  const checks = {
    limit: listedProblems,
    ruleset: createRuleset(forModel(datasetProfiles[options.provider] ?? defaultProfile, options.model)),
    counts: encodingOf(options.model, options.provider) !== undefined,
    allow: await readAllowList(io),
  };
  const roles = new FileRoles();
  const reports: Report[] = [];
  const checked: CheckedFile[] = [];
  const validator = new FileValidator(validation, checks, io.signal);
  const tell = (file: string, error: unknown): void => io.stderr(io.signal.aborted ? 'Stopped.\n' : `${file}: ${reasonOf(error)}\n`);
  let exit: ExitCode = exitFine;
  try {
    if (options.against !== undefined) {
      try {
        await compareWith(options.against, options.files, validator, io);
      } catch (error) {
        tell(options.against, error);
        return exitCouldNotRun;
      }
    }
    for (const file of options.files) {
      try {
        const { report, result } = await validateFile(file, { ...options, graderFields, roles }, validator, io);
        exit = worseOf(exit, result.errors > 0 ? exitProblems : exitFine);
        reports.push(report);
        checked.push({ file, problems: withRest(result) });
        if (options.output === 'text') {
          io.stdout(toText(report, result));
        }
      } catch (error) {
        tell(file, error);
        exit = exitCouldNotRun;
        if (io.signal.aborted) {
          break;
        }
      }
    }
  } finally {
    await validator.end();
  }
  if (options.output !== 'text') {
    const document = options.output === 'json' ? { files: reports } : toSarif(checked, version);
    io.stdout(`${JSON.stringify(document, null, 2)}\n`);
  }
  return exit;
}

function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        provider: { type: 'string', default: 'openai' },
        method: { type: 'string' },
        model: { type: 'string' },
        grader: { type: 'string' },
        against: { type: 'string' },
        json: { type: 'boolean', default: false },
        sarif: { type: 'boolean', default: false },
      },
    });
    const { provider, method, model, grader, against, json, sarif } = values;
    if (positionals.length === 0) {
      return 'Name at least one file.';
    }
    if (!Object.hasOwn(datasetProfiles, provider)) {
      return `There is no provider '${provider}'. Known: ${Object.keys(datasetProfiles).join(', ')}.`;
    }
    if (method !== undefined && !isMethod(method)) {
      return `There is no method '${method}'. Known: supervised, dpo, reinforcement.`;
    }
    if (json && sarif) {
      return 'Choose one of --json and --sarif.';
    }
    const output = json ? 'json' : sarif ? 'sarif' : 'text';
    return { files: positionals, provider, method, model, grader, against, output };
  } catch (error) {
    return explainParseError(error);
  }
}

/** Has the files compared with the training file that was named. */
async function compareWith(against: string, files: readonly string[], validator: FileValidator, io: CliIo): Promise<void> {
  const path = await fileAt(against, io);
  await validator.compareWith(path, { name: basename(path), file: against }, files.map((file) => resolve(io.cwd, file)));
}

async function readAllowList(io: CliIo): Promise<string | undefined> {
  const path = join(io.cwd, allowFile);
  return (await stat(path))?.kind === 'file' ? readText(path) : undefined;
}

/** @throws if there is no such file */
async function fileAt(file: string, io: CliIo): Promise<string> {
  const path = resolve(io.cwd, file);
  const found = await stat(path);
  if (found?.kind !== 'file') {
    throw new Error(found ? 'This is not a file.' : 'There is no such file.');
  }
  return path;
}

function isMethod(method: string): method is Method {
  return method === 'supervised' || method === 'dpo' || method === 'reinforcement';
}

/** The fields that the grader refers to; none without a grader. An unreadable grader ends the command. */
async function readGrader(path: string | undefined, io: CliIo): Promise<readonly string[]> {
  if (path === undefined) {
    return [];
  }
  try {
    return graderFieldsOf(JSON.parse(await readText(resolve(io.cwd, path))));
  } catch (error) {
    throw new Error(`The grader ${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

async function validateFile(
  file: string,
  { method, graderFields, roles }: Options & { readonly graderFields: readonly string[]; readonly roles: FileRoles },
  validator: FileValidator,
  io: CliIo,
): Promise<{ readonly report: Report; readonly result: StreamResult }> {
  const path = await fileAt(file, io);
  const facts = { extension: extname(path), role: await roles.of(path), graderFields };
  const { result, tokens } = await validator.check(path, method === undefined ? facts : { ...facts, method });
  const { examples } = result;
  const format = result.format ?? null;
  const known = examples > 0 && format === 'chat' ? tokens : null;
  return { report: { file, format, examples, tokens: known, problems: toReported(result) }, result };
}

/** The listed problems, and one more that counts the rest. */
function withRest({ problems, errors, warnings, information }: StreamResult): readonly Problem[] {
  const hidden = errors + warnings + information - problems.length;
  const first = problems[0];
  const rest: readonly Problem[] =
    hidden > 0 && first
      ? [{ code: 'file.moreProblems', hidden, shown: problems.length, severity: 'information', range: first.range }]
      : [];
  return [...problems, ...rest];
}

function toReported(result: StreamResult): readonly ReportedProblem[] {
  return withRest(result).map((problem) => ({
    code: problem.code,
    severity: problem.severity,
    line: problem.range.start.line + 1,
    column: problem.range.start.character + 1,
    endLine: problem.range.end.line + 1,
    endColumn: problem.range.end.character + 1,
    message: problemText(problem),
  }));
}

/** Problems as compilers print them, and a line of numbers. */
function toText({ file, format, examples, tokens, problems }: Report, { errors, warnings }: StreamResult): string {
  const lines = problems.map(
    ({ line, column, severity, code, message }) => `${file}:${line}:${column}: ${severity} ${code}: ${message}\n`,
  );
  const about = [
    counted(examples, 'example'),
    ...(format === null ? [] : [`format ${format}`]),
    ...(tokens === null ? [] : [counted(tokens, 'token')]),
    counted(errors, 'error'),
    counted(warnings, 'warning'),
  ];
  return `${lines.join('')}${file}: ${about.join(', ')}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
