import * as vscode from 'vscode';
import { settingIds } from '../../contributions.ts';
import type { DatasetTokens } from './datasetTokens.ts';

/** The tokens of each example behind its line, if a setting asks for them. */
export class TokenHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #tokens: DatasetTokens;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(tokens: DatasetTokens) {
    this.#tokens = tokens;
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      tokens.onDidCount((document) => {
        if (isWanted(document)) this.#changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingIds.datasetTokenHints)) this.#changed.fire();
      }),
    );
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    if (!isWanted(document)) return [];
    const count = new Intl.NumberFormat(vscode.env.language);
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
    this.#subscription.dispose();
  }
}

function isWanted(document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration(undefined, document).get(settingIds.datasetTokenHints, false);
}
