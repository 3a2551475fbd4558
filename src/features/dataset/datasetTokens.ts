import * as vscode from 'vscode';
import { TokenLedger, type LongLine, type TokenTotals } from '../../core/tokens/tokenLedger.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import { toTextEdit } from '../../platform/openDataset.ts';
import { countedAtOnce, longestCounted, type TokenCounter } from '../../platform/tokenCounter.ts';

type Counted = {
  readonly document: vscode.TextDocument;
  readonly ledger: TokenLedger;
  /** Ends what is being counted; undefined while nothing is. */
  counting: AbortController | undefined;
};

/** The tokens of the training files that are seen, line by line; after an edit only what it touched is counted again. */
export class DatasetTokens implements vscode.Disposable {
  readonly #datasets: Datasets;
  readonly #counter: TokenCounter;
  readonly #log: Log;
  readonly #counted = new Map<string, Counted>();
  /** Documents that somebody wants counted, and by how many. */
  readonly #kept = new Map<vscode.TextDocument, number>();
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.TextDocument>());
  /** More lines of a document are counted, or all. */
  readonly onDidCount = this.#changed.event;

  constructor(services: { readonly datasets: Datasets; readonly tokens: TokenCounter; readonly log: Log }) {
    this.#datasets = services.datasets;
    this.#counter = services.tokens;
    this.#log = services.log;
    this.#disposables.add(vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)));
    this.#disposables.add(services.datasets.onDidRest((document) => this.#countIfSeen(document)));
    this.#disposables.add(services.datasets.onDidClose((document) => this.#forget(document)));
    this.#disposables.add(
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) this.#countIfSeen(document);
      }),
    );
  }

  /** Totals of what is counted so far; undefined if nobody has seen the document as a training file yet. */
  totals(document: vscode.TextDocument): TokenTotals | undefined {
    return this.#counted.get(document.uri.toString())?.ledger.totals();
  }

  /** Tokens of a line; undefined while it is not counted, null if it cannot be. */
  onLine(document: vscode.TextDocument, line: number): number | null | undefined {
    return this.#counted.get(document.uri.toString())?.ledger.get(line);
  }

  /** The tokens of the lines of a document as they are counted; undefined as with `totals`. */
  linesOf(document: vscode.TextDocument): Pick<TokenLedger, 'all'> | undefined {
    const counted = this.#counted.get(document.uri.toString());
    return counted?.document === document ? counted.ledger : undefined;
  }

  /** Counts a document also while nobody sees it, until this is disposed. */
  keepCounting(document: vscode.TextDocument): vscode.Disposable {
    this.#kept.set(document, (this.#kept.get(document) ?? 0) + 1);
    this.#countIfSeen(document);
    return new vscode.Disposable(() => {
      const left = (this.#kept.get(document) ?? 1) - 1;
      if (left > 0) this.#kept.set(document, left);
      else this.#kept.delete(document);
    });
  }

  /** Lines with more tokens than a number, as far as they are counted. */
  longerThan(document: vscode.TextDocument, tokens: number): readonly LongLine[] {
    return this.#counted.get(document.uri.toString())?.ledger.longerThan(tokens) ?? [];
  }

  dispose(): void {
    for (const { counting } of this.#counted.values()) counting?.abort();
    this.#counted.clear();
    this.#kept.clear();
    this.#disposables.dispose();
  }

  #countIfSeen(document: vscode.TextDocument): void {
    const isSeen = vscode.window.visibleTextEditors.some((editor) => editor.document === document);
    if (!(isSeen || this.#kept.has(document)) || !this.#datasets.isDataset(document)) return;
    const key = document.uri.toString();
    const known = this.#counted.get(key);
    if (known?.document === document) {
      this.#start(known);
      return;
    }
    known?.counting?.abort();
    const counted: Counted = { document, ledger: new TokenLedger(document.lineCount), counting: undefined };
    this.#counted.set(key, counted);
    this.#start(counted);
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const counted = this.#counted.get(document.uri.toString());
    if (counted === undefined || contentChanges.length === 0) return;
    // Line numbers of an answer under way may be wrong from here on; counting goes on when nobody types any more.
    stop(counted);
    for (const change of contentChanges) counted.ledger.applyChange(toTextEdit(change));
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.#counted.get(key)?.counting?.abort();
    this.#counted.delete(key);
  }

  #start(counted: Counted): void {
    if (counted.counting) return;
    if (counted.ledger.lineCount !== counted.document.lineCount) counted.ledger.reset(counted.document.lineCount);
    const counting = new AbortController();
    counted.counting = counting;
    void this.#count(counted, counting.signal)
      .catch((error: unknown) => {
        if (!counting.signal.aborted) this.#log.error('Tokens could not be counted', error);
      })
      .finally(() => {
        if (counted.counting === counting) counted.counting = undefined;
      });
  }

  async #count({ document, ledger }: Counted, signal: AbortSignal): Promise<void> {
    for (let lines = nextBatch(document, ledger); lines.length > 0; lines = nextBatch(document, ledger)) {
      const counts = await this.#counter.count(
        lines.map((line) => textOf(document, line)),
        signal,
      );
      if (signal.aborted) return;
      lines.forEach((line, index) => ledger.set(line, counts[index] ?? null));
      this.#changed.fire(document);
    }
  }
}

function stop(counted: Counted): void {
  counted.counting?.abort();
  counted.counting = undefined;
}

function nextBatch(document: vscode.TextDocument, ledger: TokenLedger): readonly number[] {
  const lines: number[] = [];
  let length = 0;
  for (const line of ledger.missing()) {
    length += document.lineAt(line).text.length;
    if (lines.length > 0 && length > countedAtOnce) break;
    lines.push(line);
  }
  return lines;
}

function textOf(document: vscode.TextDocument, line: number): string {
  const { text } = document.lineAt(line);
  return text.length > longestCounted ? '' : text;
}
