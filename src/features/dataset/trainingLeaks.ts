import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetChecker, TrainingText } from '../../platform/datasetChecker.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { OpenDataset } from '../../platform/openDataset.ts';
import { trainingTextOf } from '../../platform/trainingText.ts';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';

/** Characters of one question to the worker. */
const askedAtOnce = 256 * 1024;
/** Milliseconds of quiet before a training file that changed is read again. */
const quietMs = 1_000;

type LeakServices = {
  readonly datasets: Datasets;
  readonly checker: DatasetChecker;
  readonly trainingFiles: TrainingFiles;
  readonly log: Log;
};

/** An open file and what it is compared with. */
type Comparison = {
  readonly dataset: OpenDataset;
  training: vscode.Uri | undefined;
  /** Id of the content that the answers so far come from. */
  textId: string | undefined;
  /** Aborted when what it asks is over or has become wrong; undefined while nothing is asked. */
  asking: AbortController | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly watchers: DisposableStore;
};

/**
 * Marks what an open validation file has in common with its training file. The training file is read in a worker, from
 * its editor if it is changed there; an edit of the validation file asks again only for the lines that it touched.
 */
export class TrainingLeaks implements vscode.Disposable {
  readonly #services: LeakServices;
  readonly #comparisons = new Map<string, Comparison>();
  readonly #disposables = new DisposableStore();

  constructor(services: LeakServices) {
    this.#services = services;
    this.#disposables.add(services.datasets.onDidCheck((document) => this.#follow(document)));
    this.#disposables.add(services.datasets.onDidClose(({ uri }) => this.#end(uri.toString())));
    this.#disposables.add(services.trainingFiles.onDidChange((uri) => this.#begin(uri)));
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        // Line numbers of an answer under way may be wrong from here on; it is asked again once the edit was checked.
        this.#comparisons.get(document.uri.toString())?.asking?.abort();
        this.#trainingChanged(document.uri);
      }),
    );
  }

  /** What an open file is compared with now. */
  trainingOf(uri: vscode.Uri): vscode.Uri | undefined {
    const comparison = this.#comparisons.get(uri.toString());
    return comparison?.textId === undefined ? undefined : comparison.training;
  }

  dispose(): void {
    for (const key of this.#comparisons.keys()) this.#end(key);
    this.#disposables.dispose();
  }

  #follow(document: vscode.TextDocument): void {
    const comparison = this.#comparisons.get(document.uri.toString());
    if (comparison) void this.#ask(comparison);
    else if (!document.isUntitled) this.#begin(document.uri);
  }

  /** Looks anew for the training file of an open file. */
  #begin(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#end(key);
    const dataset = this.#services.datasets.openDataset(uri);
    if (!dataset) return;
    const watchers = new DisposableStore();
    const comparison: Comparison = { dataset, training: undefined, textId: undefined, asking: undefined, timer: undefined, watchers };
    this.#comparisons.set(key, comparison);
    void this.#find(comparison);
  }

  async #find(comparison: Comparison): Promise<void> {
    const { uri } = comparison.dataset.document;
    const training = await this.#services.trainingFiles.of(uri);
    if (this.#comparisons.get(uri.toString()) !== comparison) return;
    const belongs = training !== undefined && training.toString() !== uri.toString();
    this.#services.datasets.setMeasuredOn(uri, belongs);
    this.#watchFolder(comparison, belongs);
    if (!belongs) {
      this.#forgetLeaks(comparison);
      return;
    }
    comparison.training = training;
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(training, '..'), escapeGlob(posix.basename(training.path))),
    );
    comparison.watchers.add(watcher);
    for (const event of [watcher.onDidChange, watcher.onDidCreate]) {
      comparison.watchers.add(event((changed) => this.#trainingChanged(changed)));
    }
    comparison.watchers.add(watcher.onDidDelete(() => this.#beginSoon(comparison)));
    await this.#ask(comparison);
  }

  #beginSoon(comparison: Comparison): void {
    clearTimeout(comparison.timer);
    comparison.timer = setTimeout(() => this.#begin(comparison.dataset.document.uri), quietMs);
  }

  /** Recipes, and files where none belongs yet, that come to lie beside a file may make another one its training file. */
  #watchFolder(comparison: Comparison, belongs: boolean): void {
    const { uri } = comparison.dataset.document;
    if (uri.scheme !== 'file') return;
    const lookAgain = (): void => this.#beginSoon(comparison);
    const folder = vscode.Uri.joinPath(uri, '..');
    const recipes = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*.recipe.json'));
    for (const event of [recipes.onDidCreate, recipes.onDidChange, recipes.onDidDelete]) comparison.watchers.add(event(lookAgain));
    comparison.watchers.add(recipes);
    if (belongs) return;
    const files = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*.{jsonl,ndjson}'), false, true, true);
    comparison.watchers.add(files.onDidCreate((created) => created.toString() !== uri.toString() && lookAgain()));
    comparison.watchers.add(files);
  }

  #trainingChanged(uri: vscode.Uri): void {
    const key = uri.toString();
    for (const comparison of this.#comparisons.values()) {
      if (comparison.training?.toString() === key) {
        clearTimeout(comparison.timer);
        comparison.timer = setTimeout(() => {
          comparison.asking?.abort();
          void this.#ask(comparison);
        }, quietMs);
      }
    }
  }

  async #ask(comparison: Comparison): Promise<void> {
    const { training, dataset } = comparison;
    if (training === undefined || comparison.asking?.signal.aborted === false) return;
    const abort = new AbortController();
    comparison.asking = abort;
    try {
      const text = await trainingTextOf(training);
      if (abort.signal.aborted) return;
      const isNew = text.id !== comparison.textId;
      if (isNew) dataset.core.compareElsewhere(text.file);
      comparison.textId = text.id;
      const found = await this.#askAll(dataset, text, abort.signal);
      if (isNew || found) dataset.tellChecked();
    } catch (error) {
      if (abort.signal.aborted) return;
      // Gone, or not to be read: nothing is known of it. It is looked at again when it changes.
      this.#services.log.debug(`A training file could not be read: ${error instanceof Error ? error.name : String(error)}.`);
      this.#forgetLeaks(comparison);
    } finally {
      abort.abort();
    }
  }

  /** True if some line was found in the training file. */
  async #askAll({ document, core }: OpenDataset, text: TrainingText, signal: AbortSignal): Promise<boolean> {
    let found = false;
    for (let lines = nextLines(document, core.unasked()); lines.length > 0; lines = nextLines(document, core.unasked())) {
      const texts = lines.map((line) => document.lineAt(line).text);
      const answers = await this.#services.checker.findLeaks(text, texts, signal);
      if (signal.aborted) return false;
      lines.forEach((line, index) => core.answer(line, answers[index] ?? null));
      found ||= answers.some((leak) => leak !== null);
    }
    return found;
  }

  #forgetLeaks(comparison: Comparison): void {
    const { dataset } = comparison;
    if (comparison.textId === undefined && !dataset.core.isComparedElsewhere) return;
    comparison.textId = undefined;
    dataset.core.compareElsewhere(undefined);
    dataset.tellChecked();
  }

  #end(key: string): void {
    const comparison = this.#comparisons.get(key);
    if (!comparison) return;
    this.#comparisons.delete(key);
    comparison.asking?.abort();
    clearTimeout(comparison.timer);
    comparison.watchers.dispose();
  }
}

function nextLines(document: vscode.TextDocument, unasked: Iterable<number>): readonly number[] {
  const lines: number[] = [];
  let length = 0;
  for (const line of unasked) {
    length += document.lineAt(line).text.length;
    if (lines.length > 0 && length > askedAtOnce) break;
    lines.push(line);
  }
  return lines;
}

function escapeGlob(name: string): string {
  return name.replaceAll(/[[\]{}*?]/g, '[$&]');
}
