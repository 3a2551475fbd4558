import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';
import { chatLine, chatLines } from '../support/chatLines.ts';
import { chatRuleLines } from '../unit/dataset/ruleLines.ts';
import { codeOf, codesOf, diagnosticsWhen, pause, quickFixes } from './diagnostics.ts';

suite('dataset, rows of the fault checklist', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rows-'));
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string, lines: readonly string[]): Promise<vscode.TextEditor> {
    const path = join(folder, name);
    await writeFile(path, `${lines.join('\n')}\n`);
    return await vscode.window.showTextDocument(vscode.Uri.file(path));
  }

  test('row 45: Markdown in a row is shown as text, and what shows it trusts nothing', async () => {
    const text = '![x](https://evil.example/x.png) [run](command:workbench.action.quit) <img src=x onerror=alert(1)>';
    const role = `${text} \u202e|`;
    const line = JSON.stringify({ messages: [{ role, content: text }, { role: 'user', content: text }, { role: 'assistant', content: text }] });
    const { document } = await open('markdown.jsonl', [line, ...chatLines(12)]);
    const marks = await diagnosticsWhen(document.uri, (found) => codesOf(found).includes('message.role.unknown'));
    for (const mark of marks) {
      assert.ok(!mark.message.includes(']('), mark.message);
      // A code leads to our own page, whatever the row says.
      assert.match(typeof mark.code === 'object' ? mark.code.target.toString(true) : '', /^tunesmith-rule:\/[\w.]+\.md$/);
    }
    const [first] = marks;
    assert.ok(typeof first?.code === 'object');
    const explanation = await vscode.workspace.openTextDocument(first.code.target);
    assert.ok(explanation.getText().startsWith(`# ${codeOf(first)}\n\n*`), explanation.getText());
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, new vscode.Position(0, 3));
    const contents = hovers.flatMap((hover) => hover.contents).filter((part): part is vscode.MarkdownString => part instanceof vscode.MarkdownString);
    assert.ok(contents.some(({ value }) => value.includes('tokens')));
    for (const { value, isTrusted, supportHtml, supportThemeIcons } of contents) {
      assert.ok(!isTrusted && supportHtml !== true && supportThemeIcons !== true);
      // Code makes nothing of what it holds.
      assert.doesNotMatch(value.replaceAll(/`[^`\n]*`/g, ''), /(?<!\\)\]\(|(?<!\\)<|https?:|\u202e/);
    }
    for (const action of await quickFixes(document.uri, new vscode.Range(0, 0, 0, line.length), 0)) {
      assert.ok(!action.title.includes(']('), action.title);
    }
  });

  test('row 51: a mend of a file with unsaved changes is one edit of the editor, which can be undone and redone', async () => {
    const lines = chatLines(14);
    lines[6] = `${lines[6]},`;
    const editor = await open('dirty.jsonl', lines);
    const { document } = editor;
    const onDisk = document.getText();
    await diagnosticsWhen(document.uri, (found) => codesOf(found).includes('json.trailingComma'));
    await editor.edit((edit) => edit.insert(new vscode.Position(2, 0), `${chatLine('Typed meanwhile?')}\n`));
    const dirty = document.getText();
    const [mark] = (await diagnosticsWhen(document.uri, (found) => found.some((one) => codeOf(one) === 'json.trailingComma' && one.range.start.line === 7))).filter((one) => codeOf(one) === 'json.trailingComma');
    assert.ok(mark);
    const mend = (await quickFixes(document.uri, mark.range)).find(({ isPreferred }) => isPreferred);
    assert.ok(mend?.edit);
    await vscode.workspace.applyEdit(mend.edit);
    const mended = dirty.replace('},\n', '}\n');
    assert.equal(document.getText(), mended);
    assert.equal(await readFile(document.uri.fsPath, 'utf8'), onDisk, 'nothing is written behind the editor');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), dirty);
    await vscode.commands.executeCommand('redo');
    assert.equal(document.getText(), mended);

    // A mend of the whole file too, and one that was worked out before the file changed again is not applied blindly.
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand(commandIds.datasetFixAll);
    assert.equal(document.getText(), mended);
    await document.save();
    assert.equal(await readFile(document.uri.fsPath, 'utf8'), mended);
  });

  test('row 51: an example that was edited is not written over its line if that changed meanwhile', async () => {
    const { document } = await open('conflict.jsonl', chatLines(12));
    await pause(800);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    editor.selection = new vscode.Selection(4, 0, 4, 0);
    await vscode.commands.executeCommand(commandIds.datasetOpenExample);
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, 'tunesmith-example');
    assert.ok(shown);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(shown.uri, new vscode.Position(0, 0), '# mine\n');
    edit.insert(shown.uri, new vscode.Position(shown.lineCount, 0), 'mine: 1\n');
    await vscode.workspace.applyEdit(edit);
    const other = new vscode.WorkspaceEdit();
    other.replace(document.uri, document.lineAt(4).range, chatLine('Theirs?'));
    await vscode.workspace.applyEdit(other);
    await pause(300);
    assert.equal(await shown.save(), false, 'the person is asked');
    assert.equal(document.lineAt(4).text, chatLine('Theirs?'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  test('an open example has an outline and folds by its messages', async () => {
    await open('outline.jsonl', [chatLine('First line\n\nSecond paragraph'), ...chatLines(11)]);
    await pause(800);
    await vscode.commands.executeCommand(commandIds.datasetOpenExample);
    const shown = vscode.window.activeTextEditor?.document;
    assert.ok(shown?.uri.scheme === 'tunesmith-example');
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', shown.uri);
    assert.deepEqual(symbols.map(({ name, children }) => [name, children.map((child) => `${child.name}: ${child.detail}`)]), [
      ['messages', ['system: Answer briefly.', 'user: First line Second paragraph', 'assistant: Heat.']],
    ]);
    const ranges = await vscode.commands.executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', shown.uri);
    const firstLines = ranges.map(({ start }) => shown.lineAt(start).text.trim());
    assert.ok(firstLines.includes('- role: user') && firstLines.includes('- role: assistant'), firstLines.join());
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  test('at least 35 rules have a quick fix in the menu', async () => {
    const lines = chatRuleLines.filter(([code]) => code !== 'none').map(([, marked]) => marked.replaceAll(/[«»]/g, ''));
    const { document } = await open('all-rules.jsonl', [...chatLines(60), ...lines]);
    const marks = await diagnosticsWhen(document.uri, (found) => found.length >= lines.length);
    const mended = new Set<string>();
    for (const mark of marks) {
      const code = codeOf(mark);
      if (mended.has(code)) continue;
      const actions = await quickFixes(document.uri, mark.range, 0);
      // Each line has one problem of its own; some are copies too.
      if (actions.some(({ edit, title }) => edit && title !== 'Delete this line')) mended.add(code);
    }
    assert.ok(mended.size >= 35, `${mended.size}: ${[...mended].join(', ')}`);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
