import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';
import type { PrepareSummary } from '../../src/core/prepare/outcome.ts';
import { sha256File } from '../../src/disk/files.ts';

suite('prepare', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const recipe = (): vscode.Uri => vscode.Uri.file(at('rows.recipe.json'));
  const text = JSON.stringify(
    {
      version: 1,
      source: { file: 'rows.csv' },
      messages: [
        { role: 'user', content: '{{question}}' },
        { role: 'assistant', content: '{{answer}}' },
      ],
      outputs: { training: 'rows.train.jsonl' },
    },
    null,
    2,
  );

  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-prepare-'));
    await writeFile(at('rows.csv'), 'question,answer\nwhat,that\nwhat,that\nwho,me\n');
    await writeFile(at('rows.recipe.json'), text);
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
  });
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('notifications.clearAll');
    await rm(folder, { recursive: true });
  });

  const run = (): Thenable<PrepareSummary | undefined> =>
    vscode.commands.executeCommand(commandIds.prepareRunRecipe, recipe());

  test('runs a recipe in the worker and tells what it did', async () => {
    const summary = await run();
    assert.equal(summary?.kept, 2);
    assert.deepEqual(summary.dropped, [{ reason: { kind: 'duplicate' }, rows: 1 }]);
    assert.equal(await sha256File(at('rows.train.jsonl')), summary.training.sha256);
  });

  test('saves a recipe before it runs it', async () => {
    const document = await vscode.workspace.openTextDocument(recipe());
    await vscode.window.showTextDocument(document);
    await replace(document, '"{{answer}}"', '"It is {{answer}}."');
    assert.equal((await run())?.kept, 2);
    assert.equal(document.isDirty, false);
    assert.match(await readFile(at('rows.train.jsonl'), 'utf8'), /"It is that\."/);
  });

  test('marks a column that is not there, and follows the recipe and its source', async () => {
    const document = await vscode.workspace.openTextDocument(recipe());
    await vscode.window.showTextDocument(document);
    await replace(document, '{{answer}}', '{{anwser}}');
    const [problem] = await problems(recipe(), (found) => found.length === 1);
    assert.equal(problem?.code, 'recipe.columnMissing');
    assert.equal(document.getText(problem.range), 'anwser');
    assert.match(problem.message, /Did you mean "answer"\?/);
    assert.equal(await vscode.commands.executeCommand(commandIds.prepareValidateRecipe, recipe()), 1);
    await writeFile(at('rows.csv'), 'question,anwser\nwhat,that\n');
    await replace(document, '"version": 1', '"version":  1');
    await problems(recipe(), (found) => found.length === 0);
  });

  test('offers Run and Validate above a recipe', async () => {
    await vscode.window.showTextDocument(recipe());
    const lenses = await until(async () => {
      const all: vscode.CodeLens[] = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', recipe());
      return all.length === 2 ? all : undefined;
    });
    const commands = lenses.map(({ command }) => command?.command);
    assert.deepEqual(commands, [commandIds.prepareRunRecipe, commandIds.prepareValidateRecipe]);
  });

  test('explains the keys of a recipe on hover', async () => {
    const document = await vscode.workspace.openTextDocument(recipe());
    await vscode.window.showTextDocument(document);
    const position = document.positionAt(text.indexOf('"training"') + 3);
    await until(async () => {
      const hovers: vscode.Hover[] = await vscode.commands.executeCommand('vscode.executeHoverProvider', recipe(), position);
      const shown = hovers.flatMap(({ contents }) => contents).map((part) => (typeof part === 'string' ? part : part.value));
      return shown.some((value) => value.includes('training file')) ? true : undefined;
    });
  });

  test('shows the difference to an output that was changed, and leaves it if nobody says otherwise', async () => {
    await run();
    await writeFile(at('rows.train.jsonl'), 'mine\n');
    let done = false;
    const second = Promise.resolve(run()).finally(() => (done = true));
    const isComparison = ({ input }: vscode.Tab): boolean =>
      input instanceof vscode.TabInputTextDiff && input.modified.fsPath === at('rows.train.jsonl');
    const comparisons = (): vscode.Tab[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(isComparison);
    await until(async () => (comparisons().length === 1 ? true : undefined));
    await until(async () => {
      await vscode.commands.executeCommand('notifications.clearAll');
      return done ? true : undefined;
    });
    assert.equal(await second, undefined);
    assert.equal(await readFile(at('rows.train.jsonl'), 'utf8'), 'mine\n');
    assert.equal(comparisons().length, 0);
    assert.equal(existsSync(at('.tunesmith/new')), false);
  });

  test('creates a recipe from the columns of a table, without overwriting one', async () => {
    const creating = vscode.commands.executeCommand(commandIds.prepareCreateRecipe, vscode.Uri.file(at('rows.csv')));
    let done = false;
    const created = Promise.resolve(creating).finally(() => (done = true));
    await until(async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return done ? true : undefined;
    });
    assert.equal(((await created) as vscode.Uri).fsPath, at('rows-2.recipe.json'));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, at('rows-2.recipe.json'));
    assert.match(await readFile(at('rows-2.recipe.json'), 'utf8'), /"content": "\{\{question\}\}"/);
    assert.equal(await readFile(at('rows.recipe.json'), 'utf8'), text);
  });

  test('copies the sample project into a new folder each time', async () => {
    const copy = (): Thenable<vscode.Uri> =>
      vscode.commands.executeCommand(commandIds.prepareOpenSample, vscode.Uri.file(folder));
    const [first, second] = [await copy(), await copy()];
    assert.notEqual(first.fsPath, second.fsPath);
    for (const { fsPath } of [first, second]) assert.ok(existsSync(join(fsPath, 'science.recipe.json')));
  });
});

async function replace(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, from);
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  edit.replace(document.uri, range, to);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

function problems(
  uri: vscode.Uri,
  wanted: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  return until(async () => {
    const found = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Tunesmith');
    return wanted(found) ? found : undefined;
  });
}

/** Asks again until there is an answer; the test's own time limit ends it. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
