import * as vscode from 'vscode';
import { readTrainingFacts, readTrainingFactsOfBytes, type TrainingFacts } from '../core/chat/trainingFacts.ts';
import type { DatasetOptions } from '../core/dataset/document.ts';
import type { FileFacts } from '../core/dataset/fileProblems.ts';
import { holdsKnownKey, looksLikeDataset, recognizedLines, type Format, type Method } from '../core/dataset/format.ts';
import type { Problem } from '../core/dataset/problem.ts';
import type { StreamResult } from '../core/dataset/stream.ts';
import { roleOfName, type FileRole } from '../core/dataset/fileRole.ts';
import type { DatasetSummary } from '../core/dataset/summary.ts';
import { countLineBreaks } from '../core/jsonl/lines.ts';
import { problemText } from '../messages/problems.ts';
import { AllowLists } from './allowLists.ts';
import { fileBytes } from './fileBytes.ts';
import type { Connection } from './connections.ts';
import type { DatasetChecker, TrainingText } from './datasetChecker.ts';
import type { DatasetRules } from './datasetRules.ts';
import type { Log } from './log.ts';
import { OpenDataset } from './openDataset.ts';
import { trainingTextOf } from './trainingText.ts';
import type { TrainingFiles } from './trainingFiles.ts';

/** A training file in numbers, for whoever is about to use it. */
export type DatasetProblems = {
  readonly format: Format | undefined;
  readonly examples: number;
  readonly errors: number;
  readonly warnings: number;
  readonly firstError: { readonly message: string; readonly range: vscode.Range } | undefined;
};

type CheckFileOptions = {
  /** Most problems to list. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** What a job does with the file; without it, what its recipe or its name says. */
  readonly role?: FileRole | undefined;
  readonly target?: CheckTarget | undefined;
  /** Told the share of the file that was read, 0 to 1. */
  readonly onProgress?: (share: number) => void;
};

/** What a file is checked for, where that is more than the chosen connection and what the file's name says. */
export type CheckTarget = {
  readonly connection: Connection;
  readonly model: string | undefined;
  readonly method: Method;
  readonly graderFields?: readonly string[];
};

type DatasetServices = {
  readonly log: Log;
  readonly rules: DatasetRules;
  readonly checker: DatasetChecker;
  readonly trainingFiles: TrainingFiles;
};

/**
 * Which files are training files, and what is wrong with them; for open files it follows every edit. A `.jsonl` is a
 * training file if somebody says so or if it looks like one, and then until it is closed.
 */
export class Datasets implements vscode.Disposable {
  readonly #log: Log;
  readonly #rules: DatasetRules;
  readonly #checker: DatasetChecker;
  readonly #trainingFiles: TrainingFiles;
  readonly #open = new Map<string, OpenDataset>();
  /** Files that a person, a recipe or a job called a training file. */
  readonly #named = new Set<string>();
  /** Open files that belong to a training file. */
  readonly #measuredOn = new Set<string>();
  readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #rested = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #closed = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #subscriptions: vscode.Disposable;
  /** Sensitive values that may stand in training files. */
  readonly allowLists = new AllowLists();

  /** An open training file was checked; its problems are as `openDataset` tells them. */
  readonly onDidCheck = this.#changed.event;
  /** The same, once nobody has typed in it for a second. */
  readonly onDidRest = this.#rested.event;
  /** A document is no open training file any more. */
  readonly onDidClose = this.#closed.event;

  constructor({ log, rules, checker, trainingFiles }: DatasetServices) {
    this.#log = log;
    this.#rules = rules;
    this.#checker = checker;
    this.#trainingFiles = trainingFiles;
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.#consider(document)),
      vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      rules.onDidChange(() => this.#open.forEach((dataset) => dataset.refresh())),
      this.allowLists,
      this.allowLists.onDidChange(() => this.#open.forEach((dataset) => dataset.refresh())),
    );
    // What is open already is looked at when the activation is over.
    const look = setImmediate(() => vscode.workspace.textDocuments.forEach((document) => this.#consider(document)));
    this.#subscriptions = vscode.Disposable.from(this.#subscriptions, { dispose: () => clearImmediate(look) });
  }

  /** True for an open document that is known to be a training file. */
  isDataset(document: vscode.TextDocument): boolean {
    return this.#open.has(document.uri.toString());
  }

  /** The open training file of this address. */
  openDataset(uri: vscode.Uri): OpenDataset | undefined {
    return this.#open.get(uri.toString());
  }

  /** From now on the file counts as a training file, whatever it holds, until it is closed. */
  treatAsDataset(uri: vscode.Uri): void {
    this.#named.add(uri.toString());
    const document = openDocument(uri);
    if (document) {
      this.#consider(document);
    }
  }

  /** Says whether an open file belongs to a training file: then it is measured on, whatever it is called. */
  setMeasuredOn(uri: vscode.Uri, is: boolean): void {
    const key = uri.toString();
    const dataset = this.#open.get(key);
    if (!dataset || this.#measuredOn.has(key) === is) return;
    const before = this.#roleOf(uri);
    if (is) this.#measuredOn.add(key);
    else this.#measuredOn.delete(key);
    if (this.#roleOf(uri) !== before) dataset.refresh();
  }

  #roleOf(uri: vscode.Uri): FileRole {
    return this.#measuredOn.has(uri.toString()) ? 'validation' : roleOfName(uri.path);
  }

  /**
   * Problems of a file in numbers: of the text in the editor if it is open, else of the bytes of the file. `role` is
   * what a job does with it; without it, what its recipe or its name says. `target`: the job, if it is known better than by that.
   * @throws if the file cannot be read, or the signal is aborted
   */
  async problems(
    uri: vscode.Uri,
    signal: AbortSignal = new AbortController().signal,
    role?: FileRole,
    target?: CheckTarget,
  ): Promise<DatasetProblems> {
    const document = openDocument(uri);
    if (!document) {
      const result = await this.checkFile(uri, { limit: 1000, signal, role, target });
      return inNumbers(result, result.problems);
    }
    const ownRole = this.#roleOf(uri);
    const known = target === undefined && (role ?? ownRole) === ownRole ? this.#open.get(uri.toString()) : undefined;
    const dataset = known ?? new OpenDataset(document, () => this.#optionsOf(uri, { role: role ?? ownRole }, target));
    try {
      await Promise.race([dataset.checked(), rejectOnAbort(signal)]);
      return inNumbers(dataset.core.summary(), dataset.core.problems());
    } finally {
      if (!known) {
        dataset.dispose();
      }
    }
  }

  /** Checks the bytes of a file, open or not, of any size, in bounded memory and beside the extension host. */
  async checkFile(uri: vscode.Uri, { limit, signal, role, target, onProgress }: CheckFileOptions): Promise<StreamResult> {
    await this.allowLists.loaded();
    const against = await this.#trainingTextFor(uri);
    const ownRole = against === undefined ? roleOfName(uri.path) : 'validation';
    const { ruleset, file, allow } = this.#optionsOf(uri, { role: role ?? ownRole }, target);
    return await this.#checker.check(uri, {
      limit,
      ruleset,
      allow: allow?.text,
      file: { ...file, extension: /\.[^./\\]*$/.exec(uri.path)?.[0] ?? '' },
      against,
      signal,
      onProgress,
    });
  }

  /** The training file that a validation file is compared with, if there is one that can be read. */
  async #trainingTextFor(uri: vscode.Uri): Promise<TrainingText | undefined> {
    const training = await this.#trainingFiles.of(uri);
    try {
      return training && training.toString() !== uri.toString() ? await trainingTextOf(training) : undefined;
    } catch {
      return undefined;
    }
  }

  /** How the file's first examples ask; undefined if it holds no chat examples or cannot be read. */
  async trainingFacts(uri: vscode.Uri): Promise<TrainingFacts | undefined> {
    const document = openDocument(uri);
    if (document) {
      return readTrainingFacts(eachLine(document));
    }
    const abort = new AbortController();
    try {
      const { chunks } = await fileBytes(uri, abort.signal);
      return await readTrainingFactsOfBytes(chunks);
    } catch (error) {
      this.#log.debug(`A training file could not be read: ${error instanceof Error ? error.name : String(error)}.`);
      return undefined;
    } finally {
      abort.abort();
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#open.forEach((dataset) => dataset.dispose());
    this.#open.clear();
    this.#changed.dispose();
    this.#rested.dispose();
    this.#closed.dispose();
  }

  /** The rules by which a file is checked, and the facts that it does not tell itself. */
  #optionsOf(uri: vscode.Uri, facts: FileFacts = {}, target?: CheckTarget): Required<DatasetOptions> {
    const format = this.#rules.formatOf(uri);
    const known: FileFacts = {
      ...facts,
      ...(format === undefined ? {} : { format }),
      ...(target === undefined ? {} : { method: target.method }),
      ...(target?.graderFields === undefined ? {} : { graderFields: target.graderFields }),
    };
    return { ruleset: this.#rules.rulesetOf(uri, target), file: known, allow: this.allowLists.listFor(uri) };
  }

  #consider(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const named = this.#named.has(key);
    if (this.#open.has(key) || !(named || (isEditableJsonl(document) && looksLikeDataset(linesOf(document))))) {
      return;
    }
    this.#start(document);
  }

  #start(document: vscode.TextDocument): void {
    const roleFact = (): FileFacts => (document.isUntitled ? {} : { role: this.#roleOf(document.uri) });
    const listeners = { onChecked: () => this.#changed.fire(document), onRest: () => this.#rested.fire(document) };
    this.#open.set(document.uri.toString(), new OpenDataset(document, () => this.#optionsOf(document.uri, roleFact()), listeners));
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) {
      return;
    }
    const dataset = this.#open.get(document.uri.toString());
    if (dataset) {
      dataset.follow(contentChanges);
    } else if (isEditableJsonl(document) && contentChanges.some((change) => touchesKnownKey(document, change))) {
      this.#start(document);
    }
  }

  /** Also when the language of a document changes, which closes and opens it. */
  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.#named.delete(key);
    this.#measuredOn.delete(key);
    const dataset = this.#open.get(key);
    if (dataset) {
      dataset.dispose();
      this.#open.delete(key);
      this.#closed.fire(document);
    }
  }
}

/** True if an edit put a key of a training file into one of the first lines. */
function touchesKnownKey(
  document: vscode.TextDocument,
  { range, text }: vscode.TextDocumentContentChangeEvent,
): boolean {
  const end = Math.min(range.start.line + countLineBreaks(text), document.lineCount - 1, recognizedLines - 1);
  for (let line = range.start.line; line <= end; line += 1) {
    if (holdsKnownKey(document.lineAt(line).text)) {
      return true;
    }
  }
  return false;
}

function inNumbers(summary: DatasetSummary, problems: Iterable<Problem>): DatasetProblems {
  let firstError: DatasetProblems['firstError'];
  if (summary.errors > 0) {
    for (const problem of problems) {
      if (problem.severity === 'error') {
        firstError = { message: problemText(problem), range: toRange(problem) };
        break;
      }
    }
  }
  const { format, examples, errors, warnings } = summary;
  return { format, examples, errors, warnings, firstError };
}

/** Where the problem is, for the editor. */
export function toRange({ range: { start, end } }: Problem): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** JSON Lines in a file system that is there to be written: not the old side of a comparison. */
function isEditableJsonl(document: vscode.TextDocument): boolean {
  return (
    document.languageId === 'jsonl' &&
    (document.isUntitled || vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) !== false)
  );
}

/** Never resolves; what it waits for goes on, since others may want it. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new vscode.CancellationError());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === key);
}

function linesOf(document: vscode.TextDocument): { readonly lineCount: number; lineAt(line: number): string } {
  return { lineCount: document.lineCount, lineAt: (line) => document.lineAt(line).text };
}

function* eachLine(document: vscode.TextDocument): IterableIterator<string> {
  for (let line = 0; line < document.lineCount; line += 1) {
    yield document.lineAt(line).text;
  }
}
