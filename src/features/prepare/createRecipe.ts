import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { canBePlaceholder, guessColumn, newRecipeText } from '../../core/prepare/newRecipe.ts';
import type { SourceSettings } from '../../core/prepare/recipe.ts';
import type { SourceLook } from '../../core/prepare/sourceColumns.ts';
import { replaceFile, stat } from '../../disk/files.ts';
import { sourceFaultText } from '../../messages/source.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { PrepareWorker } from './prepareWorker.ts';
import { isRecipe, refuseWhere } from './recipeFile.ts';

const extensions = ['csv', 'tsv', 'json', 'jsonl', 'ndjson'];
const automatic: Omit<SourceSettings, 'file'> = { format: 'auto', delimiter: 'auto', encoding: 'auto', trim: false };

/** The command «Create Recipe…»: from the columns of a file. Resolves with the new recipe, which is open then. */
export async function createRecipe(
  { worker, log }: { readonly worker: PrepareWorker; readonly log: Log },
  argument: unknown,
): Promise<vscode.Uri | undefined> {
  const failure = vscode.l10n.t('The recipe could not be created');
  try {
    if (await refuseWhere(undefined, failure)) return undefined;
    const source = await pickSource(argument);
    if (source === undefined || (await refuseWhere(source, failure))) return undefined;
    const look = await worker.look(source.fsPath, { file: basename(source.fsPath), ...automatic });
    if (look.kind !== 'read') {
      const reason = look.kind === 'missing' ? vscode.l10n.t('The file does not exist.') : sourceFaultText(look.fault);
      void vscode.window.showErrorMessage(vscode.l10n.t('{0}: {1}', failure, reason));
      return undefined;
    }
    const choice = await pickColumns(look);
    if (choice === undefined) return undefined;
    const name = basename(source.fsPath, extname(source.fsPath));
    const recipe = vscode.Uri.file(await freePath(dirname(source.fsPath), name));
    // Named after the recipe, so that a second recipe for the same rows does not write over the first one's files.
    const outputName = basename(recipe.fsPath, '.recipe.json');
    const text = newRecipeText({ file: basename(source.fsPath), outputName, ...choice });
    await replaceFile(recipe.fsPath, text);
    await vscode.window.showTextDocument(recipe);
    return recipe;
  } catch (error) {
    void reportError(failure, error, log);
    return undefined;
  }
}

async function pickSource(argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active !== undefined && !isRecipe(active) && extensions.includes(extname(active.path).slice(1).toLowerCase())) {
    return active;
  }
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Rows for a training file'),
    openLabel: vscode.l10n.t('Use These Rows'),
    filters: { [vscode.l10n.t('Tables and JSON')]: extensions },
    canSelectMany: false,
  });
  return picked?.[0];
}

type Columns = {
  readonly question: string;
  readonly answer: string;
  readonly explanation: string | null;
  readonly system: string;
};

async function pickColumns(look: Extract<SourceLook, { readonly kind: 'read' }>): Promise<Columns | undefined> {
  const columns = look.columns.names.filter(canBePlaceholder);
  if (columns.length < 2) {
    const names = look.columns.names.join(', ');
    const text = vscode.l10n.t('A recipe needs two columns, a question and an answer. This file has: {0}.', names);
    void vscode.window.showErrorMessage(text);
    return undefined;
  }
  const title = vscode.l10n.t('Create Recipe');
  const question = await pickColumn(look, columns, guessColumn('question', columns), {
    title: `${title} (1/4)`,
    placeHolder: vscode.l10n.t('Which column is asked?'),
  });
  if (question === undefined) return undefined;
  const forAnswer = columns.filter((column) => column !== question);
  const answer = await pickColumn(look, forAnswer, guessColumn('answer', forAnswer), {
    title: `${title} (2/4)`,
    placeHolder: vscode.l10n.t('Which column is the answer?'),
  });
  if (answer === undefined) return undefined;
  const others = forAnswer.filter((column) => column !== answer);
  const explanation = await pickExplanation(look, others, `${title} (3/4)`);
  if (explanation === undefined) return undefined;
  const system = await vscode.window.showInputBox({
    title: `${title} (4/4)`,
    prompt: vscode.l10n.t('System prompt: what the model is told about its task. Leave it empty for none.'),
    value: 'Answer the question.',
  });
  return system === undefined ? undefined : { question, answer, explanation, system };
}

type PickOptions = { readonly title: string; readonly placeHolder: string };

/** The likely column comes first; each shows the beginning of its first cell. */
async function pickColumn(
  look: Extract<SourceLook, { readonly kind: 'read' }>,
  columns: readonly string[],
  likely: string | undefined,
  options: PickOptions,
): Promise<string | undefined> {
  const sorted = columns.toSorted((a, b) => Number(b === likely) - Number(a === likely));
  const items = sorted.map((column) => ({ label: column, description: sampleOf(look, column) }));
  return (await vscode.window.showQuickPick(items, { ...options, matchOnDescription: true }))?.label;
}

/** Null for no explanation, undefined if the person gave up. */
async function pickExplanation(
  look: Extract<SourceLook, { readonly kind: 'read' }>,
  columns: readonly string[],
  title: string,
): Promise<string | null | undefined> {
  if (columns.length === 0) return null;
  const none = { label: vscode.l10n.t('$(circle-slash) No explanation'), description: '', column: null };
  const likely = guessColumn('explanation', columns);
  const items = columns.map((column) => ({ label: column, description: sampleOf(look, column), column }));
  const sorted = items.toSorted((a, b) => Number(b.column === likely) - Number(a.column === likely));
  const placeHolder = vscode.l10n.t('Which column explains the answer? It follows it as “ Explanation: …”.');
  const picked = await vscode.window.showQuickPick(likely === undefined ? [none, ...sorted] : [...sorted, none], {
    title,
    placeHolder,
  });
  return picked?.column;
}

function sampleOf(look: Extract<SourceLook, { readonly kind: 'read' }>, column: string): string {
  const cell = look.examples.map((row) => row[column]).find((text) => text !== undefined && text !== '') ?? '';
  const line = cell.replaceAll(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** `name.recipe.json`, or `name-2.recipe.json`, … whichever is free. */
async function freePath(folder: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}.recipe.json`);
    if ((await stat(path)) === undefined) return path;
  }
}
