import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

/** Rows of the checklist of faults (bad requests, lost disks, hostile data, …) that must have a test. */
const rows = 103;
const required = [...range(1, 78), ...range(86, 96), ...range(98, 103)];

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Numbers of rows in the titles of tests below `test/`. */
function rowsInTitles(): ReadonlySet<number> {
  const folder = join(import.meta.dirname, '../..');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  const titles = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/\b(?:it|test)\(\s*(['"`])(.*?)\1,/g)].map((match) => match[2] ?? ''),
  );
  return new Set(titles.flatMap((title) => [...title.matchAll(/\brow (\d+)\b/g)].map((match) => Number(match[1]))));
}

it('every row of the checklist that what is built must pass has a test with its number', (test) => {
  const tested = rowsInTitles();
  const missing = range(1, rows).filter((row) => !tested.has(row));
  test.diagnostic(`${rows - missing.length} of ${rows} rows of the checklist have a test; not yet: ${missing.join(' ') || 'none'}`);
  assert.deepEqual(missing.filter((row) => required.includes(row)), []);
  assert.deepEqual([...tested].filter((row) => row < 1 || row > rows), []);
});
