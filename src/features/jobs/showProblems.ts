import * as vscode from 'vscode';
import type { Datasets } from '../../platform/datasets.ts';

/** Opens a training file at a problem, and the Problems view beside it. */
export async function showProblems(datasets: Datasets, uri: vscode.Uri, range?: vscode.Range): Promise<void> {
  datasets.treatAsDataset(uri);
  await vscode.window.showTextDocument(uri, range === undefined ? {} : { selection: range });
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}
