import assert from 'node:assert/strict';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';
import { chatLine, chatLines } from '../support/chatLines.ts';
import { codeOf, codesOf, diagnosticsWhen, pause, quickFixes } from './diagnostics.ts';

const fact = 'Water expands when it freezes because its molecules form an open lattice, so that ice floats on the water.';
const isLeak = (mark: vscode.Diagnostic): boolean => codeOf(mark).startsWith('corpus.leak.');

const isTooFew = (mark: vscode.Diagnostic): boolean => codeOf(mark) === 'file.tooFewExamples';

suite('validation file against training file', () => {
  let folder: string;

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leaks-'));
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  const uriOf = (name: string): vscode.Uri => vscode.Uri.file(join(folder, name));
  const write = (name: string, lines: readonly string[], end = '\n'): Promise<void> => writeFile(join(folder, name), lines.map((line) => line + end).join(''));

  /** Leaks of a file as `code line of other line`, once there are so many. */
  async function leaks(name: string, count: number): Promise<readonly string[]> {
    const found = await diagnosticsWhen(uriOf(name), (marks) => marks.filter(isLeak).length === count);
    return found.filter(isLeak).map((mark) => {
      const [related] = mark.relatedInformation ?? [];
      return `${codeOf(mark)} ${mark.range.start.line} of ${related?.location.uri.path.split('/').at(-1)} ${related?.location.range.start.line}`;
    });
  }

  test('marks what the training file of the same name holds, and follows both files', async () => {
    await write('x.train.jsonl', [...chatLines(60), chatLine('Why does ice float?', fact)]);
    await write('x.validation.jsonl', [chatLine('New?', 'Indeed.'), chatLine('Question 7?', 'Answer 7.'), chatLine('why does ice float', `${fact}!`)]);
    const validation = await vscode.window.showTextDocument(uriOf('x.validation.jsonl'));
    const both = ['corpus.leak.same 1 of x.train.jsonl 7', 'corpus.leak.near 2 of x.train.jsonl 60'];
    assert.deepEqual(await leaks('x.validation.jsonl', 2), both);

    // An edit above moves the marks, one of a line asks again.
    await validation.edit((edit) => edit.insert(new vscode.Position(0, 0), `${chatLine('Question 3?', 'Answer 3.')}\n`));
    assert.deepEqual(await leaks('x.validation.jsonl', 3), ['corpus.leak.same 0 of x.train.jsonl 3', 'corpus.leak.same 2 of x.train.jsonl 7', 'corpus.leak.near 3 of x.train.jsonl 60']);
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(await leaks('x.validation.jsonl', 2), both);

    // The training file as its editor has it, saved or not.
    const training = await vscode.window.showTextDocument(uriOf('x.train.jsonl'), { viewColumn: vscode.ViewColumn.Beside });
    await training.edit((edit) => edit.delete(new vscode.Range(5, 0, 8, 0)));
    assert.deepEqual(await leaks('x.validation.jsonl', 1), ['corpus.leak.near 2 of x.train.jsonl 57']);
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(await leaks('x.validation.jsonl', 2), both);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');

    // And as the disk has it, until it is gone.
    await write('x.train.jsonl', chatLines(60));
    assert.deepEqual(await leaks('x.validation.jsonl', 1), ['corpus.leak.same 1 of x.train.jsonl 7']);
    await unlink(join(folder, 'x.train.jsonl'));
    assert.deepEqual(await leaks('x.validation.jsonl', 0), []);
    // And as it comes back.
    await write('x.train.jsonl', chatLines(9));
    assert.deepEqual(await leaks('x.validation.jsonl', 1), ['corpus.leak.same 1 of x.train.jsonl 7']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('knows the training file by the recipe that writes both', async () => {
    const recipe = {
      version: 1,
      source: { file: 'rows.csv' },
      messages: [{ role: 'user', content: '{{q}}' }, { role: 'assistant', content: '{{a}}' }],
      validation: { fraction: 0.1 },
      outputs: { training: 'learned.jsonl', validation: 'held-out.jsonl' },
    };
    await writeFile(join(folder, 'rows.recipe.json'), JSON.stringify(recipe));
    await write('learned.jsonl', chatLines(20));
    await write('held-out.jsonl', chatLines(2));
    await vscode.window.showTextDocument(uriOf('held-out.jsonl'));
    assert.deepEqual(await leaks('held-out.jsonl', 2), ['corpus.leak.same 0 of learned.jsonl 0', 'corpus.leak.same 1 of learned.jsonl 1']);
    // Two examples are too few to learn from, and enough to measure on.
    const marks = await diagnosticsWhen(uriOf('held-out.jsonl'), (found) => !found.some(isTooFew));
    assert.ok(!marks.some(isTooFew));
  });

  test('a person can choose that nothing is compared, and take it back', async () => {
    const choose = async (...steps: readonly string[]): Promise<void> => {
      const choosing = vscode.commands.executeCommand(commandIds.datasetCompareWithTraining, uriOf('held-out.jsonl'));
      await pause(500);
      for (const step of steps) await vscode.commands.executeCommand(step);
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await choosing;
    };
    // From the first entry back to the last, and to the one before it.
    await choose('workbench.action.quickOpenSelectPrevious');
    assert.deepEqual(await leaks('held-out.jsonl', 0), []);
    const marks = await diagnosticsWhen(uriOf('held-out.jsonl'), (found) => found.some(isTooFew));
    assert.ok(marks.some(isTooFew));
    await choose('workbench.action.quickOpenSelectPrevious', 'workbench.action.quickOpenSelectPrevious');
    assert.equal((await leaks('held-out.jsonl', 2)).length, 2);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  test('a training file that comes to lie beside the file is noticed', async () => {
    await write('z.validation.jsonl', chatLines(2));
    await vscode.window.showTextDocument(uriOf('z.validation.jsonl'));
    assert.deepEqual(await leaks('z.validation.jsonl', 0), []);
    await pause(1000);
    await write('z.train.jsonl', chatLines(20));
    assert.equal((await leaks('z.validation.jsonl', 2)).length, 2);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  test('a file that is not open is compared when it is validated', async () => {
    await write('y_train.jsonl', chatLines(20));
    await write('y_val.jsonl', [chatLine('New?'), ...chatLines(2)]);
    void vscode.commands.executeCommand(commandIds.datasetValidate, uriOf('y_val.jsonl'));
    assert.deepEqual(await leaks('y_val.jsonl', 2), ['corpus.leak.same 1 of y_train.jsonl 0', 'corpus.leak.same 2 of y_train.jsonl 1']);
    assert.ok(vscode.workspace.textDocuments.every(({ uri }) => !uri.path.endsWith('y_val.jsonl')));
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  test('duplicates are deleted one by one or all, as one edit, with CRLF too', async () => {
    const copy = chatLine('Same?');
    await write('copies.jsonl', [copy, ...chatLines(11), copy, copy], '\r\n');
    const { document } = await vscode.window.showTextDocument(uriOf('copies.jsonl'));
    assert.equal(document.eol, vscode.EndOfLine.CRLF);
    const before = document.getText();
    const isCopy = (mark: vscode.Diagnostic): boolean => codeOf(mark) === 'corpus.duplicate.same';
    const [first, last] = (await diagnosticsWhen(document.uri, (marks) => marks.filter(isCopy).length === 2)).filter(isCopy);
    assert.ok(first && last);
    const one = (await quickFixes(document.uri, last.range)).find(({ title }) => title === 'Delete this line');
    assert.ok(one?.edit);
    await vscode.workspace.applyEdit(one.edit);
    assert.equal(document.getText(), [copy, ...chatLines(11), copy].map((line) => `${line}\r\n`).join(''));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await diagnosticsWhen(document.uri, (marks) => marks.filter(isCopy).length === 2);
    const all = (await quickFixes(document.uri, first.range)).find(({ title }) => title === 'Delete all duplicates');
    assert.ok(all?.edit);
    await vscode.workspace.applyEdit(all.edit);
    assert.equal(document.getText(), [copy, ...chatLines(11)].map((line) => `${line}\r\n`).join(''));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('what has no problem folds away', async () => {
    const lines = chatLines(30).map((line, index) => (index === 10 || index === 20 ? line.replace('"role": "user"', '"role": "human"') : line));
    await write('fold.jsonl', lines);
    const { document } = await vscode.window.showTextDocument(uriOf('fold.jsonl'));
    await diagnosticsWhen(document.uri, (marks) => codesOf(marks).filter((code) => code === 'message.role.unknown').length === 2);
    const ranges = await vscode.commands.executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri);
    assert.deepEqual(ranges.map(({ start, end }) => [start, end]), [[0, 9], [11, 19], [21, 29]]);
  });
});
