import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const names = ['tunesmith_list_jobs', 'tunesmith_read_metrics', 'tunesmith_validate_dataset', 'tunesmith_create_job'];

async function invoke(name: string, input: object): Promise<string> {
  const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

suite('tools for language models', () => {
  test('are there, each with what it takes', async () => {
    await vscode.extensions.getExtension('tunesmith.tunesmith')?.activate();
    const tools = vscode.lm.tools.filter(({ name }) => names.includes(name));
    assert.deepEqual(tools.map(({ name }) => name).sort(), [...names].sort());
    for (const { inputSchema, description } of tools) {
      assert.ok(inputSchema !== undefined && description.length > 40);
    }
  });

  test('a dataset is validated with lines and messages; a file outside of the folder is not', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const file = vscode.Uri.joinPath(folder, 'tool.jsonl');
    const good = JSON.stringify({ messages: [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }] });
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(`${good}\n{"messages": [}\n`));
    try {
      const told = JSON.parse(await invoke('tunesmith_validate_dataset', { file: 'tool.jsonl' })) as { examples: number; errors: number; problems: { line: number; message: string }[] };
      assert.ok(told.errors > 0);
      assert.ok(told.problems.some(({ line, message }) => line === 2 && message.length > 10));
      await assert.rejects(invoke('tunesmith_validate_dataset', { file: '../../etc/passwd' }));
    } finally {
      await vscode.workspace.fs.delete(file);
    }
  });

  test('jobs are listed, and what is not there is said in a sentence', async () => {
    const told = JSON.parse(await invoke('tunesmith_list_jobs', {})) as { connection: string; jobs: unknown[] };
    assert.equal(told.connection, 'local');
    assert.ok(Array.isArray(told.jobs));
    await assert.rejects(invoke('tunesmith_list_jobs', { connection: 'nowhere' }), /no connection "nowhere"/);
    await assert.rejects(invoke('tunesmith_read_metrics', { job: 'ftjob-none' }), /no job ftjob-none/);
  });
});
