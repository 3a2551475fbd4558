import * as vscode from 'vscode';
import type { Problem, ProblemCode } from '../../core/dataset/problem.ts';
import type { Ruleset } from '../../core/dataset/ruleset.ts';
import { trainedTokens, truncationProblem } from '../../core/dataset/truncation.ts';
import { problemText } from '../../messages/problems.ts';
import { settingIds } from '../../contributions.ts';
import { toRange, type Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { DatasetTokens } from './datasetTokens.ts';
import { explanationOf } from './problemPage.ts';

/** Most problems shown of one file; the rest is counted. */
export const shownProblems = 1000;

/** Shows the problems of open training files, and of closed ones that somebody asked to check. */
export class DatasetDiagnostics implements vscode.Disposable {
  readonly #datasets: Datasets;
  readonly #tokens: DatasetTokens;
  readonly #collection = vscode.languages.createDiagnosticCollection('tunesmith.dataset');
  readonly #store = new DisposableStore();

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
    this.#store.add(datasets.onDidClose((document) => this.#collection.delete(document.uri)));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settingIds.datasetValidate)) {
          vscode.workspace.textDocuments.forEach((document) => this.#show(document));
        }
      }),
    );
    this.#store.add(
      vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.#collection.delete(uri))),
    );
  }

  /** Shows what a check of a file's bytes found. */
  showFile(uri: vscode.Uri, problems: readonly Problem[], total: number): void {
    this.#collection.set(uri, toDiagnostics(uri, problems, total));
  }

  /** Examples that are longer than the model is trained on, as far as tokens are counted. */
  truncated(document: vscode.TextDocument, ruleset: Ruleset): readonly Problem[] {
    const maximum = trainedTokens(ruleset);
    if (maximum === undefined) {
      return [];
    }
    const longer = [...this.#tokens.longerThan(document, maximum)];
    return longer.flatMap(({ line, tokens }) => truncationProblem(tokens, line, ruleset));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #show(document: vscode.TextDocument): void {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset) {
      return;
    }
    if (!vscode.workspace.getConfiguration(undefined, document).get(settingIds.datasetValidate, true)) {
      this.#collection.delete(document.uri);
      return;
    }
    const { errors, warnings, information } = dataset.core.summary();
    const truncated = this.truncated(document, dataset.core.ruleset);
    const total = errors + warnings + information + truncated.length;
    // Counted lines come first, so that they are among those that are shown.
    this.#collection.set(document.uri, toDiagnostics(document.uri, chain(truncated, dataset.core.problems()), total));
  }
}

function* chain(...lists: readonly Iterable<Problem>[]): IterableIterator<Problem> {
  for (const list of lists) {
    yield* list;
  }
}

/** The first problems as the editor shows them, and one more that counts the rest. */
function toDiagnostics(uri: vscode.Uri, problems: Iterable<Problem>, total: number): vscode.Diagnostic[] {
  const diagnostics: vscode.Diagnostic[] = [];
  for (const problem of problems) {
    if (diagnostics.length >= shownProblems) {
      const hidden = total - diagnostics.length;
      const facts = { code: 'file.moreProblems', hidden, shown: shownProblems } as const;
      const place = diagnostics[0]?.range.start ?? new vscode.Position(0, 0);
      const rest = new vscode.Diagnostic(new vscode.Range(place, place), problemText(facts), severities.information);
      diagnostics.push(named(rest, facts.code));
      break;
    }
    diagnostics.push(toDiagnostic(problem, uri));
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
