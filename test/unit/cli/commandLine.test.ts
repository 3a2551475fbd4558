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
      assert.match(own.stdout, /^ {2,}--\w+/m, 'every option is explained');
      assert.match(own.stdout, /Exit codes/);
      assert.equal(run(command, '-h').stdout, own.stdout);
    }
    assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
    const unknown = run('tunes');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no command 'tunes'/);
    assert.equal(unknown.stdout, '');
    assert.equal(run().status, 2);
    for (const [args, sentence] of [
      [['engine', '--port', 'many'], '--port must be a whole number from 0 to 65535.'],
      [['engine', '--port', '65536'], '--port must be a whole number from 0 to 65535.'],
      [['engine', 'extra'], "'extra' is one argument too many."],
      [['engine', '--data'], "The option '--data' needs a value."],
      [['tune'], 'Name one training file, or one job file.'],
      [['validate'], 'Name at least one file.'],
      [['prepare', '--nonsense'], "There is no option '--nonsense'."],
    ] as const) {
      const wrong = run(...args);
      assert.equal(wrong.status, 2);
      assert.equal(wrong.stderr, `${sentence}\nRun 'tunesmith ${args[0]} --help' to see how it is used.\n`);
      assert.equal(wrong.stdout, '');
    }
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
    assert.match(second.stderr, new RegExp(`process ${first.child.pid}.* Use that one, end it, or choose another folder with --data\\.`));
    const elsewhere = join(folder, 'elsewhere');
    const taken = run('engine', '--data', elsewhere, '--port', new URL(first.ready.baseURL).port);
    assert.equal(taken.status, 2);
    assert.match(taken.stderr, /^Port \d+ is taken\. Choose another one, or leave --port out\.$/m);
    const file = run('engine', '--data', join(import.meta.dirname, 'commandLine.test.ts'));
    assert.equal(file.status, 2);
    assert.match(file.stderr, /cannot use its data folder .*there is a file of that name\. Mend that/);
    first.child.kill('SIGTERM');
    assert.deepEqual(await first.ended, [0, null]);
    assert.equal(first.output().split('\n').length, 2);
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('engine.')), 'no address and no socket stay');

    const again = await start('--new-key', '--port', new URL(first.ready.baseURL).port);
    assert.equal(again.ready.baseURL, first.ready.baseURL);
    assert.notEqual(again.ready.apiKey, first.ready.apiKey);
    again.child.kill('SIGINT');
    assert.deepEqual(await again.ended, [0, null]);
  });
});
