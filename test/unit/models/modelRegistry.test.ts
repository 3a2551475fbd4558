import { parse } from 'jsonc-parser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerModel, type RegisteredModel } from '../../../src/core/models/modelRegistry.ts';

const entry: RegisteredModel = {
  model: 'ft:base:acme::1',
  connection: 'OpenAI',
  job: 'ftjob-1',
  baseModel: 'base',
  dataset: { file: 'data/train.jsonl', sha256: 'ab' },
  date: '2026-11-28T00:00:00.000Z',
};

function written(text: string | undefined, model: RegisteredModel = entry): string {
  const result = registerModel(text, model);
  assert.ok('text' in result);
  return result.text;
}

test('a new file holds the model, and a second one is added after it', () => {
  const first = written(undefined);
  assert.deepEqual(JSON.parse(first), { version: 1, models: [entry] });
  const second = written(first, { ...entry, model: 'other' });
  assert.deepEqual((JSON.parse(second) as { models: unknown[] }).models, [entry, { ...entry, model: 'other' }]);
  assert.equal(written(second), second, 'once is enough');
});

test('what a person wrote stays', () => {
  const text = `{
  // ours
  "version": 1,
  "owner": "Ada",
  "models": [
    { "model": "ft:base:acme::1", "connection": "OpenAI", "baseModel": "base, tuned by hand", "note": "good one" },
  ],
}
`;
  const merged = written(text);
  assert.ok(merged.includes('// ours') && merged.includes('"owner": "Ada"'));
  const [model] = (parse(merged, [], { allowTrailingComma: true }) as { models: Record<string, unknown>[] }).models;
  assert.deepEqual(model, { ...entry, baseModel: 'base, tuned by hand', note: 'good one' });
});

test('a file with Windows line ends keeps them', () => {
  const text = written(undefined).replaceAll('\n', '\r\n');
  assert.doesNotMatch(written(text, { ...entry, model: 'other' }), /[^\r]\n/);
});

test('a file that is none of ours is left alone', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{ "models": [', 'notJson'],
    ['[]', 'notRegistry'],
    ['{ "models": {} }', 'notRegistry'],
    ['{ "version": 2, "models": [] }', 'laterVersion'],
  ];
  for (const [text, fault] of cases) assert.deepEqual(registerModel(text, entry), { fault });
});
