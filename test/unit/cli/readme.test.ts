import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../../..');
const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const cli = [quiet, join(root, 'src/cli.ts')];

/** What a person who follows the README does, with the sample and the plain `openai` SDK. */
describe('the script of the README', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-readme-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('trains on the sample and answers its first question with its own answer', async () => {
    for (const name of ['science.csv', 'science.recipe.json']) {
      await copyFile(join(root, 'media/sample', name), join(folder, name));
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const script = /```ts\n(.*?)```/s.exec(readme)?.[1];
    assert.ok(script, 'the README has a TypeScript example');
    await writeFile(join(folder, 'script.mts'), script);
    const prepared = spawnSync(process.execPath, [...cli, 'prepare', 'science.recipe.json'], { cwd: folder, encoding: 'utf8' });
    assert.equal(prepared.status, 0, prepared.stderr);

    const engine = spawn(process.execPath, [...cli, 'engine', '--data', join(folder, 'data')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(engine, 'exit');
    try {
      const [line] = (await once(engine.stdout.setEncoding('utf8'), 'data')) as [string];
      const { baseURL, apiKey } = JSON.parse(line) as { readonly baseURL: string; readonly apiKey: string };
      const env = { ...process.env, BASE_URL: baseURL, API_KEY: apiKey };
      const run = spawn(process.execPath, ['script.mts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      run.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      run.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      const [status] = (await once(run, 'exit')) as [number];
      assert.equal(status, 0, err);
      const first = (await readFile(join(folder, 'science.train.jsonl'), 'utf8')).split('\n')[0] ?? '';
      const { messages } = JSON.parse(first) as { readonly messages: readonly { readonly content: string }[] };
      assert.equal(out.trim(), `${messages[1]?.content} ${messages[2]?.content}`);
    } finally {
      engine.kill('SIGTERM');
      await ended;
    }
  });
});
