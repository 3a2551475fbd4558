import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PrepareResult } from '../core/prepare/outcome.ts';
import type { RecipeProblem } from '../core/prepare/recipeProblem.ts';
import { textPosition } from '../core/prepare/textPosition.ts';
import { readText } from '../disk/files.ts';
import { prepareFailureText, prepareSummaryText, prepareWarningText } from '../messages/prepare.ts';
import { recipeProblemText } from '../messages/recipe.ts';
import { runRecipe } from '../workers/runRecipe.ts';
import { exitCouldNotRun, exitFine, exitProblems, type CliIo, type ExitCode } from './io.ts';
import { explainParseError, tellUsageError } from './usage.ts';

export const prepareUsage = `Usage: tunesmith prepare RECIPE [--out FILE] [--force] [--json]

Runs a recipe (*.recipe.json): reads its source, turns rows into examples and writes the training file, and the
validation file if the recipe splits.

  --out FILE   write the training file there instead of where the recipe says
  --force      overwrite outputs that were changed since the last run of this recipe
  --json       print what was done as one JSON document

Exit codes: 0 written, 1 the recipe has problems or its outputs were changed, 2 could not run.
`;

/** `tunesmith prepare`: runs a recipe. `--force` overwrites outputs that were changed since its last run. */
export async function runPrepare(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    tellUsageError(io, 'prepare', options);
    return exitCouldNotRun;
  }
  const recipePath = resolve(io.cwd, options.recipe);
  const trainingPath = options.out === undefined ? {} : { trainingPath: resolve(io.cwd, options.out) };
  const result = await runRecipe({ recipePath, ...trainingPath, force: options.force, keepNew: false }, io);
  const text = await readText(recipePath).catch(() => '');
  const report = toReport(recipePath, text.replace(/^\uFEFF/, ''), result);
  if (options.json) io.stdout(`${JSON.stringify(report, null, 2)}\n`);
  else print(report, result, io);
  return exitCode(result);
}

type Options = { readonly recipe: string; readonly out?: string; readonly force: boolean; readonly json: boolean };

function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        force: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const [recipe, ...others] = positionals;
    if (recipe === undefined || others.length > 0) return 'Name one recipe.';
    const { out, force, json } = values;
    return { recipe, force, json, ...(out === undefined ? {} : { out }) };
  } catch (error) {
    return explainParseError(error);
  }
}

/** The JSON document of `--json`. Lines and columns count from 1, columns in UTF-16 units, ends exclusive. */
function toReport(recipe: string, text: string, result: PrepareResult) {
  const summary = result.kind === 'written' ? result.summary : null;
  const failure = result.kind === 'failed' ? result.failure : null;
  const problems = result.kind === 'written' ? result.problems : failure?.kind === 'recipe' ? failure.problems : [];
  return {
    recipe,
    source: summary?.source ?? null,
    rows: summary?.rowsIn ?? null,
    kept: summary?.kept ?? null,
    dropped: summary?.dropped.map(({ reason: { kind, ...where }, rows }) => ({ reason: kind, ...where, rows })) ?? [],
    training: summary?.training ?? null,
    validation: summary?.validation ?? null,
    warnings: summary?.warnings.map((warning) => ({ ...warning, message: prepareWarningText(warning) })) ?? [],
    problems: problems.map((problem) => toReportedProblem(problem, text)),
    error: errorOf(result),
  };
}

type Report = ReturnType<typeof toReport>;

function errorOf(result: PrepareResult): { readonly kind: string; readonly message: string } | null {
  if (result.kind === 'written') return null;
  if (result.kind === 'cancelled') return { kind: 'cancelled', message: 'It was cancelled. Nothing was written.' };
  const { failure } = result;
  const advice = failure.kind === 'outputsChanged' ? ' Use --force to overwrite it.' : '';
  return { kind: failure.kind, message: prepareFailureText(failure) + advice };
}

function toReportedProblem(problem: RecipeProblem, text: string) {
  const start = textPosition(text, problem.range.start);
  const end = textPosition(text, problem.range.end);
  return {
    code: problem.code,
    severity: problem.severity,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message: recipeProblemText(problem),
  };
}

function print(report: Report, result: PrepareResult, io: CliIo): void {
  const shown = relative(io.cwd, report.recipe) || report.recipe;
  for (const { line, column, severity, code, message } of report.problems) {
    io.stderr(`${shown}:${line}:${column} ${severity} ${code}: ${message}\n`);
  }
  for (const { message } of report.warnings) io.stderr(`Note: ${message}\n`);
  if (report.error !== null) io.stderr(`${report.error.message}\n`);
  if (result.kind !== 'written') return;
  io.stdout(`${prepareSummaryText(result.summary, 'en')}\n`);
  for (const file of [result.summary.training, result.summary.validation]) {
    if (file !== null) io.stdout(`${relative(io.cwd, file.path)}  ${file.bytes} bytes  sha256 ${file.sha256}\n`);
  }
}

/** A recipe with errors is a finding; everything else that stops a run means that it could not be done. */
function exitCode(result: PrepareResult): ExitCode {
  if (result.kind === 'written') return exitFine;
  if (result.kind === 'cancelled' || result.failure.kind !== 'recipe') return exitCouldNotRun;
  const errors = result.failure.problems.filter(({ severity }) => severity === 'error');
  return errors.every(({ code }) => code === 'recipe.sourceMissing') ? exitCouldNotRun : exitProblems;
}
