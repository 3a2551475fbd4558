import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { toDiagnosticsText, type HelpServices } from './diagnostics.ts';

/** What a person needs when something is wrong: the log, and a report that can be pasted in public. */
export function registerHelp(services: HelpServices): vscode.Disposable {
  const { log } = services;
  const disposables = new DisposableStore();
  disposables.add(vscode.commands.registerCommand(commandIds.helpShowLog, () => log.show()));
  disposables.add(
    vscode.commands.registerCommand(commandIds.helpCopyDiagnostics, async () => {
      await vscode.env.clipboard.writeText(await toDiagnosticsText(services));
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Diagnostics copied. They hold versions, settings and counts, and no file names, data or keys.'),
      );
    }),
  );
  return disposables;
}
