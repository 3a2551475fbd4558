import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runPrepare } from '../../../src/cli/prepare.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-prepare-cli-'));
  await writeFile(join(folder, 'rows.csv'), 'q,a\n1,x\n2,\n');
  await writeFile(join(folder, 'r.recipe.json'), recipe);
});
afterEach(() => rm(folder, { recursive: true }));

const recipe = `{
  "version": 1,
  "source": { "file": "rows.csv" },
  "keepWhere": { "notEmpty": ["a"] },
  "messages": [
    { "role": "user", "content": "{{q}}" },
    { "role": "assistant", "content": "{{a}}" }
  ],
  "outputs": { "training": "train.jsonl" }
}
`;

async function prepare(...args: readonly string[]) {
  const printed = { out: '', err: '' };
  const { signal } = new AbortController();
  const io = {
    stdout: (text: string) => void (printed.out += text),
    stderr: (text: string) => void (printed.err += text),
    env: {},
    cwd: folder,
    signal,
  };
  return { code: await runPrepare(args, io), ...printed };
}

describe('tunesmith prepare', () => {
  it('writes the file and says what it did', async () => {
    const { code, out, err } = await prepare('r.recipe.json');
    assert.equal(code, 0);
    assert.match(out, /^1 training examples from 2 rows\. Left out: 1 with empty "a"\.\ntrain\.jsonl {2}\d+ bytes/);
    assert.equal(err, '');
  });

  it('prints one JSON document', async () => {
    const { code, out } = await prepare('r.recipe.json', '--json', '--out', 'other.jsonl');
    assert.equal(code, 0);
    const report = JSON.parse(out) as Record<string, unknown>;
    assert.partialDeepStrictEqual(report, {
      rows: 2,
      kept: 1,
      dropped: [{ reason: 'emptyColumn', column: 'a', rows: 1 }],
      training: { path: join(folder, 'other.jsonl'), examples: 1 },
      validation: null,
      error: null,
    });
  });

  it('1: an error in the recipe, at its line and column', async () => {
    await writeFile(join(folder, 'r.recipe.json'), recipe.replace('{{q}}', '{{quest}}'));
    const { code, err } = await prepare('r.recipe.json');
    assert.equal(code, 1);
    assert.match(err, /^r\.recipe\.json:6:37 error recipe\.columnMissing: There is no column "quest"\./);
    const json = await prepare('r.recipe.json', '--json');
    assert.equal(json.err, '');
    const { problems } = JSON.parse(json.out) as { readonly problems: readonly unknown[] };
    assert.partialDeepStrictEqual(problems, [{ code: 'recipe.columnMissing', line: 6, column: 37, endLine: 6, endColumn: 42 }]);
  });

  it('2: what is not there, wrong arguments, a source that cannot be read', async () => {
    assert.equal((await prepare('none.recipe.json')).code, 2);
    for (const args of [[], ['a', 'b'], ['r.recipe.json', '--wat']]) {
      const { code, err } = await prepare(...args);
      assert.equal(code, 2);
      assert.match(err, /tunesmith prepare --help/);
    }
    await writeFile(join(folder, 'rows.csv'), 'q,a\n1\n');
    assert.match((await prepare('r.recipe.json')).err, /line 2 has 1 cells/);
    await rm(join(folder, 'rows.csv'));
    assert.equal((await prepare('r.recipe.json')).code, 2);
  });

  it('2: an output that was changed, unless forced', async () => {
    await writeFile(join(folder, 'train.jsonl'), 'mine');
    const { code, err } = await prepare('r.recipe.json');
    assert.equal(code, 2);
    assert.match(err, /--force/);
    assert.equal(await readFile(join(folder, 'train.jsonl'), 'utf8'), 'mine');
    assert.equal((await prepare('r.recipe.json', '--force')).code, 0);
    assert.match(await readFile(join(folder, 'train.jsonl'), 'utf8'), /^\{"messages": \[/);
  });
});
