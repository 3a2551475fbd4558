import * as vscode from 'vscode';

/** What a row of the language status says. */
type RowContent = {
  readonly text: string;
  readonly detail?: string;
  readonly busy?: boolean;
  readonly severity?: vscode.LanguageStatusSeverity;
  readonly command?: vscode.Command | undefined;
};

/** A row behind the editor's language. Each change is a message to the editor's process, so only changes are told. */
export class StatusRow implements vscode.Disposable {
  readonly #item: vscode.LanguageStatusItem;
  #shown = '';

  constructor(id: string, title: string) {
    this.#item = vscode.languages.createLanguageStatusItem(id, ['jsonl', 'json', 'plaintext']);
    this.#item.name = title;
  }

  show(content: RowContent): void {
    const { text, detail = '', busy = false, severity = vscode.LanguageStatusSeverity.Information, command } = content;
    const shown = JSON.stringify([text, detail, busy, severity, command?.command, command?.arguments?.map(String)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.busy = busy;
    this.#item.severity = severity;
    this.#item.command = command;
  }

  dispose(): void {
    this.#item.dispose();
  }
}
