import * as vscode from 'vscode';
import type { DatasetDocument } from '../../core/dataset/document.ts';
import { convertToLines } from '../../core/dataset/fixes/fileFixes.ts';
import type { Fix } from '../../core/dataset/fixes/fix.ts';
import { fixesFor, isMendedByConversion } from '../../core/dataset/fixes/fixes.ts';
import type { Problem } from '../../core/dataset/problem.ts';
import type { LineSource } from '../../core/jsonl/position.ts';
import { fixTitle } from '../../messages/fixes.ts';
import { toRange, type Datasets } from '../../platform/datasets.ts';
import { problemPage } from './problemPage.ts';

/** More lines are not looked through for one menu. */
const maximumLines = 200;

/** A mend that is worked out only when it is chosen, because it reads the whole file. */
class Conversion extends vscode.CodeAction {
  readonly document: vscode.TextDocument;

  constructor(document: vscode.TextDocument) {
    super(fixTitle({ kind: 'convertToLines' }), vscode.CodeActionKind.QuickFix);
    this.document = document;
    this.isPreferred = true;
  }
}

/** The menu of mends at a problem of a training file. */
export class DatasetCodeActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];
  readonly #datasets: Datasets;
  readonly #extensionUri: vscode.Uri;

  constructor(datasets: Datasets, extensionUri: vscode.Uri) {
    this.#datasets = datasets;
    this.#extensionUri = extensionUri;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const dataset = this.#datasets.openDataset(document.uri);
    if (!dataset || (context.only && !context.only.contains(vscode.CodeActionKind.QuickFix))) {
      return [];
    }
    await dataset.checked();
    if (token.isCancellationRequested) {
      return [];
    }
    const problems = [...dataset.core.fileProblems()];
    for (let line = range.start.line; line <= Math.min(range.end.line, range.start.line + maximumLines); line += 1) {
      problems.push(...dataset.core.problemsOnLine(line));
    }
    return problems
      .filter((problem) => toRange(problem).intersection(range) !== undefined)
      .flatMap((problem) => this.#actionsFor(problem, document, dataset.core, context));
  }

  resolveCodeAction(action: vscode.CodeAction): vscode.CodeAction {
    if (action instanceof Conversion) {
      const fix = convertToLines(linesOf(action.document));
      if (fix) {
        action.edit = toEdit(action.document, fix);
      } else {
        void vscode.window.showWarningMessage(
          vscode.l10n.t('The file cannot be converted: it is not valid JSON as a whole. Mend it first, or write it again from its source.'),
        );
      }
    }
    return action;
  }

  #actionsFor(
    problem: Problem,
    document: vscode.TextDocument,
    dataset: DatasetDocument,
    context: vscode.CodeActionContext,
  ): readonly vscode.CodeAction[] {
    const range = toRange(problem);
    const marks = context.diagnostics.filter(({ code, range: place }) => code === problem.code && place.isEqual(range));
    const actions = isMendedByConversion(problem)
      ? [new Conversion(document)]
      : fixesFor(problem, linesOf(document), { format: dataset.summary().format, ruleset: dataset.ruleset }).map((fix) => toAction(document, fix));
    actions.push(this.#explanation(problem));
    for (const action of actions) {
      action.diagnostics = marks;
    }
    return actions;
  }

  #explanation({ code }: Problem): vscode.CodeAction {
    const title = vscode.l10n.t('Explain "{0}"', code);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command: 'markdown.showPreview', title, arguments: [problemPage(this.#extensionUri, code)] };
    return action;
  }
}

function toAction(document: vscode.TextDocument, fix: Fix): vscode.CodeAction {
  const action = new vscode.CodeAction(fixTitle(fix), vscode.CodeActionKind.QuickFix);
  action.edit = toEdit(document, fix);
  action.isPreferred = fix.preferred;
  return action;
}

function toEdit(document: vscode.TextDocument, fix: Fix): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const edits = fix.edits.map(({ range: { start, end }, text }) => {
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    return vscode.TextEdit.replace(range, text);
  });
  edit.set(document.uri, edits);
  return edit;
}

function linesOf(document: vscode.TextDocument): LineSource {
  return {
    get lineCount() {
      return document.lineCount;
    },
    lineAt: (line) => document.lineAt(line).text,
  };
}
