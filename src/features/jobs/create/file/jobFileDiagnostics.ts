import * as vscode from 'vscode';
import { shownCode, type JobFileProblem } from '../../../../core/jobs/file/jobFileProblem.ts';
import type { ParsedJobFile } from '../../../../core/jobs/file/parseJobFile.ts';
import { jobFileProblemText } from '../../../../messages/jobFile.ts';
import type { Connections } from '../../../../platform/connections.ts';
import { DisposableStore } from '../../../../platform/disposables.ts';
import type { Log } from '../../../../platform/log.ts';
import { isJobFile, readJobFile } from './openJobFile.ts';

type DiagnosedConnections = Pick<Connections, 'current' | 'get' | 'all' | 'onDidChange'>;

const typingPauseMs = 250;

/** Keeps the problems of open job files up to date. */
export class JobFileDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('tunesmith.jobFile');
  readonly #disposables = new DisposableStore();
  readonly #pauses = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #connections: DiagnosedConnections;
  readonly #log: Log;

  constructor(connections: DiagnosedConnections, log: Log) {
    this.#connections = connections;
    this.#log = log;
    const { workspace } = vscode;
    this.#disposables.add(this.#collection);
    this.#disposables.add(workspace.onDidOpenTextDocument((document) => this.#checkSoon(document, 0)));
    this.#disposables.add(workspace.onDidChangeTextDocument((change) => this.#checkSoon(change.document, typingPauseMs)));
    this.#disposables.add(workspace.onDidCloseTextDocument((document) => this.#forget(document.uri)));
    // Files that a job file names come and go when they are saved, mostly.
    this.#disposables.add(workspace.onDidSaveTextDocument(() => this.#checkAll()));
    this.#disposables.add(workspace.onDidGrantWorkspaceTrust(() => this.#checkAll()));
    this.#disposables.add(connections.onDidChange(() => this.#checkAll()));
    this.#checkAll();
  }

  /** Checks now. */
  async check(document: vscode.TextDocument): Promise<ParsedJobFile> {
    const { version } = document;
    const parsed = await readJobFile(this.#connections, document.uri, document.getText());
    // An older check must not overwrite a newer one, nor bring back a file that was closed meanwhile.
    if (document.version === version && !document.isClosed) {
      this.#collection.set(document.uri, parsed.problems.map((problem) => toDiagnostic(document, problem)));
    }
    return parsed;
  }

  dispose(): void {
    for (const pause of this.#pauses.values()) clearTimeout(pause);
    this.#disposables.dispose();
  }

  #checkAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#checkSoon(document, typingPauseMs);
  }

  #checkSoon(document: vscode.TextDocument, afterMs: number): void {
    const { scheme } = document.uri;
    const writable = scheme === 'untitled' || vscode.workspace.fs.isWritableFileSystem(scheme) === true;
    if (!isJobFile(document.uri) || !writable) return;
    const key = document.uri.toString();
    clearTimeout(this.#pauses.get(key));
    const run = (): void => {
      this.#pauses.delete(key);
      this.check(document).catch((error: unknown) => this.#log.error('A job file could not be checked', error));
    };
    this.#pauses.set(key, setTimeout(run, afterMs));
  }

  #forget(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#pauses.get(key));
    this.#pauses.delete(key);
    this.#collection.delete(uri);
  }
}

export function rangeIn(document: vscode.TextDocument, { range: { start, end } }: JobFileProblem): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function toDiagnostic(document: vscode.TextDocument, problem: JobFileProblem): vscode.Diagnostic {
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(rangeIn(document, problem), jobFileProblemText(problem), severity);
  diagnostic.source = 'Tunesmith';
  diagnostic.code = shownCode(problem);
  return diagnostic;
}
