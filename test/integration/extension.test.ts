import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds } from '../../src/contributions.ts';

suite('extension', () => {
  const extension = vscode.extensions.getExtension('tunesmith.tunesmith');

  test('is installed and activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test('evaluates neither the wire client nor the tokenizer to activate', async () => {
    assert.ok(extension);
    const { activationMilliseconds } = (await extension.activate()) as { readonly activationMilliseconds: number };
    const loaded = Object.keys(require.cache).filter((path) => path.includes('dist'));
    assert.ok(loaded.some((path) => path.endsWith('extension.js')), 'the cache is the one of the extension host');
    assert.deepEqual(loaded.filter((path) => /(?:api|tokens)\.js$/.test(path)), []);
    console.log(`activate() took ${activationMilliseconds.toFixed(1)} ms`);
  });

  test('registers every command that it contributes', async () => {
    await extension?.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = Object.values(commandIds).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
