import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemCodes, rules } from '../../../src/core/dataset/problem.ts';

const page = readFileSync(join(import.meta.dirname, '../../../media/docs/problems.md'), 'utf8');

test('every rule has its paragraph, with its severity, and says if it rests on hearsay', () => {
  const documented = [...page.matchAll(/^### (\S+)\n\n\*(\w+)\*(, hearsay)? ·/gm)].map(
    ([, code, severity, hearsay]) => [code, { severity, hearsay: hearsay !== undefined }] as const,
  );
  const expected = problemCodes.map((code) => {
    const { severity, evidence } = rules[code];
    return [code, { severity, hearsay: evidence === 'hearsay' }] as const;
  });
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(expected));
  assert.equal(documented.length, expected.length, 'no paragraph twice');
});

test('a rule that rests on hearsay is no error by default', () => {
  assert.deepEqual(problemCodes.filter((code) => rules[code].evidence === 'hearsay' && rules[code].severity === 'error'), []);
});
