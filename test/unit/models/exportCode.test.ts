import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { codeLanguages, exportCode, type CodeFacts } from '../../../src/core/models/exportCode.ts';
import { json, Loopback } from '../api/loopback.ts';

/** What would break out of a string, a shell word or a line. */
const awkward = `It's "quoted" \\ $HOME \`id\` #{x} \u2028 \n日本 '; exit 1; '`;

const facts: Omit<CodeFacts, 'baseURL'> = { model: "ft:base:acme:o'neil:1", system: awkward, question: awkward, keyVariable: 'FAKE_KEY' };

for (const language of codeLanguages) {
  test(`the ${language} program asks the model as it was trained`, async (context) => {
    await using loopback = await Loopback.listen(json(200, { choices: [{ index: 0, message: { role: 'assistant', content: 'Fine.' } }] }));
    const code = exportCode(language, { ...facts, baseURL: loopback.baseURL });
    assert.doesNotMatch(code, /sk-secret/);
    const output = await run(context, language, code);
    if (output === undefined) return;
    assert.match(output, /Fine\./);
    const seen = loopback.last;
    assert.equal(seen.headers['authorization'], 'Bearer sk-secret');
    assert.deepEqual(JSON.parse(seen.body.toString('utf8')), {
      model: facts.model,
      messages: [
        { role: 'system', content: awkward },
        { role: 'user', content: awkward },
      ],
      temperature: 0,
    });
  });
}

test('without a system prompt none is sent', () => {
  for (const language of codeLanguages) {
    assert.doesNotMatch(exportCode(language, { ...facts, system: '', baseURL: 'http://127.0.0.1/v1' }), /system/);
  }
});

/** Runs the program; undefined, and skipped, where this machine has nothing to run it with. */
async function run(context: TestContext, language: string, code: string): Promise<string | undefined> {
  // Beside the packages of this repository, which is where the program looks for its client.
  const output = join(import.meta.dirname, '../../../out');
  await mkdir(output, { recursive: true });
  const folder = await mkdtemp(join(output, 'code-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const [name, command, ...args] = programs[language] ?? ['', ''];
  const file = join(folder, name ?? '');
  await writeFile(file, code);
  await writeFile(join(folder, 'openai.py'), pythonClient);
  const outcome = await start(command ?? '', [...args, file]);
  if (outcome.code === 'ENOENT') {
    context.skip(`${command} is not here`);
    return undefined;
  }
  assert.equal(outcome.code, 0, outcome.error);
  return outcome.output;
}

/** Stands in for Python's client, as far as the program uses it. */
const pythonClient = `import json, urllib.request
from types import SimpleNamespace as Space

class OpenAI:
    def __init__(self, base_url, api_key):
        def create(**body):
            headers = {"Authorization": "Bearer " + api_key, "Content-Type": "application/json"}
            request = urllib.request.Request(base_url + "/chat/completions", json.dumps(body).encode(), headers)
            return json.load(urllib.request.urlopen(request), object_hook=lambda fields: Space(**fields))
        self.chat = Space(completions=Space(create=create))
`;

const programs: Readonly<Record<string, readonly string[]>> = {
  typescript: ['ask.mts', process.execPath],
  python: ['ask.py', 'python3'],
  curl: ['ask.sh', 'sh'],
};

function start(command: string, args: readonly string[]) {
  return new Promise<{ readonly code: unknown; readonly output: string; readonly error: string }>((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, FAKE_KEY: 'sk-secret' } });
    let [output, error] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')));
    child.stderr.on('data', (data: Buffer) => (error += data.toString('utf8')));
    child.on('error', (reason) => resolve({ code: (reason as NodeJS.ErrnoException).code, output, error }));
    child.on('close', (code) => resolve({ code: code === 127 ? 'ENOENT' : code, output, error }));
  });
}
