import * as vscode from 'vscode';
import { settingIds } from '../../contributions.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import { FileSwitch } from '../../platform/fileSwitch.ts';
import type { DatasetTokens } from './datasetTokens.ts';

/**
 * The tokens of each example behind its line, if a setting asks for them. The editor asks for hints after each edit of
 * any file of these languages, so they are offered only once a file that wants them is open.
 */
export class TokenHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #tokens: DatasetTokens;
  readonly #wanted = new FileSwitch(settingIds.datasetTokenHints, false);
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #offered: vscode.Disposable | undefined;

  constructor(tokens: DatasetTokens, languages: vscode.DocumentSelector) {
    this.#tokens = tokens;
    const offer = (document: vscode.TextDocument): void => {
      if (!this.#wanted.isOn(document)) return;
      this.#offered ??= vscode.languages.registerInlayHintsProvider(languages, this);
      this.#changed.fire();
    };
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      this.#wanted,
      tokens.onDidCount(offer),
      // A file may be out of sight while the setting is switched on.
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach(({ document }) => offer(document))),
      this.#wanted.onDidChange(() => {
        for (const { document } of vscode.window.visibleTextEditors) offer(document);
        this.#changed.fire();
      }),
    );
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    if (!this.#wanted.isOn(document)) return [];
    const count = numberFormat(vscode.env.language);
    const hints: vscode.InlayHint[] = [];
    for (let line = range.start.line; line <= Math.min(range.end.line, document.lineCount - 1); line += 1) {
      const tokens = this.#tokens.onLine(document, line);
      if (typeof tokens === 'number') {
        const label = vscode.l10n.t('{0} tokens', count.format(tokens));
        // Before the line: its end is seldom seen.
        const hint = new vscode.InlayHint(new vscode.Position(line, 0), label);
        hint.paddingRight = true;
        hints.push(hint);
      }
    }
    return hints;
  }

  dispose(): void {
    this.#offered?.dispose();
    this.#subscription.dispose();
  }
}
