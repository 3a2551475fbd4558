import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runValidate } from '../../../src/cli/validate.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';

const folder = mkdtempSync(join(tmpdir(), 'validate-'));
after(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const { signal } = new AbortController();
  const exit = await runValidate(args, {
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
    env: {},
    cwd: folder,
    signal,
  });
  return { exit, out, err };
}

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

test('a valid file gives its numbers and exit code 0', async () => {
  const { exit, out, err } = await run(write('good.jsonl', `${chatLines(60).join('\n')}\n`), '--json');
  assert.equal(exit, 0);
  assert.equal(err, '');
  const { files } = JSON.parse(out) as { files: Record<string, unknown>[] };
  assert.deepEqual(Object.keys(files[0] ?? {}), ['file', 'format', 'examples', 'tokens', 'problems']);
  const { tokens, ...rest } = files[0] ?? {};
  assert.deepEqual(rest, { file: 'good.jsonl', format: 'chat', examples: 60, problems: [] });
  assert.ok(typeof tokens === 'number' && tokens > 60 * 20);
});

test('an example longer than the training context is told at its line', async () => {
  const lines = chatLines(60);
  lines[7] = chatLine('q', 'word '.repeat(66_000).trim());
  const { exit, out } = await run(write('long.jsonl', `\n${lines.join('\n')}\n`), '--json');
  assert.equal(exit, 0);
  const { files } = JSON.parse(out) as { files: { problems: { code: string; line: number }[] }[] };
  assert.deepEqual(files[0]?.problems.map(({ code, line }) => [code, line]), [['line.blank', 1], ['corpus.length.outlier', 9], ['example.tokens.truncated', 9]]);
});

test('a grader that names a missing field is an error, and one that cannot be read ends the command', async () => {
  const lines = Array.from({ length: 12 }, (_, index) => `{"messages": [{"role": "user", "content": "q${index}"}], "target": ${index}}`);
  const file = write('rft.jsonl', `${lines.join('\n')}\n`);
  assert.equal((await run(file, '--grader', write('good.json', '{"reference": "{{item.target}}"}'))).exit, 0);
  const missing = await run(file, '--grader', write('bad.json', '{"reference": "{{item.answer}}"}'), '--json');
  assert.equal(missing.exit, 1);
  assert.match(missing.out, /file\.reinforcement\.graderField/);
  await assert.rejects(run(file, '--grader', 'none.json'), /none\.json cannot be read/);
});

test('places count from 1, in UTF-16 units, with exclusive ends', async () => {
  const lines = chatLines(60);
  lines[3] = chatLine('😀').replace('"role": "user"', '"role": "human"').replace('"content": "Answer', '"content": "😀 Answer');
  const { exit, out } = await run(write('places.jsonl', lines.join('\r\n')), '--json');
  assert.equal(exit, 1);
  const { files } = JSON.parse(out) as { files: { problems: Record<string, unknown>[] }[] };
  const { message, ...problem } = files[0]?.problems.find(({ code }) => code !== 'file.crlf') ?? {};
  const column = (lines[3] ?? '').indexOf('"human"') + 1;
  assert.deepEqual(problem, {
    code: 'message.role.unknown',
    severity: 'error',
    line: 4,
    column,
    endLine: 4,
    endColumn: column + '"human"'.length,
  });
  assert.equal(message, '"human" is not a role. Did you mean "user"?');
});

test('the text output is one line per problem and one per file', async () => {
  const { exit, out } = await run(write('text.jsonl', `${chatLines(60).join('\n')}\n{"messages": []}\n`));
  assert.equal(exit, 1);
  const [, problem, summary] = out.split('\n');
  assert.match(problem ?? '', /^text\.jsonl:61:14: error example\.messages\.empty: /);
  assert.match(summary ?? '', /^text\.jsonl: 61 examples, format chat, \d+ tokens, 1 error, 0 warnings$/);
});

test('2 beats 1, and the readable files are still reported', async () => {
  write('bad.jsonl', '{}\n');
  const { exit, out, err } = await run('bad.jsonl', 'absent.jsonl', '.', '--json');
  assert.equal(exit, 2);
  assert.match(err, /absent\.jsonl: There is no such file\./);
  assert.match(err, /\.: This is not a file\./);
  assert.equal((JSON.parse(out) as { files: unknown[] }).files.length, 1);
});

test('a recipe beside a file says that it is measured on, whatever its name tells', async () => {
  const recipe = { version: 1, source: { file: 'rows.csv' }, messages: [{ role: 'user', content: '{q}' }, { role: 'assistant', content: '{a}' }], validation: { fraction: 0.1 }, outputs: { training: 'learned.jsonl', validation: './measured.jsonl' } };
  write('a.recipe.json', '{"version": ');
  write('b.recipe.json', JSON.stringify(recipe));
  const codes = async (name: string): Promise<readonly string[]> => {
    const { out } = await run(write(name, `${chatLines(5).join('\n')}\n`), '--json');
    return (JSON.parse(out) as { files: { problems: { code: string }[] }[] }).files[0]?.problems.map(({ code }) => code) ?? [];
  };
  assert.deepEqual(await codes('measured.jsonl'), []);
  assert.deepEqual(await codes('learned.jsonl'), ['file.tooFewExamples']);
  assert.deepEqual(await codes('other.jsonl'), ['file.tooFewExamples']);
  assert.deepEqual(await codes('other.dev.jsonl'), []);
});

test('wrong arguments are refused', async () => {
  for (const args of [[], ['a.jsonl', '--provider', 'nobody'], ['a.jsonl', '--method', 'magic'], ['a.jsonl', '--unknown']]) {
    const { exit, out, err } = await run(...args);
    assert.equal(exit, 2, args.join(' '));
    assert.equal(out, '');
    assert.match(err, /tunesmith validate --help/);
  }
});

test('the provider, the method and the model matter', async () => {
  const file = write('local.jsonl', chatLines(60).join('\n'));
  const report = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    (JSON.parse((await run(file, '--json', ...args)).out) as { files: Record<string, unknown>[] }).files[0] ?? {};
  assert.equal((await report('--provider', 'local'))['tokens'], null);
  assert.equal((await report('--model', 'tunesmith-tiny'))['tokens'], null);
  assert.deepEqual(((await report('--provider', 'azure'))['problems'] as { code: string }[]).map(({ code }) => code), ['file.bomMissing']);
  assert.deepEqual(((await report('--method', 'dpo'))['problems'] as { code: string }[]).map(({ code }) => code), ['file.format.method']);
});

test('an interrupted run says so', async () => {
  const file = write('stopped.jsonl', chatLines(60).join('\n'));
  const controller = new AbortController();
  controller.abort();
  let err = '';
  const exit = await runValidate([file], { stdout: () => {}, stderr: (text) => (err += text), env: {}, cwd: folder, signal: controller.signal });
  assert.equal(exit, 2);
  assert.equal(err, 'Stopped.\n');
});

test('no more than ten thousand problems are listed, and the rest is counted', async () => {
  const { out, exit } = await run(write('many.jsonl', '{"messages": []}\n'.repeat(12_000)), '--json');
  assert.equal(exit, 1);
  const { problems } = (JSON.parse(out) as { files: { problems: { code: string; message: string }[] }[] }).files[0] ?? { problems: [] };
  assert.equal(problems.length, 10_001);
  assert.match(problems.at(-1)?.message ?? '', /13999 more/);
});
