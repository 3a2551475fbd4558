import * as vscode from 'vscode';

/** Opens a file and the Problems view: the file's diagnostics are the explanation. */
export async function showProblems(uri: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(uri);
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}
