import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import OpenAI from 'openai';

const program = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(import.meta.dirname, '../../../src/cli.ts')];

const run = (...args: string[]) => spawnSync(process.execPath, [...program, ...args], { encoding: 'utf8' });

describe('the command line', () => {
  it('tells what it can do, and ends with 2 for what it cannot', () => {
    const help = run('--help');
    assert.equal(help.status, 0);
    for (const command of ['validate', 'prepare', 'tune', 'engine']) {
      assert.match(help.stdout, new RegExp(`^  ${command} `, 'm'));
      const own = run(command, '--help');
      assert.equal(own.status, 0, command);
      assert.match(own.stdout, new RegExp(`tunesmith ${command}`));
    }
    assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
    const unknown = run('tunes');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no command 'tunes'/);
    assert.equal(unknown.stdout, '');
    assert.equal(run().status, 2);
    assert.equal(run('engine', '--port', 'many').status, 2);
    assert.equal(run('engine', 'extra').status, 2);
  });
});

describe('tunesmith engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function start(...args: string[]) {
    const child = spawn(process.execPath, [...program, 'engine', '--data', folder, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
    child.stderr.resume();
    const ended = once(child, 'exit');
    while (!out.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended]);
    return { child, ended, output: () => out, ready: JSON.parse(out) as { baseURL: string; apiKey: string; pid: number } };
  }

  it('prints one line when it is ready, serves, and ends cleanly with SIGTERM', async () => {
    const first = await start();
    assert.deepEqual(Object.keys(first.ready), ['baseURL', 'apiKey', 'pid']);
    assert.equal(first.ready.pid, first.child.pid);
    const client = new OpenAI({ baseURL: first.ready.baseURL, apiKey: first.ready.apiKey, organization: null, project: null });
    assert.equal((await client.models.list()).data[0]?.id, 'tunesmith-tiny');
    const second = run('engine', '--data', folder);
    assert.equal(second.status, 2);
    assert.match(second.stderr, new RegExp(`process ${first.child.pid}`));
    first.child.kill('SIGTERM');
    assert.deepEqual(await first.ended, [0, null]);
    assert.equal(first.output().split('\n').length, 2);
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('engine.')));

    const again = await start('--new-key', '--port', new URL(first.ready.baseURL).port);
    assert.equal(again.ready.baseURL, first.ready.baseURL);
    assert.notEqual(again.ready.apiKey, first.ready.apiKey);
    again.child.kill('SIGINT');
    assert.deepEqual(await again.ended, [0, null]);
  });
});
