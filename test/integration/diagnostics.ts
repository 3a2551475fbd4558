import * as vscode from 'vscode';

/** Diagnostics of ours, once they are as wanted, or as they are when patience ends. */
export async function diagnosticsWhen(
  uri: vscode.Uri,
  wanted: (diagnostics: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  const ours = (): readonly vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Tunesmith');
  const end = Date.now() + 10_000;
  while (!wanted(ours()) && Date.now() < end) {
    await pause(20);
  }
  return ours();
}

export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

export const codesOf = (diagnostics: readonly vscode.Diagnostic[]): readonly string[] => diagnostics.map(codeOf);
export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The menu of mends at a place, the first `resolved` of them worked out. */
export async function quickFixes(uri: vscode.Uri, range: vscode.Range, resolved = 20): Promise<readonly vscode.CodeAction[]> {
  const kind = vscode.CodeActionKind.QuickFix.value;
  return await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind, resolved);
}
