import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ajv } from 'ajv';
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

const whole = { type: 'integer', minimum: 0 };
const place = {
  type: 'object',
  required: ['artifactLocation', 'region'],
  additionalProperties: false,
  properties: {
    // RFC 3986: a URI reference.
    artifactLocation: { type: 'object', required: ['uri'], additionalProperties: false, properties: { uri: { type: 'string', pattern: String.raw`^[A-Za-z0-9\-._~:/%!$&'()*+,;=@?#]+$` }, index: whole } },
    region: {
      type: 'object',
      required: ['startLine', 'startColumn', 'endLine', 'endColumn'],
      additionalProperties: false,
      properties: Object.fromEntries(['startLine', 'startColumn', 'endLine', 'endColumn'].map((name) => [name, { type: 'integer', minimum: 1 }])),
    },
  },
};
const level = { enum: ['none', 'note', 'warning', 'error'] };
/** What the standard says of the objects and properties that are used here (SARIF 2.1.0 §3); nothing else may stand there. */
const schema = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { const: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['tool', 'results'],
        additionalProperties: false,
        properties: {
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: { type: 'string', minLength: 1 },
                  version: { type: 'string' },
                  semanticVersion: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+` },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: { id: { type: 'string' }, defaultConfiguration: { type: 'object', additionalProperties: false, properties: { level } } },
                    },
                  },
                },
              },
            },
          },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          artifacts: { type: 'array', uniqueItems: true, items: { type: 'object', additionalProperties: false, properties: { location: place.properties.artifactLocation } } },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message', 'ruleId', 'ruleIndex', 'level', 'locations'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: whole,
                level,
                message: { type: 'object', required: ['text'], additionalProperties: false, properties: { text: { type: 'string', minLength: 1 } } },
                locations: { type: 'array', minItems: 1, items: { type: 'object', required: ['physicalLocation'], additionalProperties: false, properties: { physicalLocation: place } } },
                relatedLocations: { type: 'array', minItems: 1, items: { type: 'object', additionalProperties: false, properties: { id: whole, physicalLocation: place } } },
              },
            },
          },
        },
      },
    },
  },
};

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
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  assert.ok(validate(log), JSON.stringify(validate.errors));
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
