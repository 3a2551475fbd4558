import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { Connection } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { appendWords } from '../../platform/plainWords.ts';
import { describeKey, hostOf } from './describe.ts';
import type { ConnectionsServices } from './services.ts';

/** The status bar item that names the connection. It appears with the first job, choice, training file or recipe. */
export class ConnectionStatus implements vscode.Disposable {
  readonly #services: ConnectionsServices;
  readonly #disposables = new DisposableStore();
  readonly #item: vscode.StatusBarItem;
  #updates = 0;
  #isShown = false;

  constructor(services: ConnectionsServices) {
    this.#services = services;
    this.#item = this.#disposables.add(
      vscode.window.createStatusBarItem('tunesmith.connection', vscode.StatusBarAlignment.Right, 90),
    );
    this.#item.name = vscode.l10n.t('Tunesmith Connection');
    this.#item.command = commandIds.connectionsSwitch;
    const update = (): void => void this.#update();
    this.#disposables.add(services.connections.onDidChange(update));
    this.#disposables.add(
      services.jobStore.onDidChange(() => {
        // Jobs only matter for whether the item is there at all.
        if (!this.#isShown) update();
      }),
    );
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(update));
    update();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #update(): Promise<void> {
    const { connections, log } = this.#services;
    const connection = connections.current;
    const update = (this.#updates += 1);
    this.#isShown = this.#isRelevant(connection);
    if (!this.#isShown) {
      this.#item.hide();
      return;
    }
    try {
      const key = await connections.keyState(connection);
      // A later update has overtaken this one while the secret storage was asked.
      if (update !== this.#updates) return;
      this.#item.text = key.usable ? `$(plug) ${connection.label}` : `$(key) ${connection.label}`;
      this.#item.tooltip = this.#tooltip(connection, describeKey(key));
      this.#item.accessibilityInformation = { label: vscode.l10n.t('Tunesmith connection: {0}', connection.label) };
      this.#item.show();
    } catch (error) {
      log.error('The key of the connection could not be looked up', error);
    }
  }

  #isRelevant(connection: Connection): boolean {
    const { connections, jobStore } = this.#services;
    if (connections.isChosen || jobStore.list(connection.id).length > 0) return true;
    const document = vscode.window.activeTextEditor?.document;
    return document !== undefined && (document.languageId === 'jsonl' || document.uri.path.endsWith('.recipe.json'));
  }

  #tooltip(connection: Connection, key: string): vscode.MarkdownString {
    const t = vscode.l10n.t;
    const { engine } = this.#services;
    const tooltip = new vscode.MarkdownString();
    appendWords(tooltip, t('Fine-tuning connection: {0}', connection.label));
    tooltip.appendMarkdown('\n\n');
    if (connection.profile.key === 'none') {
      appendWords(tooltip, engine.known ? t('The engine runs on this machine.') : t('The engine starts when it is needed.'));
    } else {
      appendWords(tooltip, `${hostOf(connection)}, ${key}`);
    }
    tooltip.appendMarkdown('\n\n');
    appendWords(tooltip, t('Select to switch.'));
    return tooltip;
  }
}
