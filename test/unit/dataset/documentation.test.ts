import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { severities } from '../../../src/core/dataset/problem.ts';

const page = readFileSync(join(import.meta.dirname, '../../../media/docs/problems.md'), 'utf8');

test('every problem has its paragraph, with the severity it is reported with', () => {
  const documented = [...page.matchAll(/^### (\S+)\n\n\*(\w+)\*/gm)].map(([, code, severity]) => [code, severity]);
  assert.deepEqual(Object.fromEntries(documented), severities);
  assert.equal(documented.length, Object.keys(severities).length);
});
