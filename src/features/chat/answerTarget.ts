import * as vscode from 'vscode';

/** The text editor that a person worked in last: while they read the chat, it is not the active one any more. */
export class AnswerTarget implements vscode.Disposable {
  #last = vscode.window.activeTextEditor;
  readonly #subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
    if (editor !== undefined) this.#last = editor;
  });

  /** Puts the text at the cursor, or over the selection, of that editor and goes there. */
  async insert(text: string): Promise<void> {
    const editor = this.#last;
    if (editor === undefined || editor.document.isClosed) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open the file to insert the answer into, then insert again.'));
      return;
    }
    const { document, selection, viewColumn } = editor;
    const shown = await vscode.window.showTextDocument(document, { selection, ...(viewColumn ? { viewColumn } : {}) });
    // A snippet would give `$` a meaning; an edit takes the text as it is.
    const done = await shown.edit((edit) => edit.replace(selection, text));
    if (!done) void vscode.window.showWarningMessage(vscode.l10n.t('The answer could not be inserted: the file is read-only.'));
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

export type Selection = {
  readonly text: string;
  /** `questions.csv:12`, for the person. */
  readonly source: string;
};

/** The text selected in the active editor; without a selection the line of the cursor. Undefined if that is blank. */
export function readSelection(): Selection | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  const text = document.getText(selection.isEmpty ? document.lineAt(selection.active).range : selection).trim();
  const name = vscode.workspace.asRelativePath(document.uri);
  return text === '' ? undefined : { text, source: `${name}:${selection.start.line + 1}` };
}
