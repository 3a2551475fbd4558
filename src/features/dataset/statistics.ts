import * as vscode from 'vscode';
import { commandIds, viewIds } from '../../contributions.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { TokenCounter } from '../../platform/tokenCounter.ts';
import { WebviewHost } from '../../platform/webviewHost.ts';
import { askForFile, fileOf } from './commands.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { StatisticsPanel } from './statisticsPanel.ts';

type RegisterOptions = {
  readonly context: vscode.ExtensionContext;
  readonly datasets: Datasets;
  readonly tokens: TokenCounter;
  readonly counted: DatasetTokens;
  readonly log: Log;
};

/** «Show Dataset Statistics»: one panel per file, revealed if it is open, back after a reload. */
export function registerStatistics({ context, log, ...services }: RegisterOptions): vscode.Disposable {
  const disposables = new DisposableStore();
  const panels = new Map<string, StatisticsPanel>();
  const webviews = new WebviewHost(context.extensionUri, log);

  const adopt = (uri: vscode.Uri, panel: vscode.WebviewPanel): void => {
    const key = uri.toString();
    panels.get(key)?.dispose();
    const statistics = new StatisticsPanel(uri, panel, { ...services, webviews, log });
    panels.set(key, statistics);
    statistics.onDidDispose(() => {
      if (panels.get(key) === statistics) panels.delete(key);
    });
  };

  disposables.add(
    vscode.commands.registerCommand(commandIds.datasetShowStatistics, (target: unknown) => {
      const uri = fileOf(target);
      if (uri === undefined) return askForFile();
      const open = panels.get(uri.toString());
      if (open !== undefined) return open.reveal();
      // Beside the lines that its bars lead to, if they are on the screen.
      const isShown = vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
      const column = isShown ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      adopt(uri, vscode.window.createWebviewPanel(viewIds.statisticsPanel, '', column, { enableFindWidget: true }));
    }),
  );
  disposables.add(
    vscode.window.registerWebviewPanelSerializer(viewIds.statisticsPanel, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const uri = readUri(state);
        if (uri === undefined) panel.dispose();
        else adopt(uri, panel);
      },
    }),
  );
  // Panels stay open when the extension stops, so that VS Code can bring them back.
  return disposables;
}

/** What a page stored, whose shape nobody vouches for. */
function readUri(state: unknown): vscode.Uri | undefined {
  const stored = typeof state === 'object' && state !== null ? (state as { readonly ref?: { readonly uri?: unknown } }).ref?.uri : undefined;
  if (typeof stored !== 'string') return undefined;
  try {
    return vscode.Uri.parse(stored, true);
  } catch {
    return undefined;
  }
}
