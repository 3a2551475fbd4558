import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds, viewIds } from '../../src/contributions.ts';
import { chatLines } from '../support/chatLines.ts';

suite('dataset statistics', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'statistics-'));
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  const reports = (): readonly vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewIds.statisticsPanel));

  async function show(uri: vscode.Uri, count: number): Promise<readonly string[]> {
    await vscode.commands.executeCommand(commandIds.datasetShowStatistics, uri);
    for (const end = Date.now() + 10_000; reports().length < count && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return reports().map(({ label }) => label);
  }

  test('opens one report per file, for a closed and an edited one', async () => {
    const [closed = '', edited = ''] = ['closed.jsonl', 'edited.jsonl'].map((name) => join(folder, name));
    for (const path of [closed, edited]) await writeFile(path, `${chatLines(40).join('\n')}\n`);
    assert.deepEqual(await show(vscode.Uri.file(closed), 1), ['Statistics: closed.jsonl']);
    const shown = vscode.workspace.textDocuments.some(({ uri }) => uri.fsPath === closed);
    assert.ok(!shown, 'the report opened the file');

    const editor = await vscode.window.showTextDocument(vscode.Uri.file(edited));
    const labels = await show(editor.document.uri, 2);
    assert.deepEqual(labels.toSorted(), ['Statistics: closed.jsonl', 'Statistics: edited.jsonl']);
    assert.equal((await show(editor.document.uri, 2)).length, 2);
  });
});
