import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatasetStream } from '../../../src/core/dataset/stream.ts';

type Snippet = { readonly prefix: readonly string[]; readonly body: readonly string[] };

const path = join(import.meta.dirname, '../../../media/snippets/examples.json');
const snippets = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Snippet>>;

/** What the editor inserts if every suggestion is kept. */
function inserted({ body }: Snippet): string {
  return body
    .join('\n')
    .replace(/\$\{\d+:((?:[^}\\]|\\.)*)\}|\$\d+/g, (_all, text: string | undefined) => text ?? '')
    .replace(/\\([\\$}])/g, '$1');
}

const formats: Readonly<Record<string, string>> = {
  'Chat example': 'chat',
  'Chat example of two turns': 'chat',
  'Preference pair': 'preference',
  'Reinforcement example': 'reinforcement',
  'Tool call example': 'chat',
};

test('each snippet is one line that is a valid example of its format', () => {
  assert.deepEqual(Object.keys(snippets), Object.keys(formats));
  for (const [name, snippet] of Object.entries(snippets)) {
    const line = inserted(snippet);
    const stream = new DatasetStream(10);
    const check = stream.push(line);
    assert.deepEqual(check.problems, [], line);
    assert.equal(check.format, formats[name], line);
    assert.deepEqual(check.as[check.format ?? 'chat'] ?? [], [], line);
  }
});
