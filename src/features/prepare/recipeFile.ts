import { basename, dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { ParsedRecipe } from '../../core/prepare/parseRecipe.ts';

/** For CodeLens and diagnostics. */
export const recipeSelector: vscode.DocumentSelector = { pattern: '**/*.recipe.json' };

export function isRecipe(uri: vscode.Uri): boolean {
  return uri.path.toLowerCase().endsWith('.recipe.json');
}

/** The recipe a command is about: what it was called with, the active editor, or one of the workspace's. */
export async function pickRecipe(argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active !== undefined && isRecipe(active)) return active;
  const found = await vscode.workspace.findFiles('**/*.recipe.json', '**/node_modules/**', 200);
  if (found.length === 0) {
    const create = vscode.l10n.t('Create Recipe…');
    const message = vscode.l10n.t('There is no recipe (*.recipe.json) in this workspace.');
    const chosen = await vscode.window.showInformationMessage(message, create);
    if (chosen === create) await vscode.commands.executeCommand(commandIds.prepareCreateRecipe);
    return undefined;
  }
  if (found.length === 1) return found[0];
  const items = found.map((uri) => ({
    label: basename(uri.path),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
    uri,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which recipe?') }))?.uri;
}

/** Says why files cannot be read or written here, if so: `what` is a whole clause ("A recipe cannot be run"). */
export async function refuseWhere(uri: vscode.Uri | undefined, what: string): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    const manage = vscode.l10n.t('Manage Workspace Trust');
    const reason = vscode.l10n.t('this workspace is not trusted, and a recipe says which files are written.');
    const message = vscode.l10n.t('{0}: {1}', what, reason);
    const chosen = await vscode.window.showErrorMessage(message, manage);
    if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage');
    return true;
  }
  if (uri !== undefined && uri.scheme !== 'file') {
    const reason =
      uri.scheme === 'untitled'
        ? vscode.l10n.t('save the file first.')
        : vscode.l10n.t('the file is not on a disk that this window can reach ({0}). Open a local folder.', uri.scheme);
    void vscode.window.showErrorMessage(vscode.l10n.t('{0}: {1}', what, reason));
    return true;
  }
  return false;
}

/** Absolute path of the recipe's source; undefined while it names none or is nowhere on a disk. */
export function sourcePathOf(recipe: vscode.Uri, parsed: ParsedRecipe): string | undefined {
  if (recipe.scheme !== 'file' || parsed.source === null) return undefined;
  return resolve(dirname(recipe.fsPath), parsed.source.file);
}
