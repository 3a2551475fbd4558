import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { checkColumns } from '../../core/prepare/checkColumns.ts';
import { parseRecipe, type ParsedRecipe } from '../../core/prepare/parseRecipe.ts';
import type { RecipeProblem } from '../../core/prepare/recipeProblem.ts';
import { recipeProblemText } from '../../messages/recipe.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import { isRecipe, sourcePathOf } from './recipeFile.ts';
import type { SourceLooks } from './sourceLooks.ts';

const typingPauseMs = 250;

type CheckedRecipe = { readonly parsed: ParsedRecipe; readonly problems: readonly RecipeProblem[] };

/** Keeps the problems of open recipes up to date, with the recipe's text and with its source. */
export class RecipeDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('tunesmith.recipe');
  readonly #disposables = new DisposableStore();
  readonly #pauses = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #watchers = new Map<string, { readonly sourcePath: string; readonly watcher: vscode.Disposable }>();
  readonly #looks: SourceLooks;
  readonly #log: Log;

  constructor(looks: SourceLooks, log: Log) {
    this.#looks = looks;
    this.#log = log;
    const { workspace } = vscode;
    this.#disposables.add(this.#collection);
    this.#disposables.add(workspace.onDidOpenTextDocument((document) => this.#checkSoon(document, 0)));
    this.#disposables.add(workspace.onDidChangeTextDocument((e) => this.#checkSoon(e.document, typingPauseMs)));
    this.#disposables.add(workspace.onDidCloseTextDocument((document) => this.#forget(document.uri)));
    this.#disposables.add(workspace.onDidGrantWorkspaceTrust(() => this.#checkAll()));
    this.#checkAll();
  }

  /** Checks now. */
  async check(document: vscode.TextDocument): Promise<CheckedRecipe> {
    const { version } = document;
    const parsed = parseRecipe(document.getText());
    const problems = [...parsed.problems, ...(await this.#sourceProblems(document.uri, parsed))];
    // An older check must not overwrite a newer one, nor bring back a file that was closed meanwhile.
    if (document.version === version && !document.isClosed) {
      this.#collection.set(document.uri, problems.map((problem) => toDiagnostic(document, problem)));
    }
    return { parsed, problems };
  }

  dispose(): void {
    for (const pause of this.#pauses.values()) clearTimeout(pause);
    for (const { watcher } of this.#watchers.values()) watcher.dispose();
    this.#disposables.dispose();
  }

  #checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#checkSoon(document, 0);
  }

  #checkSoon(document: vscode.TextDocument, afterMs: number): void {
    const { scheme } = document.uri;
    // Old versions, shown to be compared, have nothing to mend.
    const writable = scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) === true;
    if (!isRecipe(document.uri) || !writable) return;
    const key = document.uri.toString();
    clearTimeout(this.#pauses.get(key));
    const run = (): void => {
      this.#pauses.delete(key);
      this.check(document).catch((error: unknown) => this.#log.error('A recipe could not be checked', error));
    };
    this.#pauses.set(key, setTimeout(run, afterMs));
  }

  async #sourceProblems(uri: vscode.Uri, parsed: ParsedRecipe): Promise<readonly RecipeProblem[]> {
    const path = sourcePathOf(uri, parsed);
    // An untrusted recipe must not make us open the file it names.
    if (path === undefined || parsed.source === null || !vscode.workspace.isTrusted) return [];
    this.#watch(uri, path);
    const look = await this.#looks.get(path, parsed.source);
    const at = { severity: 'error', range: parsed.sourceRange } as const;
    const { file } = parsed.source;
    if (look.kind === 'missing') return [{ code: 'recipe.sourceMissing', file, ...at }];
    if (look.kind === 'unreadable') return [{ code: 'recipe.sourceUnreadable', file, fault: look.fault, ...at }];
    return checkColumns(parsed, look.columns);
  }

  /** The source may come, go or get other columns while the recipe is open. */
  #watch(uri: vscode.Uri, sourcePath: string): void {
    const key = uri.toString();
    const known = this.#watchers.get(key);
    if (known?.sourcePath === sourcePath) return;
    known?.watcher.dispose();
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(sourcePath)), basename(sourcePath));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const again = (): void => {
      const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === key);
      if (open) this.#checkSoon(open, typingPauseMs);
    };
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) event(again);
    this.#watchers.set(key, { sourcePath, watcher });
  }

  #forget(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#pauses.get(key));
    this.#pauses.delete(key);
    this.#watchers.get(key)?.watcher.dispose();
    this.#watchers.delete(key);
    this.#collection.delete(uri);
  }
}

function toDiagnostic(document: vscode.TextDocument, problem: RecipeProblem): vscode.Diagnostic {
  const { start, end } = problem.range;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const severity =
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, recipeProblemText(problem), severity);
  diagnostic.source = 'Tunesmith';
  diagnostic.code = problem.code;
  return diagnostic;
}
