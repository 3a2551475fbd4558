import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import Ajv04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { runValidate } from '../../../src/cli/validate.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';

const folder = mkdtempSync(join(tmpdir(), 'sarif-'));
after(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const exit = await runValidate(args, {
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  });
  return { exit, out, err };
}

function write(name: string, lines: readonly string[]): string {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return name;
}

/** The official schema of SARIF 2.1.0, which allows nothing that it does not name. */
const ajv = new Ajv04({ allErrors: true });
addFormats.default(ajv);
const isSarif = ajv.compile(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/sarif/sarif-schema-2.1.0.json'), 'utf8')) as object);

type Log = {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly index: number }; readonly region: object } }[];
      readonly relatedLocations?: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
    }[];
  }[];
};

test('--sarif prints a valid SARIF 2.1.0 log, and nothing of what is secret', async () => {
  const training = write('train.jsonl', [...chatLines(60), chatLine('Write to whom?', 'jane.doe@acme.org')]);
  const broken = write('has space ü.jsonl', [...chatLines(12), '{"messages": [', chatLine('Mail', 'jane.doe@acme.org')]);
  const { exit, out, err } = await run(broken, training, '--sarif', '--against', training);
  assert.equal(err, '');
  assert.equal(exit, 1);
  assert.doesNotMatch(out, /jane\.doe/);
  const log = JSON.parse(out) as Log;
  assert.ok(isSarif(log), JSON.stringify(isSarif.errors));
  const [only] = log.runs;
  assert.ok(only);
  for (const { ruleId, ruleIndex, locations } of only.results) {
    assert.equal(only.tool.driver.rules[ruleIndex]?.id, ruleId);
    const { uri, index } = locations[0]?.physicalLocation.artifactLocation ?? { uri: '', index: -1 };
    assert.equal(only.artifacts[index]?.location.uri, uri);
  }
  const found = only.results.find(({ ruleId }) => ruleId === 'json.unclosed');
  assert.deepEqual(found?.locations[0]?.physicalLocation.artifactLocation, { uri: 'has%20space%20%C3%BC.jsonl', index: 0 });
  assert.deepEqual(found?.locations[0]?.physicalLocation.region, { startLine: 13, startColumn: 14, endLine: 13, endColumn: 15 });
  const leak = only.results.find(({ ruleId }) => ruleId === 'corpus.leak.same');
  assert.equal(leak?.relatedLocations?.[0]?.physicalLocation.artifactLocation.uri, 'train.jsonl');
  assert.equal(leak?.level, 'warning');
});

test('a log of no problems and of files named by their whole path is valid; one that differs from the standard is not', async () => {
  const [good, bad] = [join(folder, write('good file.jsonl', chatLines(60))), join(folder, write('bad.jsonl', ['{"messages": [']))];
  const logOf = async (...files: readonly string[]): Promise<Log> => JSON.parse((await run(...files, '--sarif')).out) as Log;
  const clean = await logOf(good);
  assert.deepEqual(clean.runs[0]?.results, []);
  assert.equal(clean.runs[0]?.artifacts[0]?.location.uri, pathToFileURL(good).href);
  assert.ok(isSarif(clean), JSON.stringify(isSarif.errors));
  const text = JSON.stringify(await logOf(good, bad));
  assert.ok(isSarif(JSON.parse(text)), JSON.stringify(isSarif.errors));
  for (const [from, to] of [
    ['"version":"2.1.0"', '"version":"2.2.0"'],
    ['"level":"error"', '"level":"fatal"'],
    ['"startLine":1', '"startLine":0'],
    ['"columnKind":"utf16CodeUnits"', '"columnKind":"bytes"'],
    ['"ruleIndex":', '"rule":'],
    ['"message":{"text":', '"message":{"words":'],
    ['"uri":"file:', '"uri":"not a reference:'],
  ] as const) {
    assert.ok(text.includes(from), from);
    assert.ok(!isSarif(JSON.parse(text.replace(from, to))), to);
  }
});

test('--against tells what the training file gives away; the exit code says if it could run', async () => {
  const training = write('a.train.jsonl', chatLines(60));
  const validation = write('a.validation.jsonl', [chatLine('Question 3?', 'Answer 3.'), chatLine('New?', 'Yes.')]);
  const { exit, out } = await run(validation, '--against', training);
  assert.equal(exit, 0);
  assert.match(out, /^a\.validation\.jsonl:1:2: warning corpus\.leak\.same: .*a\.train\.jsonl, line 4/m);
  const missing = await run(validation, '--against', 'nowhere.jsonl', '--json');
  assert.equal(missing.exit, 2);
  assert.match(missing.err, /nowhere\.jsonl: There is no such file/);
  assert.equal((await run(validation, '--json', '--sarif')).exit, 2);
});

test('the allow-list of the current folder counts', async () => {
  const file = write('mail.jsonl', [...chatLines(60), chatLine('Mail', 'jane.doe@acme.org')]);
  assert.match((await run(file)).out, /safety\.personal\.email/);
  mkdirSync(join(folder, '.tunesmith'));
  writeFileSync(join(folder, '.tunesmith/allow.txt'), '# ours\njane.doe@acme.org\n');
  assert.doesNotMatch((await run(file)).out, /safety/);
});
