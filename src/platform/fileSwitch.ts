import * as vscode from 'vscode';

/** A setting that is on or off, and may be so for each folder. Asked for at each keystroke, so it is read once for a file. */
export class FileSwitch implements vscode.Disposable {
  readonly #id: string;
  readonly #byDefault: boolean;
  readonly #known = new Map<string, boolean>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(id: string, byDefault: boolean) {
    this.#id = id;
    this.#byDefault = byDefault;
    const forget = (): void => {
      this.#known.clear();
      this.#changed.fire();
    };
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(id)) forget();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#known.delete(uri.toString())),
    );
  }

  isOn(document: vscode.TextDocument): boolean {
    const key = document.uri.toString();
    let on = this.#known.get(key);
    if (on === undefined) {
      on = vscode.workspace.getConfiguration(undefined, document).get(this.#id, this.#byDefault);
      this.#known.set(key, on);
    }
    return on;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
