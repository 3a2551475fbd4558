import * as vscode from 'vscode';
import { problemFreeRuns } from '../../core/dataset/problemFreeRuns.ts';
import type { Datasets } from '../../platform/datasets.ts';
import type { OpenDataset } from '../../platform/openDataset.ts';
import type { DatasetDiagnostics } from './diagnostics.ts';

const sliceMs = 12;
/** Walking through more problems is not done at each keystroke. */
const fewProblems = 200;
/** The editor takes no more ranges of one file. */
const mostRanges = 5_000;

/**
 * An example is one line and folds no further; what folds is what stands between the examples that have a problem. The
 * editor asks after each edit, so it is offered once a file has a problem.
 */
export class ProblemFreeFolding implements vscode.FoldingRangeProvider, vscode.Disposable {
  readonly #datasets: Datasets;
  readonly #diagnostics: Pick<DatasetDiagnostics, 'truncated' | 'onDidChange'>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeFoldingRanges = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #offered: vscode.Disposable | undefined;
  /** Of the problems that the editor was asked to look at. */
  readonly #editions = new WeakMap<OpenDataset, number>();

  constructor(datasets: Datasets, diagnostics: Pick<DatasetDiagnostics, 'truncated' | 'onDidChange'>) {
    this.#datasets = datasets;
    this.#diagnostics = diagnostics;
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      // Also of problems that are not shown, by a setting or because there are too many.
      datasets.onDidRest((document) => {
        const dataset = datasets.openDataset(document.uri);
        if (dataset && this.#editions.get(dataset) !== dataset.core.edition) this.#refresh(dataset);
      }),
      diagnostics.onDidChange((document) => {
        const dataset = datasets.openDataset(document.uri);
        if (dataset) this.#refresh(dataset);
      }),
    );
  }

  async provideFoldingRanges(
    document: vscode.TextDocument,
    _context: vscode.FoldingContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.FoldingRange[] | undefined> {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset || (problemsOf(dataset) > fewProblems && !(await dataset.rests(token)))) return undefined;
    const lines = await this.#problemLines(dataset, token);
    return lines && problemFreeRuns(lines, endOf(document)).slice(0, mostRanges).map(({ first, last }) => new vscode.FoldingRange(first, last));
  }

  dispose(): void {
    this.#offered?.dispose();
    this.#subscription.dispose();
  }

  #refresh(dataset: OpenDataset): void {
    const { core, document } = dataset;
    this.#editions.set(dataset, core.edition);
    if (problemsOf(dataset) > 0 || this.#diagnostics.truncated(document, core.ruleset).length > 0) {
      this.#offered ??= vscode.languages.registerFoldingRangeProvider({ language: 'jsonl' }, this);
    }
    this.#changed.fire();
  }

  /** Undefined if the file was edited meanwhile. */
  async #problemLines({ core, document }: OpenDataset, token: vscode.CancellationToken): Promise<ReadonlySet<number> | undefined> {
    const { version } = document;
    const lines = new Set(this.#diagnostics.truncated(document, core.ruleset).map(({ range }) => range.start.line));
    let pause = performance.now() + sliceMs;
    for (const { range } of core.lineProblems()) {
      lines.add(range.start.line);
      if (performance.now() > pause) {
        await new Promise((resolve) => setImmediate(resolve));
        if (token.isCancellationRequested || document.version !== version) return undefined;
        pause = performance.now() + sliceMs;
      }
    }
    return lines;
  }
}

function problemsOf({ core }: OpenDataset): number {
  const { errors, warnings, information } = core.summary();
  return errors + warnings + information;
}

/** Lines of a document, without the end of the file after its last line break. */
function endOf(document: vscode.TextDocument): number {
  const last = document.lineCount - 1;
  return document.lineAt(last).text === '' ? last : last + 1;
}
