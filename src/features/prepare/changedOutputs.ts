import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ChangedOutput } from '../../core/prepare/outcome.ts';
import { removeBelow } from '../../disk/files.ts';
import { prepareFailureText } from '../../messages/prepare.ts';

/**
 * Shows, for each output that was changed since the last run, what the recipe would write beside the file as it is
 * (which can be edited there), and asks. True means: overwrite.
 */
export async function askAboutChangedOutputs(recipe: vscode.Uri, outputs: readonly ChangedOutput[]): Promise<boolean> {
  const copies = outputs.flatMap(({ newPath }) => (newPath === null ? [] : [vscode.Uri.file(newPath)]));
  try {
    for (const { path, newPath } of outputs) {
      if (newPath === null) continue;
      const title = vscode.l10n.t('{0}: recipe’s result ↔ file as it is', basename(path));
      const uris = [vscode.Uri.file(newPath), vscode.Uri.file(path)] as const;
      await vscode.commands.executeCommand('vscode.diff', ...uris, title, { preview: false });
    }
    const overwrite = vscode.l10n.t('Overwrite');
    const keep = vscode.l10n.t('Keep File');
    const what = prepareFailureText({ kind: 'outputsChanged', outputs });
    const chosen = await vscode.window.showWarningMessage(what, overwrite, keep);
    return chosen === overwrite;
  } finally {
    await closeComparisons(copies);
    await removeBelow(vscode.Uri.joinPath(recipe, '..').fsPath, ['.tunesmith', 'new']);
  }
}

/** Comparisons with a copy that is about to go away. Unsaved edits of the file itself stay open. */
async function closeComparisons(copies: readonly vscode.Uri[]): Promise<void> {
  const ours = new Set(copies.map(String));
  const tabs = vscode.window.tabGroups.all
    .flatMap(({ tabs: all }) => all)
    .filter(({ input }) => input instanceof vscode.TabInputTextDiff && ours.has(input.original.toString()));
  await vscode.window.tabGroups.close(tabs, true);
}
