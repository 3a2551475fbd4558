import * as vscode from 'vscode';
import type { PrepareFailure } from '../../core/prepare/outcome.ts';
import type { RecipeProblem } from '../../core/prepare/recipeProblem.ts';
import { prepareFailureText } from '../../messages/prepare.ts';
import { recipeProblemText } from '../../messages/recipe.ts';
import type { Log } from '../../platform/log.ts';

/** Says why a run wrote nothing, with the one step that leads to the cause. Does not wait for an answer. */
export function showFailure(recipe: vscode.Uri, failure: PrepareFailure, log: Log): void {
  void show(recipe, failure).catch((error: unknown) => log.error('A failed run could not be shown', error));
}

async function show(recipe: vscode.Uri, failure: PrepareFailure): Promise<void> {
  const text = vscode.l10n.t('The recipe wrote nothing. {0}', reasonText(failure));
  const action = actionFor(recipe, failure);
  const chosen = await vscode.window.showErrorMessage(text, ...(action ? [action.title] : []));
  if (action !== undefined && chosen === action.title) await action.run();
}

/** A single error is told at once; several are counted. */
export function reasonText(failure: PrepareFailure): string {
  if (failure.kind !== 'recipe') return prepareFailureText(failure);
  const [first, ...others] = failure.problems.filter(({ severity }) => severity === 'error');
  return first !== undefined && others.length === 0 ? recipeProblemText(first) : prepareFailureText(failure);
}

type Action = { readonly title: string; run(): Promise<unknown> };

function actionFor(recipe: vscode.Uri, failure: PrepareFailure): Action | undefined {
  if (failure.kind === 'recipe') {
    return { title: vscode.l10n.t('Show Problems'), run: () => showProblems(recipe, failure.problems) };
  }
  if (failure.kind === 'source' && 'line' in failure.fault) {
    const { line } = failure.fault;
    const selection = new vscode.Range(line - 1, 0, line - 1, 0);
    const source = vscode.Uri.file(failure.path);
    return {
      title: vscode.l10n.t('Open at Line {0}', line),
      run: async () => vscode.commands.executeCommand('vscode.open', source, { selection }),
    };
  }
  return undefined;
}

/** Opens the recipe at its first error, with the list of all of them. */
export async function showProblems(recipe: vscode.Uri, problems: readonly RecipeProblem[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(recipe);
  const first = problems.find(({ severity }) => severity === 'error');
  const { start, end } = first?.range ?? { start: 0, end: 0 };
  const selection = new vscode.Range(document.positionAt(start), document.positionAt(end));
  await vscode.window.showTextDocument(document, { selection });
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}
