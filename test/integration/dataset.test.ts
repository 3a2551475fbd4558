import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';
import { PasteExamples } from '../../src/features/dataset/pasteExamples.ts';
import { chatLine, chatLines } from '../support/chatLines.ts';
import { codeOf, codesOf, diagnosticsWhen, pause } from './diagnostics.ts';

suite('dataset', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataset-'));
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

  test('marks a mistake at its place and mends it', async () => {
    const lines = chatLines(60);
    lines[2] = chatLine('😀').replace('"role": "user"', '"role": "human"');
    const { document } = await open('mistake.jsonl', lines);
    const [mark, ...others] = await diagnosticsWhen(document.uri, (found) => found.length > 0);
    assert.ok(mark);
    assert.deepEqual(codesOf([mark, ...others]), ['message.role.unknown']);
    assert.equal(document.getText(mark.range), '"human"');
    assert.equal(mark.severity, vscode.DiagnosticSeverity.Error);

    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      mark.range,
    );
    const mend = actions.find(({ isPreferred }) => isPreferred);
    assert.ok(mend?.edit, actions.map(({ title }) => title).join(', '));
    await vscode.workspace.applyEdit(mend.edit);
    assert.equal(document.lineAt(2).text, chatLine('😀'));
    assert.deepEqual(codesOf(await diagnosticsWhen(document.uri, (found) => found.length === 0)), []);
    await document.save();
  });

  test('follows edits, also undone ones', async () => {
    const editor = await open('edits.jsonl', chatLines(60));
    const { document } = editor;
    await pause(300);
    await editor.edit((edit) => edit.insert(new vscode.Position(5, 1), 'x'));
    assert.deepEqual(codesOf(await diagnosticsWhen(document.uri, (found) => found.length > 0)), ['json.syntax']);
    await editor.edit((edit) => {
      edit.delete(new vscode.Range(5, 0, 6, 0));
      edit.insert(new vscode.Position(0, 0), '\n');
    });
    const moved = await diagnosticsWhen(document.uri, (found) => codesOf(found).includes('line.blank'));
    assert.deepEqual(codesOf(moved), ['line.blank']);
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(codesOf(await diagnosticsWhen(document.uri, (found) => found.length === 0)), []);
    await document.save();
  });

  test('leaves other JSON Lines files alone until told otherwise', async () => {
    const { document } = await open('log.jsonl', Array.from({ length: 20 }, (_, index) => `{"event": ${index}}`));
    await pause(400);
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
    await vscode.commands.executeCommand(commandIds.datasetTreatAsDataset, document.uri);
    const found = await diagnosticsWhen(document.uri, (diagnostics) => diagnostics.length > 0);
    assert.ok(codesOf(found).includes('file.format.unknown'));
  });

  test('recognizes a file as soon as it holds an example', async () => {
    const editor = await open('typed.jsonl', ['{"a": 1}']);
    await pause(300);
    assert.deepEqual(vscode.languages.getDiagnostics(editor.document.uri), []);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), '{"messages": ['));
    const found = await diagnosticsWhen(editor.document.uri, (diagnostics) => diagnostics.length > 0);
    assert.ok(codesOf(found).includes('json.unclosed'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('converts an array into lines as one edit that can be undone', async () => {
    const { document } = await open('array.jsonl', ['[', chatLines(12).join(',\n'), ']']);
    const before = document.getText();
    const [mark] = await diagnosticsWhen(document.uri, (diagnostics) => diagnostics.length > 0);
    assert.ok(mark);
    assert.equal(codeOf(mark), 'file.jsonArray');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      mark.range,
      vscode.CodeActionKind.QuickFix.value,
      5,
    );
    const conversion = actions.find(({ edit }) => edit);
    assert.ok(conversion?.edit);
    await vscode.workspace.applyEdit(conversion.edit);
    assert.equal(document.getText(), `${chatLines(12).join('\n')}\n`);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('mends all mistakes of a kind, and all clear ones when asked to', async () => {
    const lines = chatLines(20).map((text, index) => (index % 7 === 0 ? `${text},` : text));
    lines[3] = chatLine('role').replace('"user"', '"User"');
    const { document } = await open('all.jsonl', lines);
    const before = document.getText();
    const found = await diagnosticsWhen(document.uri, (diagnostics) => diagnostics.length >= 4);
    const comma = found.find((mark) => codeOf(mark) === 'json.trailingComma');
    assert.ok(comma);
    const actionsOf = (kind: string, range: vscode.Range): Thenable<vscode.CodeAction[]> =>
      vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, kind, 20);
    const all = (await actionsOf(vscode.CodeActionKind.QuickFix.value, comma.range)).find(({ title }) => title.includes('json.trailingComma') && title.startsWith('Fix'));
    assert.ok(all?.edit);
    await vscode.workspace.applyEdit(all.edit);
    assert.equal(document.getText(), before.replaceAll('},\n', '}\n'));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    const [everything] = await actionsOf('source.fixAll.tunesmith', new vscode.Range(0, 0, 0, 0));
    assert.ok(everything?.edit);
    await vscode.workspace.applyEdit(everything.edit);
    assert.equal(document.getText(), before.replaceAll('},\n', '}\n').replace('"User"', '"user"'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('a rule can be set, and an open file follows', async () => {
    const lines = chatLines(60);
    lines[4] = `${chatLine().slice(0, -2)}, {"role": "assistant", "content": " again"}]}`;
    const { document } = await open('set.jsonl', lines);
    const codes = async (count: number): Promise<readonly unknown[]> =>
      codesOf(await diagnosticsWhen(document.uri, (diagnostics) => diagnostics.length === count));
    assert.deepEqual(await codes(2), ['example.roles.repeated', 'message.content.surroundingSpace']);
    const configuration = vscode.workspace.getConfiguration();
    await configuration.update('tunesmith.rules', { example: 'off', 'message.content': 'error' }, vscode.ConfigurationTarget.Global);
    try {
      assert.deepEqual(await codes(1), ['message.content.surroundingSpace']);
      const [mark] = vscode.languages.getDiagnostics(document.uri);
      assert.equal(mark?.severity, vscode.DiagnosticSeverity.Error);
    } finally {
      await configuration.update('tunesmith.rules', undefined, vscode.ConfigurationTarget.Global);
    }
    assert.equal((await codes(2)).length, 2);
  });

  test('a format can be set for a file', async () => {
    const { document } = await open('format.jsonl', chatLines(60));
    await pause(400);
    const setting = vscode.commands.executeCommand(commandIds.datasetSetFormat, document.uri);
    await pause(500);
    // Recognize by the content, supervised chat, preference pairs.
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await setting;
    const found = await diagnosticsWhen(document.uri, (diagnostics) => diagnostics.length === 60);
    assert.deepEqual([...new Set(codesOf(found))], ['example.format.mixed']);
  });

  test('toggling a comment does no harm', async () => {
    // The same commands do change a text whose language has comments.
    const script = await vscode.workspace.openTextDocument({ language: 'javascript', content: 'a;\nb;\n' });
    await vscode.window.showTextDocument(script);
    await vscode.commands.executeCommand('editor.action.commentLine');
    assert.match(script.getText(), /^\/\/ ?a;/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');

    const editor = await open('comment.jsonl', chatLines(12));
    const before = editor.document.getText();
    editor.selection = new vscode.Selection(0, 0, 3, 0);
    await vscode.commands.executeCommand('editor.action.commentLine');
    await vscode.commands.executeCommand('editor.action.blockComment');
    assert.equal(editor.document.getText(), before);
  });

  test('tells an example by its words and counts its tokens', async () => {
    const { document } = await open('tokens.jsonl', chatLines(12));
    await pause(1_500);
    const ask = async <T>(command: string, ...rest: readonly unknown[]): Promise<T> =>
      await vscode.commands.executeCommand<T>(command, document.uri, ...rest);
    const symbols = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider');
    const { messages } = JSON.parse(document.lineAt(0).text) as { readonly messages: readonly { content: string }[] };
    assert.equal(symbols.length, 12);
    assert.ok(messages.some(({ content }) => content.startsWith(symbols[0]?.name ?? '?')), symbols[0]?.name);

    const hovers = await ask<vscode.Hover[]>('vscode.executeHoverProvider', new vscode.Position(0, 3));
    const texts = hovers.flatMap(({ contents }) => contents).map((part) => (typeof part === 'string' ? part : part.value));
    const told = texts.find((text) => text.includes('tokens**'));
    assert.match(told ?? '', /\*\*\d+ tokens\*\*, \d+ of them/);
    assert.equal((await ask<vscode.Hover[]>('vscode.executeHoverProvider', new vscode.Position(0, 40))).length, 0);

    const range = new vscode.Range(0, 0, 12, 0);
    assert.deepEqual(await ask('vscode.executeInlayHintProvider', range), []);
    const settings = vscode.workspace.getConfiguration(undefined, document);
    await settings.update('tunesmith.dataset.tokenHints', true, vscode.ConfigurationTarget.Global);
    try {
      const hints = await ask<vscode.InlayHint[]>('vscode.executeInlayHintProvider', range);
      assert.equal(hints.length, 12);
      assert.equal(hints[0]?.label, `${/\d+/.exec(told ?? '')?.[0]} tokens`);
    } finally {
      await settings.update('tunesmith.dataset.tokenHints', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test('opens an example beside the file and writes it back to its line, wherever that is by then', async () => {
    const { document } = await open('example.jsonl', chatLines(12));
    await pause(1_000);
    const before = document.lineAt(4).text;
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    editor.selection = new vscode.Selection(4, 0, 4, 0);
    await vscode.commands.executeCommand(commandIds.datasetOpenExample);
    const shown = vscode.window.activeTextEditor?.document;
    assert.ok(shown && shown.uri.scheme === 'tunesmith-example', shown?.uri.toString());
    assert.equal(shown.languageId, 'yaml');
    assert.match(shown.getText(), /- role: user\n\s+content: /);

    const above = new vscode.WorkspaceEdit();
    above.insert(document.uri, new vscode.Position(0, 0), `${chatLine('first')}\n`);
    await vscode.workspace.applyEdit(above);
    const edit = new vscode.WorkspaceEdit();
    const text = shown.getText();
    const whole = new vscode.Range(new vscode.Position(0, 0), shown.positionAt(text.length));
    edit.replace(shown.uri, whole, text.replace('role: assistant', 'role: assistant\n    weight: 0'));
    await vscode.workspace.applyEdit(edit);
    assert.ok(await shown.save());
    assert.equal(document.lineAt(5).text, before.replace('"role": "assistant"', '"role": "assistant", "weight": 0'));
    assert.ok(document.isDirty);

    const broken = new vscode.WorkspaceEdit();
    broken.insert(shown.uri, new vscode.Position(0, 0), '- [');
    await vscode.workspace.applyEdit(broken);
    assert.equal(await shown.save(), false);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  test('goes from one example with a problem to the next, around the end', async () => {
    const lines = chatLines(12).map((line, index) => (index === 3 || index === 8 ? line.replace('"role": "user"', '"role": "human"') : line));
    const { document } = await open('next.jsonl', lines);
    await diagnosticsWhen(document.uri, (found) => found.length >= 2);
    const visited: (number | undefined)[] = [];
    for (const command of [commandIds.datasetNextProblem, commandIds.datasetNextProblem, commandIds.datasetNextProblem, commandIds.datasetPreviousProblem]) {
      await vscode.commands.executeCommand(command);
      visited.push(vscode.window.activeTextEditor?.selection.active.line);
    }
    assert.deepEqual(visited, [3, 8, 3, 8]);
  });

  test('suggests roles and keys in a training file, and nothing elsewhere', async () => {
    const suggested = async (document: vscode.TextDocument, character: number): Promise<readonly vscode.CompletionItem[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(1, character),
      );
      return list.items.filter(({ kind }) => kind === vscode.CompletionItemKind.EnumMember || kind === vscode.CompletionItemKind.Property);
    };
    const line = chatLine('role').replace('"user"', '"us"');
    const { document } = await open('suggest.jsonl', [chatLine(), line, ...chatLines(10)]);
    await diagnosticsWhen(document.uri, (found) => found.length > 0);
    const items = await suggested(document, line.indexOf('"us"') + 3);
    assert.deepEqual(items.map(({ label }) => label), ['system', 'user', 'assistant', 'tool', 'function']);
    const { range } = items[1] ?? {};
    assert.ok(range instanceof vscode.Range);
    assert.equal(document.getText(range), '"us"');
    const log = await open('events.jsonl', ['{"event": 1}', '{"role": ""}']);
    assert.deepEqual(await suggested(log.document, 10), []);
  });

  test('offers a copied table as examples, on lines of their own', async () => {
    const { document } = await open('paste.jsonl', chatLines(12));
    // The clipboard of a browser gives a program no paste event, so the provider is asked as the editor would ask it.
    const provider = new PasteExamples(() => ({ format: 'chat' }));
    const asked = async (text: string, range: vscode.Range): Promise<readonly vscode.DocumentPasteEdit[]> => {
      const transfer = new vscode.DataTransfer();
      transfer.set('text/plain', new vscode.DataTransferItem(text));
      const context = { only: undefined, triggerKind: vscode.DocumentPasteTriggerKind.Automatic };
      const { token } = new vscode.CancellationTokenSource();
      return await provider.provideDocumentPasteEdits(document, [range], transfer, context, token);
    };
    const table = 'question\tanswer\nOne?\t1\nTwo?\t2\nThree?\t';
    const [edit, ...others] = await asked(table, new vscode.Range(3, 20, 3, 20));
    assert.ok(edit?.additionalEdit);
    assert.equal(others.length, 0);
    assert.equal(edit.title, 'Paste as Examples (2, without 1 incomplete rows)');
    assert.equal(edit.insertText, '');
    await vscode.workspace.applyEdit(edit.additionalEdit);
    const wanted = chatLines(12);
    const pasted = [['One?', '1'], ['Two?', '2']].map(
      ([question, answer]) => `{"messages": [{"role": "user", "content": "${question}"}, {"role": "assistant", "content": "${answer}"}]}`,
    );
    wanted.splice(4, 0, ...pasted);
    assert.equal(document.getText(), `${wanted.join('\n')}\n`);
    const [atEnd] = await asked(table, new vscode.Range(14, 0, 14, 0));
    assert.equal(atEnd?.insertText, pasted.join('\n'));
    assert.deepEqual(await asked('some words', new vscode.Range(14, 0, 14, 0)), []);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('validates a file that is not open', async () => {
    const uri = vscode.Uri.file(join(folder, 'closed.jsonl'));
    await writeFile(uri.fsPath, `${chatLines(60).join('\n')}\n{"messages": []}\n`);
    // The command waits for the person to answer its message, so it is not waited for.
    void vscode.commands.executeCommand(commandIds.datasetValidate, uri);
    const found = await diagnosticsWhen(uri, (diagnostics) => diagnostics.length > 0);
    assert.deepEqual(codesOf(found), ['file.system.sometimes', 'example.messages.empty']);
    assert.equal(found[1]?.range.start.line, 60);
    await vscode.commands.executeCommand('notifications.clearAll');
  });
});
