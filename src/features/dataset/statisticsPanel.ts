import * as vscode from 'vscode';
import { DatasetStatistics } from '../../core/dataset/statistics.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { explainError, reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { TokenCounter } from '../../platform/tokenCounter.ts';
import type { WebviewHost } from '../../platform/webviewHost.ts';
import type { Connection } from '../../protocol/rpc.ts';
import type { StatisticsHost, StatisticsPage } from '../../protocol/statistics.ts';
import { linesOfDocument, linesOfFile, type LineBatch } from './datasetLines.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { showLines } from './statisticsLines.ts';
import { countInto } from './statisticsTokens.ts';
import { createStatisticsStrings, toStatisticsView, type StatisticsFacts } from './statisticsView.ts';

export type StatisticsServices = {
  readonly datasets: Datasets;
  readonly tokens: TokenCounter;
  readonly counted: DatasetTokens;
  readonly webviews: WebviewHost;
  readonly log: Log;
};

/** A person who types sees the numbers when the hand rests. */
const restMs = 500;
const updateIntervalMs = 250;

/** The statistics of one training file in an editor tab; they follow the editor's text, or the file if it is closed. */
export class StatisticsPanel implements vscode.Disposable {
  readonly #uri: vscode.Uri;
  readonly #panel: vscode.WebviewPanel;
  readonly #services: StatisticsServices;
  readonly #disposables = new DisposableStore();
  readonly #page: Connection<StatisticsPage>;
  #work = new AbortController();
  #statistics: DatasetStatistics | undefined;
  /** The editor's text that the statistics are of. */
  #source: { readonly document: vscode.TextDocument; readonly version: number } | undefined;
  #facts: StatisticsFacts = { phase: 'reading', share: 0 };
  #watched: vscode.Disposable | undefined;
  #restart: NodeJS.Timeout | undefined;
  #update: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(uri: vscode.Uri, panel: vscode.WebviewPanel, services: StatisticsServices) {
    this.#uri = uri;
    this.#panel = panel;
    this.#services = services;
    panel.title = vscode.l10n.t('Statistics: {0}', uri.path.split('/').at(-1) ?? uri.path);
    this.#page = services.webviews.open<StatisticsPage, StatisticsHost>(
      panel.webview,
      { name: 'statistics', title: vscode.l10n.t('Dataset Statistics') },
      {
        ready: () => ({
          strings: createStatisticsStrings(),
          locale: vscode.env.language,
          ref: { uri: uri.toString() },
          view: this.#view,
        }),
        showLines: async ({ selection, title }) => {
          if (this.#statistics === undefined) return;
          try {
            await showLines(uri, this.#statistics, selection, { title: String(title), column: this.#column });
          } catch (error) {
            await reportError(vscode.l10n.t('The lines could not be shown'), error, services.log);
          }
        },
        stop: () => this.#work.abort(),
        retry: () => this.#start(),
      },
    );
    const isOurs = (document: vscode.TextDocument): boolean => document.uri.toString() === uri.toString();
    const add = <T extends vscode.Disposable>(item: T): T => this.#disposables.add(item);
    add(this.#page);
    add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (isOurs(document) && contentChanges.length > 0) this.#startSoon();
      }),
    );
    add(
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isOurs(document) && this.#source !== undefined) this.#startSoon();
      }),
    );
    add(
      services.counted.onDidCount((document) => {
        if (document === this.#source?.document) this.#takeTokens();
      }),
    );
    const watcher = add(vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), '*')));
    const onFile = (changed: vscode.Uri): void => {
      if (changed.toString() === uri.toString() && openDocument(uri) === undefined) this.#startSoon();
    };
    add(watcher.onDidChange(onFile));
    add(watcher.onDidCreate(onFile));
    add(watcher.onDidDelete(onFile));
    add(panel.onDidDispose(() => this.dispose()));
    this.#start();
  }

  get onDidDispose(): vscode.Event<void> {
    return this.#panel.onDidDispose;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#work.abort();
    clearTimeout(this.#restart);
    clearTimeout(this.#update);
    this.#watched?.dispose();
    this.#disposables.dispose();
    this.#panel.dispose();
  }

  get #view() {
    return toStatisticsView(this.#uri, this.#statistics?.report(this.#facts.phase === 'reading'), this.#facts);
  }

  /** Where the file is seen already, else beside this report. */
  get #column(): vscode.ViewColumn | undefined {
    const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === this.#uri.toString());
    if (shown?.viewColumn !== undefined) return shown.viewColumn;
    return this.#panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
  }

  #startSoon(): void {
    this.#work.abort();
    clearTimeout(this.#restart);
    if (!this.#disposed) this.#restart = setTimeout(() => this.#start(), restMs);
  }

  #start(): void {
    this.#work.abort();
    const work = new AbortController();
    this.#work = work;
    void this.#run(work.signal)
      .catch((error: unknown) => {
        if (work !== this.#work || this.#disposed) return;
        if (work.signal.aborted) {
          this.#facts = { phase: 'stopped' };
        } else {
          this.#services.log.error('The statistics of a training file could not be read', error);
          this.#facts = { phase: 'failed', reason: explainError(error) };
        }
      })
      .finally(() => {
        if (work === this.#work) this.#updateSoon();
      });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const document = openDocument(this.#uri);
    const lines = (): AsyncIterable<LineBatch> =>
      document === undefined ? linesOfFile(this.#uri, signal) : linesOfDocument(document, signal);
    const source = document === undefined ? undefined : { document, version: document.version };
    const statistics = new DatasetStatistics();
    // The former report stays until there is a new one; without one the person sees this one grow.
    if (this.#statistics === undefined) this.#statistics = statistics;
    this.#facts = { phase: 'reading', share: 0 };
    for await (const { lines: batch, share } of lines()) {
      for (const line of batch) statistics.push(line);
      this.#facts = { phase: 'reading', share };
      this.#updateSoon();
      if (!statistics.takesMore) break;
    }
    // An edit while it was read starts this again.
    if (source !== undefined && source.document.version !== source.version) return;
    this.#statistics = statistics;
    this.#source = source;
    this.#facts = { phase: 'counting', canStop: true };
    this.#updateSoon();
    if (document !== undefined && this.#services.datasets.isDataset(document)) {
      this.#watched?.dispose();
      this.#watched = this.#services.counted.keepCounting(document);
      this.#takeTokens();
      return;
    }
    await countInto(statistics, lines(), this.#services.tokens, signal, () => this.#updateSoon());
    this.#facts = { phase: 'done' };
  }

  /** Tokens that were counted for the editor, as long as its text is the one that was read. */
  #takeTokens(): void {
    const { document, version } = this.#source ?? {};
    const lines = document === undefined ? undefined : this.#services.counted.linesOf(document);
    if (document?.version !== version || lines === undefined || this.#statistics === undefined) return;
    let missing = 0;
    let line = 0;
    for (const tokens of lines.all()) {
      if (line === this.#statistics.lineCount) break;
      if (tokens === undefined) missing += 1;
      else this.#statistics.setTokens(line, tokens);
      line += 1;
    }
    this.#facts = missing > 0 ? { phase: 'counting', canStop: false } : { phase: 'done' };
    this.#updateSoon();
  }

  #updateSoon(): void {
    if (this.#disposed) return;
    this.#update ??= setTimeout(() => this.#show(), updateIntervalMs);
  }

  /** What a report of many lines takes is done in parts, with a turn for others between them. */
  #show(parts = 3): void {
    if (this.#statistics?.prepareReport() === false && parts > 1) {
      this.#update = setTimeout(() => this.#show(parts - 1), 0);
      return;
    }
    this.#update = undefined;
    this.#page.tell('show', this.#view);
  }
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri.toString());
}
