import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { checkColumns } from '../core/prepare/checkColumns.ts';
import type { PrepareProgress, PrepareResult } from '../core/prepare/outcome.ts';
import { parseRecipe, type ParsedRecipe } from '../core/prepare/parseRecipe.ts';
import type { Recipe } from '../core/prepare/recipe.ts';
import type { RecipeProblem } from '../core/prepare/recipeProblem.ts';
import { errorCode, FileHeldError, isMissing, readText, removeBelow, type System } from '../disk/files.ts';
import type { RunOptions } from '../protocol/prepare.ts';
import { readOutputState, stateFolder, stateFolderName, type OutputState } from './outputState.ts';
import { pourRows, type Poured } from './pourRows.ts';
import { RunFailure } from './runFailure.ts';
import { lookAtSource, openSource, type Source } from './source.ts';
import { SourceError } from './sourceError.ts';
import { ExampleSplitter } from './splitExamples.ts';
import { ReadBackError, startTrainingFile, type TrainingWriter } from './trainingWriter.ts';

const maxRecipeBytes = 1024 * 1024;

export type RunContext = {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Where the outputs are written; for tests of faults. */
  readonly system?: System;
};

/**
 * Turns the rows of a recipe's source into its training (and validation) file. The outputs appear whole and together,
 * after they were read back; whatever goes wrong, and on cancellation, what was there before is there still.
 * Memory does not grow with the source, but for 32 to 64 bytes an example for deduplication and 8 for the split.
 */
export async function runRecipe(options: RunOptions, context: RunContext): Promise<PrepareResult> {
  const recipePath = resolve(options.recipePath);
  try {
    return await run({ ...options, recipePath }, context);
  } catch (error) {
    if (error instanceof RunFailure) return { kind: 'failed', failure: error.failure };
    if (context.signal.aborted) return { kind: 'cancelled' };
    if (error instanceof ReadBackError) {
      return { kind: 'failed', failure: { kind: 'readBack', path: error.path, line: error.line } };
    }
    const code = errorCode(error);
    if (code === undefined) throw error;
    const { path = recipePath, message } = error as NodeJS.ErrnoException;
    const kept = error instanceof FileHeldError ? { keptAt: error.keptAt } : {};
    return { kind: 'failed', failure: { kind: 'disk', path, code, detail: message, ...kept } };
  }
}

async function run(options: RunOptions, context: RunContext): Promise<PrepareResult> {
  const { recipePath } = options;
  const folder = dirname(recipePath);
  const parsed = parseRecipe((await readText(recipePath, { maxBytes: maxRecipeBytes })).replace(/^\uFEFF/, ''));
  if (parsed.recipe === null) throw new RunFailure({ kind: 'recipe', problems: parsed.problems });
  const { recipe } = parsed;
  const sourcePath = resolve(folder, recipe.source.file);
  const trainingPath = resolve(folder, options.trainingPath ?? recipe.outputs.training);
  const validationPath = recipe.outputs.validation === null ? null : resolve(folder, recipe.outputs.validation);
  for (const output of [trainingPath, validationPath]) {
    if (output !== null && output === sourcePath) refuseToOverwriteSource(parsed, output);
  }

  const problems = await checkSource(parsed, recipe, sourcePath, context.signal);
  const source = await open(sourcePath, parsed, recipe, context.signal);
  const writers: TrainingWriter[] = [];
  const start = async (path: string): Promise<TrainingWriter> => {
    const writer = await startTrainingFile(path, context);
    writers.push(writer);
    return writer;
  };
  try {
    const training = await start(trainingPath);
    const validation = validationPath === null ? null : await start(validationPath);
    const poured = await pour(source, { parsed, recipe, training, validation }, context);
    for (const writer of writers) await writer.finish();
    const state = await readOutputState(recipePath);
    if (!options.force) await refuseIfChanged(writers, state, options);
    context.signal.throwIfAborted();
    const hashes = writers.map((writer) => ({ path: writer.path, sha256: writer.sha256() }));
    await state.expect(hashes);
    const trainingFile = await training.commit();
    const validationFile = validation === null ? null : await validation.commit();
    await state.settle(hashes);
    const { rowsIn, kept, dropped, warnings } = poured;
    const summary = {
      source: source.facts,
      rowsIn,
      kept,
      dropped,
      training: trainingFile,
      validation: validationFile,
      warnings,
    };
    return { kind: 'written', summary, problems };
  } catch (error) {
    // Errors of an open file do not name it; what fails here is nearly always writing.
    if (error instanceof Error && errorCode(error) !== undefined && !('path' in error)) {
      throw Object.assign(error, { path: trainingPath });
    }
    throw error;
  } finally {
    source.close();
    for (const writer of writers.toReversed()) await writer.discard();
  }
}

async function pour(
  source: Source,
  into: {
    readonly parsed: ParsedRecipe;
    readonly recipe: Recipe;
    readonly training: TrainingWriter;
    readonly validation: TrainingWriter | null;
  },
  context: RunContext,
): Promise<Poured> {
  const { parsed, recipe, training, validation } = into;
  const digesting = { ...context, digest: sha256 };
  const fill = async (write: (line: string) => Promise<void>): Promise<Poured> => {
    const poured = await pourRows(source, recipe, parsed, write, digesting);
    if (poured.kept > 0) return poured;
    throw new RunFailure({ kind: 'noExamples', rowsIn: poured.rowsIn, dropped: poured.dropped });
  };
  if (recipe.validation === null || validation === null) return fill((line) => training.write(line));
  const { size, seed } = recipe.validation;
  const splitter = await ExampleSplitter.start(training.path, seed, sha256, context);
  try {
    const poured = await fill((line) => splitter.add(line));
    await splitter.deal(size, (line) => training.write(line), (line) => validation.write(line), context);
    return poured;
  } finally {
    await splitter.discard();
  }
}

function refuseToOverwriteSource(parsed: ParsedRecipe, file: string): never {
  const problem: RecipeProblem = {
    code: 'recipe.outputIsSource',
    file,
    severity: 'error',
    range: parsed.sourceRange,
  };
  throw new RunFailure({ kind: 'recipe', problems: [problem] });
}

/** Problems of the recipe and its columns that do not stop the run; errors end it. */
async function checkSource(
  parsed: ParsedRecipe,
  recipe: Recipe,
  sourcePath: string,
  signal: AbortSignal,
): Promise<readonly RecipeProblem[]> {
  const look = await lookAtSource(sourcePath, recipe.source, signal);
  if (look.kind === 'missing') throw sourceMissing(parsed, recipe);
  if (look.kind === 'unreadable') throw new RunFailure({ kind: 'source', path: sourcePath, fault: look.fault });
  const problems = [...parsed.problems, ...checkColumns(parsed, look.columns)];
  if (problems.some(({ severity }) => severity === 'error')) throw new RunFailure({ kind: 'recipe', problems });
  return problems;
}

function sourceMissing(parsed: ParsedRecipe, recipe: Recipe): RunFailure {
  const facts = { code: 'recipe.sourceMissing', file: recipe.source.file } as const;
  return new RunFailure({ kind: 'recipe', problems: [{ ...facts, severity: 'error', range: parsed.sourceRange }] });
}

async function open(path: string, parsed: ParsedRecipe, recipe: Recipe, signal: AbortSignal): Promise<Source> {
  try {
    const source = await openSource(path, recipe.source, { signal });
    if (source !== undefined) return source;
  } catch (error) {
    if (error instanceof SourceError) throw new RunFailure({ kind: 'source', path, fault: error.fault });
    if (!isMissing(error)) throw error;
  }
  throw sourceMissing(parsed, recipe);
}

/** An output may be replaced if it is absent, holds these bytes already, or is what a run of this recipe wrote. */
async function refuseIfChanged(
  writers: readonly TrainingWriter[],
  state: OutputState,
  options: RunOptions,
): Promise<void> {
  const changed: TrainingWriter[] = [];
  for (const writer of writers) {
    const current = await writer.currentHash();
    if (current === null || current === writer.sha256() || state.hashes(writer.path).includes(current)) continue;
    changed.push(writer);
  }
  if (changed.length === 0) return;
  if (options.keepNew) await removeBelow(dirname(options.recipePath), [stateFolderName, 'new']);
  const outputs = [];
  for (const [index, writer] of changed.entries()) {
    // A folder each: outputs of one name in different folders must not take each other's place.
    const newPath = options.keepNew ? await writer.copyTo(join(stateFolder(options.recipePath), 'new', String(index))) : null;
    outputs.push({ path: writer.path, newPath, writtenBefore: state.hashes(writer.path).length > 0 });
  }
  throw new RunFailure({ kind: 'outputsChanged', outputs });
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
