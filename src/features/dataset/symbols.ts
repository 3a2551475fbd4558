import * as vscode from 'vscode';
import { exampleTitle } from '../../core/dataset/exampleTitle.ts';
import type { Datasets } from '../../platform/datasets.ts';

/** An outline of more would be no overview, and the editor takes and draws all of it after an edit. */
const mostSymbols = 2_000;
const sliceMs = 12;
/** Only the beginning of a longer line would have to be parsed; its number says enough. */
const longestLine = 64 * 1024;

/** The examples of a training file by their first words: for the outline, the breadcrumbs and Go to Symbol. */
export class ExampleSymbols implements vscode.DocumentSymbolProvider {
  readonly #datasets: Datasets;
  /** Titles by the lines of the document that was asked for last; the editor asks again after each edit. */
  #titles: ReadonlyMap<string, string | undefined> = new Map();

  constructor(datasets: Datasets) {
    this.#datasets = datasets;
  }

  async provideDocumentSymbols(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentSymbol[]> {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset || !(await dataset.rests(token))) return [];
    const { version } = document;
    const symbols: vscode.DocumentSymbol[] = [];
    const titles = new Map<string, string | undefined>();
    let pause = performance.now() + sliceMs;
    for (let line = 0; line < document.lineCount && symbols.length < mostSymbols; line += 1) {
      const { text, range, isEmptyOrWhitespace } = document.lineAt(line);
      if (!isEmptyOrWhitespace) {
        const title = this.#titles.has(text) ? this.#titles.get(text) : titleOf(text);
        titles.set(text, title);
        const name = title ?? vscode.l10n.t('Example on line {0}', line + 1);
        symbols.push(new vscode.DocumentSymbol(name, '', vscode.SymbolKind.Object, range, range));
      }
      if (performance.now() > pause) {
        await new Promise((resolve) => setImmediate(resolve));
        if (token.isCancellationRequested || document.version !== version) return [];
        pause = performance.now() + sliceMs;
      }
    }
    this.#titles = titles;
    return symbols;
  }
}

function titleOf(text: string): string | undefined {
  if (text.length > longestLine) return undefined;
  try {
    return exampleTitle(JSON.parse(text));
  } catch {
    return undefined;
  }
}
