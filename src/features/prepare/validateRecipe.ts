import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { RecipeProblem } from '../../core/prepare/recipeProblem.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { RecipeDiagnostics } from './recipeDiagnostics.ts';
import { pickRecipe } from './recipeFile.ts';
import { reasonText, showProblems } from './showFailure.ts';

/** The command «Validate Recipe». Resolves with the number of errors, before its message is answered. */
export async function validateRecipe(
  { diagnostics, log }: { readonly diagnostics: RecipeDiagnostics; readonly log: Log },
  argument: unknown,
): Promise<number | undefined> {
  try {
    const uri = await pickRecipe(argument);
    if (uri === undefined) return undefined;
    const { problems } = await diagnostics.check(await vscode.workspace.openTextDocument(uri));
    void tell(uri, problems).catch((error: unknown) => log.error('The result of a check could not be shown', error));
    return problems.filter(({ severity }) => severity === 'error').length;
  } catch (error) {
    void reportError(vscode.l10n.t('The recipe could not be checked'), error, log);
    return undefined;
  }
}

async function tell(uri: vscode.Uri, problems: readonly RecipeProblem[]): Promise<void> {
  const show = vscode.l10n.t('Show Problems');
  const run = vscode.l10n.t('Run');
  let chosen: string | undefined;
  if (problems.some(({ severity }) => severity === 'error')) {
    chosen = await vscode.window.showErrorMessage(reasonText({ kind: 'recipe', problems }), show);
  } else if (!vscode.workspace.isTrusted || uri.scheme !== 'file') {
    const text = vscode.l10n.t(
      'The recipe itself has no errors. Its source was not read: that needs a trusted workspace on a disk.',
    );
    chosen = await vscode.window.showInformationMessage(text);
  } else if (problems.length > 0) {
    const text = vscode.l10n.t('The recipe has no errors and {0} warnings.', problems.length);
    chosen = await vscode.window.showWarningMessage(text, run, show);
  } else {
    const text = vscode.l10n.t('The recipe and the columns of its source fit together.');
    chosen = await vscode.window.showInformationMessage(text, run);
  }
  if (chosen === show) await showProblems(uri, problems);
  if (chosen === run) await vscode.commands.executeCommand(commandIds.prepareRunRecipe, uri);
}
