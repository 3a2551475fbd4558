import * as vscode from 'vscode';
import { completionsAt } from '../../core/dataset/completions.ts';
import type { Datasets } from '../../platform/datasets.ts';

/** Suggests keys, roles and what else comes from a short list, while a training file is typed. */
export class DatasetCompletions implements vscode.CompletionItemProvider {
  /** Characters before which nothing was to be suggested, and behind which something is. */
  static readonly triggers: readonly string[] = ['"', ' ', '{', '['];
  readonly #datasets: Datasets;

  constructor(datasets: Datasets) {
    this.#datasets = datasets;
  }

  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset) return [];
    const line = document.lineAt(position.line).text;
    const { format } = dataset.core.summary();
    const found = completionsAt(line, position.character, format);
    if (!found) return [];
    const { start, end } = found.replaced;
    const range = new vscode.Range(position.line, start, position.line, end);
    const quoted = line[start] === '"' && end > start;
    return found.items.map(({ label, kind, insert }, index) => {
      const item = new vscode.CompletionItem(label, kinds[kind]);
      item.range = range;
      item.insertText = toSnippet(insert);
      // What is typed is compared with it from the start of the range.
      item.filterText = quoted ? `"${label}"` : label;
      item.sortText = String(index).padStart(3, '0');
      // Behind a key from whose values one is chosen, they are suggested at once.
      const [before = '', after] = insert.split('$0');
      const next = `${line.slice(0, start)}${before}${after ?? ''}${line.slice(end)}`;
      const goesOn = after !== undefined && completionsAt(next, start + before.length, format) !== undefined;
      if (goesOn) item.command = suggestAgain();
      return item;
    });
  }
}

const kinds = { key: vscode.CompletionItemKind.Property, value: vscode.CompletionItemKind.EnumMember } as const;

function suggestAgain(): vscode.Command {
  return { command: 'editor.action.triggerSuggest', title: vscode.l10n.t('Suggest') };
}

/** Text in which only `$0` has a meaning, as a snippet. */
function toSnippet(insert: string): vscode.SnippetString {
  const [before = '', after] = insert.split('$0');
  const snippet = new vscode.SnippetString().appendText(before);
  return after === undefined ? snippet : snippet.appendTabstop(0).appendText(after);
}
