import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import { showExample, type ExampleFiles } from './exampleFiles.ts';

export type ExampleCommandServices = {
  readonly datasets: Datasets;
  readonly examples: ExampleFiles;
  readonly log: Log;
};

/** Commands on the example at the cursor of a training file. */
export function registerExampleCommands({ datasets, examples, log }: ExampleCommandServices): vscode.Disposable {
  const onEditor = (id: string, run: (editor: vscode.TextEditor) => Promise<void> | void): vscode.Disposable =>
    vscode.commands.registerCommand(id, async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined || !datasets.isDataset(editor.document)) {
        void vscode.window.showInformationMessage(vscode.l10n.t('Open a training file (.jsonl) first.'));
        return;
      }
      try {
        await run(editor);
      } catch (error) {
        await reportError(vscode.l10n.t('The example could not be opened'), error, log);
      }
    });
  return vscode.Disposable.from(
    onEditor(commandIds.datasetOpenExample, (editor) => openExample(editor, examples)),
    onEditor(commandIds.datasetNextProblem, (editor) => goToProblem(editor, datasets, 1)),
    onEditor(commandIds.datasetPreviousProblem, (editor) => goToProblem(editor, datasets, -1)),
  );
}

async function openExample({ document, selection }: vscode.TextEditor, examples: ExampleFiles): Promise<void> {
  const { line } = selection.active;
  const text = await showExample(document.lineAt(line).text, line);
  if ('problem' in text) {
    void vscode.window.showWarningMessage(text.problem);
    return;
  }
  const shown = await vscode.workspace.openTextDocument(await examples.uriOf(document, line));
  const editor = await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  // Answers are paragraphs; the editor shows each on one line unless somebody asks for more.
  if (vscode.workspace.getConfiguration('editor', shown).get('wordWrap') === 'off') {
    await vscode.commands.executeCommand('editor.action.toggleWordWrap');
  }
  if (editor.document.languageId !== 'yaml') await vscode.languages.setTextDocumentLanguage(shown, 'yaml');
}

/** To the first problem of the next, or previous, line that has one; around the end of the file to the other. */
function goToProblem(editor: vscode.TextEditor, datasets: Datasets, direction: 1 | -1): void {
  const core = datasets.openDataset(editor.document.uri)?.core;
  if (core === undefined) return;
  const here = editor.selection.active.line;
  let target: { readonly line: number; readonly character: number } | undefined;
  let wrapped: typeof target;
  let atFile = core.fileProblems().length;
  for (const { range } of core.problems()) {
    const { start } = range;
    // Those of the file come first; they belong to no example.
    if (atFile-- > 0) continue;
    if (direction === 1 ? start.line > here : start.line < here) {
      if (direction === -1 && target?.line === start.line) continue;
      target = start;
      if (direction === 1) break;
    } else if (direction === 1 ? wrapped === undefined : wrapped?.line !== start.line) {
      wrapped = start;
    }
  }
  const found = target ?? wrapped;
  if (found === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This file has no problems.'));
    return;
  }
  const position = new vscode.Position(found.line, found.character);
  editor.selection = new vscode.Selection(position, position);
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
