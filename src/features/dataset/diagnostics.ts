import * as vscode from 'vscode';
import type { Problem, ProblemCode } from '../../core/dataset/problem.ts';
import { sameProblems } from '../../core/dataset/sameProblems.ts';
import type { Ruleset } from '../../core/dataset/ruleset.ts';
import { trainedTokens, truncationProblem } from '../../core/dataset/truncation.ts';
import { countLineBreaks } from '../../core/jsonl/lines.ts';
import { problemText } from '../../messages/problems.ts';
import { settingIds } from '../../contributions.ts';
import { toRange, type Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import { FileSwitch } from '../../platform/fileSwitch.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { explanationOf } from './problemPage.ts';

/** Most problems shown of one file; the rest is counted. */
export const shownProblems = 1000;

/** What the editor was told of an open file. */
type Told = {
  /** Of the problems of its lines. */
  readonly edition: number;
  readonly problems: readonly Problem[];
  readonly total: number;
  /** Lines with a problem. */
  readonly lines: ReadonlySet<number>;
};

/** Shows the problems of open training files, and of closed ones that somebody asked to check. */
export class DatasetDiagnostics implements vscode.Disposable {
  readonly #datasets: Datasets;
  readonly #tokens: DatasetTokens;
  readonly #collection = vscode.languages.createDiagnosticCollection('tunesmith.dataset');
  readonly #store = new DisposableStore();
  readonly #wanted = this.#store.add(new FileSwitch(settingIds.datasetValidate, true));
  readonly #told = new Map<string, Told>();
  readonly #changed = this.#store.add(new vscode.EventEmitter<vscode.TextDocument>());
  /** Other problems of an open file are shown than before. */
  readonly onDidChange = this.#changed.event;

  constructor(datasets: Datasets, tokens: DatasetTokens) {
    this.#datasets = datasets;
    this.#tokens = tokens;
    this.#store.add(
      tokens.onDidCount((document) => {
        const dataset = datasets.openDataset(document.uri);
        if (dataset && this.truncated(document, dataset.core.ruleset).length > 0) this.#show(document);
      }),
    );
    this.#store.add(this.#collection);
    this.#store.add(datasets.onDidCheck((document) => this.#show(document)));
    this.#store.add(datasets.onDidClose((document) => this.#clear(document.uri)));
    this.#store.add(vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)));
    this.#store.add(this.#wanted.onDidChange(() => vscode.workspace.textDocuments.forEach((document) => this.#show(document))));
    this.#store.add(vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.#clear(uri))));
  }

  /** Shows what a check of a file's bytes found. */
  showFile(uri: vscode.Uri, problems: readonly Problem[], total: number): void {
    this.#told.delete(uri.toString());
    this.#collection.set(uri, toDiagnostics(uri, problems, total));
  }

  /** Examples that are longer than the model is trained on, as far as tokens are counted. */
  truncated(document: vscode.TextDocument, ruleset: Ruleset): readonly Problem[] {
    const maximum = trainedTokens(ruleset);
    if (maximum === undefined) {
      return [];
    }
    return this.#tokens.longerThan(document, maximum).flatMap(({ line, tokens }) => truncationProblem(tokens, line, ruleset));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #show(document: vscode.TextDocument): void {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset) {
      return;
    }
    if (!this.#wanted.isOn(document)) {
      this.#clear(document.uri);
      return;
    }
    const { core } = dataset;
    const { errors, warnings, information } = core.summary();
    const truncated = this.truncated(document, core.ruleset);
    const total = errors + warnings + information + truncated.length;
    const key = document.uri.toString();
    const told = this.#told.get(key);
    // Those of the file and those of counted lines come first, so that they are among those that are shown.
    const ahead = [...core.fileProblems(), ...truncated];
    // Most keystrokes change nothing here, and a thousand problems are half a megabyte for the editor's process.
    const { edition } = core;
    if (told?.total === total && told.edition === edition && sameProblems(told.problems.slice(0, ahead.length), ahead.slice(0, shownProblems))) return;
    const problems = [...first(shownProblems, chain(ahead, core.lineProblems()))];
    if (told?.total === total && sameProblems(told.problems, problems)) {
      this.#told.set(key, { ...told, edition });
      return;
    }
    this.#told.set(key, { edition, problems, total, lines: new Set(problems.map(({ range }) => range.start.line)) });
    this.#collection.set(document.uri, toDiagnostics(document.uri, problems, total));
    this.#changed.fire(document);
  }

  /** The editor moves marks along with an edit, but one whose text is rewritten may be lost: it is told again. */
  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const lines = this.#told.get(key)?.lines;
    if (lines && contentChanges.some((change) => moves(change) || lines.has(change.range.start.line))) this.#told.delete(key);
  }

  #clear(uri: vscode.Uri): void {
    this.#told.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

/** True if an edit is about more than a part of one line. */
function moves({ range, text }: vscode.TextDocumentContentChangeEvent): boolean {
  return !range.isSingleLine || countLineBreaks(text) > 0;
}

function* first<T>(count: number, items: Iterable<T>): IterableIterator<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}

function* chain(...lists: readonly Iterable<Problem>[]): IterableIterator<Problem> {
  for (const list of lists) {
    yield* list;
  }
}

/** The first problems as the editor shows them, and one more that counts the rest. */
function toDiagnostics(uri: vscode.Uri, problems: readonly Problem[], total: number): vscode.Diagnostic[] {
  const diagnostics = problems.slice(0, shownProblems).map((problem) => toDiagnostic(problem, uri));
  const hidden = total - diagnostics.length;
  if (hidden > 0 && diagnostics.length > 0) {
    const facts = { code: 'file.moreProblems', hidden, shown: shownProblems } as const;
    const place = diagnostics[0]?.range.start ?? new vscode.Position(0, 0);
    const rest = new vscode.Diagnostic(new vscode.Range(place, place), problemText(facts), severities.information);
    diagnostics.push(named(rest, facts.code));
  }
  return diagnostics;
}

export function toDiagnostic(problem: Problem, uri: vscode.Uri): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(problem), problemText(problem), severities[problem.severity]);
  if (problem.code === 'json.duplicateKey' || problem.code === 'line.blank') {
    diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  }
  if (problem.related && problem.related.length > 0) {
    diagnostic.relatedInformation = problem.related.map(({ file, range: { start, end } }) => {
      const range = new vscode.Range(start.line, start.character, end.line, end.character);
      const location = new vscode.Location(file === undefined ? uri : vscode.Uri.parse(file), range);
      return new vscode.DiagnosticRelatedInformation(location, vscode.l10n.t('The other example'));
    });
  }
  return named(diagnostic, problem.code);
}

function named(diagnostic: vscode.Diagnostic, code: ProblemCode): vscode.Diagnostic {
  diagnostic.source = 'Tunesmith';
  diagnostic.code = { value: code, target: explanationOf(code) };
  return diagnostic;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;
