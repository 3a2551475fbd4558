import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { applyCompletionFix, completionFileFix } from '../../core/dataset/fixes/completionFixes.ts';
import { deleteLines } from '../../core/dataset/fixes/deleteLines.ts';
import { fixAll } from '../../core/dataset/fixes/fixAll.ts';
import { convertToLines } from '../../core/dataset/fixes/fileFixes.ts';
import type { Fix, FixKind } from '../../core/dataset/fixes/fix.ts';
import { fixesFor, isDeletedWithItsKind, isMendedByConversion, type Reading } from '../../core/dataset/fixes/fixes.ts';
import type { Problem, ProblemCode } from '../../core/dataset/problem.ts';
import type { LineSource, TextEdit } from '../../core/jsonl/position.ts';
import { fixTitle } from '../../messages/fixes.ts';
import { toRange, type Datasets } from '../../platform/datasets.ts';
import type { OpenDataset } from '../../platform/openDataset.ts';
import { allowValueCommand } from './allowValue.ts';
import { problemPage } from './problemPage.ts';

/** More lines are not looked through for one menu. */
const maximumLines = 200;
/** Milliseconds of mending before others get their turn. */
const sliceTime = 12;

export const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('tunesmith');

/** What a rewriting of the whole file does: one of the conversions, all lines with a problem away, or all mends of a kind or of every kind. */
type Rewriting =
  | { readonly how: 'convert'; readonly fix: FixKind }
  | { readonly how: 'delete'; readonly code: ProblemCode }
  | { readonly how: 'mend'; readonly code: ProblemCode | undefined };

/** A mend that is worked out only when it is chosen, because it reads the whole file. */
class RewriteAction extends vscode.CodeAction {
  readonly dataset: OpenDataset;
  readonly rewriting: Rewriting;

  constructor(title: string, kind: vscode.CodeActionKind, dataset: OpenDataset, rewriting: Rewriting) {
    super(title, kind);
    this.dataset = dataset;
    this.rewriting = rewriting;
  }
}

/** The menu of mends at a problem of a training file, and those of the whole file. */
export class DatasetCodeActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix, fixAllKind];
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
    if (!dataset) {
      return [];
    }
    // On save the edits are wanted at once; elsewhere they are worked out when somebody chooses them.
    if (context.only && vscode.CodeActionKind.Source.contains(context.only)) {
      return context.only.contains(fixAllKind) ? [await this.#fixAllAction(dataset, token)] : [];
    }
    if (context.only && !context.only.contains(vscode.CodeActionKind.QuickFix)) {
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
    const here = problems.filter((problem) => toRange(problem).intersection(range) !== undefined);
    return here.flatMap((problem) => this.#actionsFor(problem, dataset, context));
  }

  async resolveCodeAction(action: vscode.CodeAction, token: vscode.CancellationToken): Promise<vscode.CodeAction> {
    if (action instanceof RewriteAction) {
      const { dataset, rewriting } = action;
      const edits = await rewrite(dataset, rewriting, token);
      if (edits) {
        action.edit = toEdit(dataset.document, edits);
      } else if (!token.isCancellationRequested) {
        void vscode.window.showWarningMessage(
          vscode.l10n.t('The file cannot be converted: it is not valid JSON as a whole. Mend it first, or write it again from its source.'),
        );
      }
    }
    return action;
  }

  async #fixAllAction(dataset: OpenDataset, token: vscode.CancellationToken): Promise<vscode.CodeAction> {
    const action = new vscode.CodeAction(vscode.l10n.t('Fix all clear mistakes'), fixAllKind);
    action.edit = toEdit(dataset.document, (await mendAll(dataset, token)) ?? []);
    return action;
  }

  #actionsFor(problem: Problem, dataset: OpenDataset, context: vscode.CodeActionContext): readonly vscode.CodeAction[] {
    const range = toRange(problem);
    const marks = context.diagnostics.filter(({ code, range: place }) => codeValue(code) === problem.code && place.isEqual(range));
    const actions = [...this.#mends(problem, dataset), ...allowances(problem, dataset.document), this.#explanation(problem)];
    for (const action of actions) {
      action.diagnostics = marks;
    }
    return actions;
  }

  #mends(problem: Problem, dataset: OpenDataset): readonly vscode.CodeAction[] {
    const conversion: FixKind | undefined = isMendedByConversion(problem)
      ? { kind: 'convertToLines' }
      : completionFileFix(problem);
    if (conversion) {
      const action = new RewriteAction(fixTitle(conversion), vscode.CodeActionKind.QuickFix, dataset, {
        how: 'convert',
        fix: conversion,
      });
      action.isPreferred = isMendedByConversion(problem);
      return [action];
    }
    const { document } = dataset;
    const byEditor = editorMend(problem, document);
    if (byEditor) {
      return [byEditor];
    }
    const fixes = fixesFor(problem, linesOf(document), readingOf(dataset));
    const actions: vscode.CodeAction[] = fixes.map((fix) => toAction(document, fix));
    if (isDeletedWithItsKind(problem)) {
      const title =
        problem.code === 'corpus.duplicate.same'
          ? vscode.l10n.t('Delete all duplicates')
          : vscode.l10n.t('Delete all examples that stand in the training file');
      actions.push(
        new RewriteAction(title, vscode.CodeActionKind.QuickFix, dataset, { how: 'delete', code: problem.code }),
      );
    } else if (fixes.length > 0 && !/^(?:file|corpus)\./.test(problem.code)) {
      const title = vscode.l10n.t('Fix all of this kind ({0})', problem.code);
      actions.push(
        new RewriteAction(title, vscode.CodeActionKind.QuickFix, dataset, { how: 'mend', code: problem.code }),
      );
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

/** Mends that only the editor can make: of line ends and of encodings. */
function editorMend({ code }: Problem, document: vscode.TextDocument): vscode.CodeAction | undefined {
  if (code === 'file.crlf') {
    const action = new vscode.CodeAction(vscode.l10n.t('Change the line ends to LF'), vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.set(document.uri, [vscode.TextEdit.setEndOfLine(vscode.EndOfLine.LF)]);
    action.isPreferred = true;
    return action;
  }
  if (code === 'file.encoding' || (code === 'file.bom' && !document.lineAt(0).text.startsWith('\uFEFF'))) {
    const title = vscode.l10n.t('Save with Encoding…');
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command: 'workbench.action.editor.changeEncoding', title };
    return action;
  }
  if (code === 'file.table' && /\.[ct]sv$/i.test(document.uri.path)) {
    const title = vscode.l10n.t('Create Recipe…');
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command: commandIds.prepareCreateRecipe, title, arguments: [document.uri] };
    return action;
  }
  if (code === 'file.format.unknown' || code === 'file.format.method') {
    const title = vscode.l10n.t('Set Dataset Format…');
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command: commandIds.datasetSetFormat, title, arguments: [document.uri] };
    return action;
  }
  return undefined;
}

/** Mends everything that is meant without doubt, as one edit; undefined if it was cancelled or the file changed. */
export function mendAll(dataset: OpenDataset, token: vscode.CancellationToken): Promise<readonly TextEdit[] | undefined> {
  return rewrite(dataset, { how: 'mend', code: undefined }, token);
}

async function rewrite(
  dataset: OpenDataset,
  rewriting: Rewriting,
  token: vscode.CancellationToken,
): Promise<readonly TextEdit[] | undefined> {
  const { document } = dataset;
  const source = linesOf(document);
  if (rewriting.how === 'convert') {
    const { fix } = rewriting;
    return (fix.kind === 'convertToLines' ? convertToLines(source) : applyCompletionFix(fix, source))?.edits;
  }
  await dataset.checked();
  if (rewriting.how === 'delete') {
    return deleteLines(source, linesWith(dataset.core.problems(), rewriting.code));
  }
  const { version } = document;
  const mending = fixAll(source, readingOf(dataset), rewriting.code);
  for (let end = performance.now() + sliceTime; ; ) {
    const step = mending.next();
    if (step.done) {
      return step.value;
    }
    if (performance.now() >= end) {
      await new Promise((resolve) => setImmediate(resolve));
      if (token.isCancellationRequested || document.version !== version) {
        return undefined;
      }
      end = performance.now() + sliceTime;
    }
  }
}

function* linesWith(problems: Iterable<Problem>, wanted: ProblemCode): IterableIterator<number> {
  for (const { code, range } of problems) {
    if (code === wanted) yield range.start.line;
  }
}

function readingOf({ core }: OpenDataset): Reading {
  return { format: core.summary().format, ruleset: core.ruleset, allow: core.allowed };
}

/** Offers to leave a sensitive value as it is, in every training file of the workspace folder. */
function allowances(problem: Problem, document: vscode.TextDocument): readonly vscode.CodeAction[] {
  if (!problem.code.startsWith('safety.') || !vscode.workspace.getWorkspaceFolder(document.uri)) {
    return [];
  }
  const title = vscode.l10n.t('Allow This Value in the Workspace');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command: allowValueCommand, title, arguments: [document.uri, problem.code, toRange(problem)] };
  return [action];
}

function codeValue(code: vscode.Diagnostic['code']): unknown {
  return typeof code === 'object' ? code.value : code;
}

function toAction(document: vscode.TextDocument, fix: Fix): vscode.CodeAction {
  const action = new vscode.CodeAction(fixTitle(fix), vscode.CodeActionKind.QuickFix);
  action.edit = toEdit(document, fix.edits);
  action.isPreferred = fix.preferred;
  return action;
}

export function toEdit(document: vscode.TextDocument, edits: readonly TextEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const replacements = edits.map(({ range: { start, end }, text }) => {
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    return vscode.TextEdit.replace(range, text);
  });
  edit.set(document.uri, replacements);
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
