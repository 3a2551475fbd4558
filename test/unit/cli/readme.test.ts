import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../../..');
const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const cli = [quiet, join(root, 'src/cli.ts')];
const lacks = (program: string, ...args: readonly string[]): string | false =>
  spawnSync(program, args).status === 0 ? false : `${program} is not installed`;

/** What a person who follows the README does, with the sample. */
describe('the scripts of the README', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let endEngine = async (): Promise<void> => undefined;
  let examples: readonly { readonly messages: readonly { readonly content: string }[] }[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-readme-'));
    for (const name of ['science.csv', 'science.recipe.json']) {
      await copyFile(join(root, 'media/sample', name), join(folder, name));
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const prepared = spawnSync(process.execPath, [...cli, 'prepare', 'science.recipe.json'], { cwd: folder, encoding: 'utf8' });
    assert.equal(prepared.status, 0, prepared.stderr);
    const lines = (await readFile(join(folder, 'science.train.jsonl'), 'utf8')).trimEnd().split('\n');
    examples = lines.map((line) => JSON.parse(line) as (typeof examples)[number]);

    const engine = spawn(process.execPath, [...cli, 'engine', '--data', join(folder, 'data')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(engine, 'exit');
    endEngine = async () => {
      engine.kill('SIGTERM');
      await ended;
    };
    const [line] = (await once(engine.stdout.setEncoding('utf8'), 'data')) as [string];
    const { baseURL, apiKey } = JSON.parse(line) as { readonly baseURL: string; readonly apiKey: string };
    environment = { ...process.env, BASE_URL: baseURL, API_KEY: apiKey };
  });
  after(async () => {
    await endEngine();
    await rm(folder, { recursive: true, force: true });
  });

  const scriptIn = async (language: string): Promise<string> => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const script = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1];
    return script ?? assert.fail(`the README has no example in ${language}`);
  };
  const run = async (program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> => {
    const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], signal });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [status] = (await once(child, 'close')) as [number];
    assert.equal(status, 0, err);
    return out;
  };

  it('TypeScript: trains on the sample and answers its first question with its own answer', async ({ signal }) => {
    await writeFile(join(folder, 'script.mts'), await scriptIn('ts'));
    const out = await run(process.execPath, ['script.mts'], folder, signal);
    const [first] = examples;
    assert.equal(out.trim(), `${first?.messages[1]?.content} ${first?.messages[2]?.content}`);
  });

  it('curl: trains on a part of the sample and gets the answer to the question in it', { skip: lacks('curl', '--version') || lacks('bash', '--version') }, async ({ signal }) => {
    const script = await scriptIn('bash');
    const asked = examples.find(({ messages }) => script.includes(JSON.stringify(messages[1]?.content)));
    assert.ok(asked && script.includes(JSON.stringify(asked.messages[0]?.content)), 'the question is one of the sample');
    // Fewer examples than the sample, so that the same script is done in seconds.
    const part = [asked, ...examples.filter((example) => example !== asked).slice(0, 11)];
    const place = join(folder, 'curl');
    await mkdir(place);
    await writeFile(join(place, 'science.train.jsonl'), part.map((example) => `${JSON.stringify(example)}\n`).join(''));
    const answer = JSON.parse(await run('bash', ['-e', '-o', 'pipefail', '-c', script], place, signal)) as {
      readonly choices: readonly { readonly message: { readonly content: string } }[];
    };
    assert.equal(answer.choices[0]?.message.content, asked.messages[2]?.content);
  });

  it('Python: is Python', { skip: lacks('python3', '--version') }, async ({ signal }) => {
    await writeFile(join(folder, 'script.py'), await scriptIn('python'));
    await run('python3', ['-c', 'import ast; ast.parse(open("script.py").read())'], folder, signal);
  });
});
