import * as vscode from 'vscode';
import { findSensitive } from '../../core/dataset/safety/scan.ts';
import { problemText } from '../../messages/problems.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';

/** Called by the menu at a finding only, so it is not contributed to the palette. */
export const allowValueCommand = 'tunesmith.dataset.allowValue';

/** Takes the place of a value and not the value itself: other extensions can see the arguments of a command. */
export function registerAllowValue({ allowLists }: Datasets, log: Log): vscode.Disposable {
  return vscode.commands.registerCommand(allowValueCommand, async (uri: vscode.Uri, code: string, range: vscode.Range) => {
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const folder = vscode.workspace.getWorkspaceFolder(uri);
      const sensitive = findSensitive(document.lineAt(range.start.line).text).find(
        ({ facts, span }) => facts.code === code && span.start === range.start.character && span.end === range.end.character,
      );
      if (folder && sensitive) {
        const remark = `${code}, ${vscode.workspace.asRelativePath(uri, false)}`;
        await allowLists.allow(folder, sensitive.value, remark);
        log.info(`A value was allowed: ${problemText(sensitive.facts)}`);
      }
    } catch (error) {
      await reportError(vscode.l10n.t('The value could not be allowed'), error, log);
    }
  });
}
