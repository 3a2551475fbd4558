import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { PrepareFailure, PrepareProgress, PrepareSummary } from '../../../src/core/prepare/outcome.ts';
import { realSystem, type System } from '../../../src/disk/files.ts';
import { prepareFailureText, prepareSummaryText } from '../../../src/messages/prepare.ts';
import { runRecipe, type RunContext } from '../../../src/workers/runRecipe.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

const base = {
  version: 1,
  source: { file: 'rows.csv' },
  keepWhere: { notEmpty: ['a'] },
  messages: [
    { role: 'user', content: '{{q}}' },
    { role: 'assistant', content: '{{a}}' },
  ],
  outputs: { training: 'train.jsonl' },
};
const withSplit = {
  ...base,
  validation: { count: 2, seed: 1 },
  outputs: { training: 'train.jsonl', validation: 'validation.jsonl' },
};
const example = (q: string, a: string): string =>
  `{"messages": [{"role": "user", "content": "${q}"}, {"role": "assistant", "content": "${a}"}]}\n`;

async function write(recipe: object, rows: string, source = 'rows.csv'): Promise<void> {
  await writeFile(join(folder, 'r.recipe.json'), JSON.stringify(recipe));
  await writeFile(join(folder, source), rows);
}

const neverAborted = new AbortController().signal;

function run(options: { readonly force?: boolean; readonly keepNew?: boolean } = {}, context: Partial<RunContext> = {}) {
  const { force = false, keepNew = false } = options;
  return runRecipe({ recipePath: join(folder, 'r.recipe.json'), force, keepNew }, { signal: neverAborted, ...context });
}

async function written(...args: Parameters<typeof run>): Promise<PrepareSummary> {
  const result = await run(...args);
  assert.ok(result.kind === 'written', JSON.stringify(result));
  assert.match(prepareSummaryText(result.summary), /\.$/);
  return result.summary;
}

async function failed(...args: Parameters<typeof run>): Promise<PrepareFailure> {
  const result = await run(...args);
  assert.ok(result.kind === 'failed', JSON.stringify(result));
  assert.match(prepareFailureText(result.failure), /\S.*\.$/);
  return result.failure;
}

const content = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const names = async (): Promise<string[]> => (await readdir(folder)).toSorted();
const untouched = ['r.recipe.json', 'rows.csv'];

describe('a run', () => {
  it('writes the rows that are kept, in order, and says what became of the others', async () => {
    await write(base, 'q,a\n1,x\n2,\n1,x\n3,ö\n4,\n');
    const summary = await written();
    const expected = example('1', 'x') + example('3', 'ö');
    assert.equal(await content('train.jsonl'), expected);
    assert.equal(summary.rowsIn, 5);
    assert.equal(summary.kept, 2);
    assert.deepEqual(summary.dropped, [
      { reason: { kind: 'emptyColumn', column: 'a' }, rows: 2 },
      { reason: { kind: 'duplicate' }, rows: 1 },
    ]);
    assert.deepEqual(summary.training, {
      path: join(folder, 'train.jsonl'),
      examples: 2,
      bytes: Buffer.byteLength(expected),
      sha256: createHash('sha256').update(expected).digest('hex'),
      unchanged: false,
    });
    assert.deepEqual(await names(), ['.tunesmith', ...untouched, 'train.jsonl'].toSorted());
  });

  it('deals examples out to training and validation, in order, the same each time', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => index);
    await write(withSplit, `q,a\n${rows.map((row) => `q${row},x\n`).join('')}`);
    const summary = await written();
    assert.deepEqual([summary.training.examples, summary.validation?.examples], [28, 2]);
    const both = [await content('train.jsonl'), await content('validation.jsonl')];
    const numbers = both.map((text) => [...text.matchAll(/"q(\d+)"/g)].map((match) => Number(match[1])));
    for (const side of numbers) assert.deepEqual(side, side.toSorted((a, b) => a - b));
    assert.deepEqual(numbers.flat().toSorted((a, b) => a - b), rows);
    await rm(join(folder, 'train.jsonl'));
    const again = await written();
    assert.equal(again.training.sha256, summary.training.sha256);
    assert.deepEqual([again.training.unchanged, again.validation?.unchanged], [false, true]);
  });

  it('tells about empty messages and a guessed encoding', async () => {
    await writeFile(join(folder, 'r.recipe.json'), JSON.stringify(base));
    await writeFile(join(folder, 'rows.csv'), Buffer.from('q,a\n,x\ncaf\xe9,y\n', 'latin1'));
    assert.deepEqual((await written()).warnings, [
      { kind: 'readAsWindows1252', line: 3 },
      { kind: 'emptyMessages', role: 'user', examples: 1, line: 2 },
    ]);
  });

  it('reports progress up to the last byte', async () => {
    await write(base, `q,a\n${'1,x\n'.repeat(5000)}`);
    const reports: PrepareProgress[] = [];
    await written({}, { onProgress: (progress) => reports.push(progress) });
    assert.deepEqual(reports.at(-1), { rows: 5000, kept: 1, bytesRead: 20_004, totalBytes: 20_004 });
  });

  it('creates folders for its outputs, and takes them back if it fails', async () => {
    await write({ ...base, outputs: { training: 'new/deep/train.jsonl' } }, 'q,a\n1,\n');
    assert.equal((await failed()).kind, 'noExamples');
    assert.deepEqual(await names(), untouched);
    await writeFile(join(folder, 'rows.csv'), 'q,a\n1,x\n');
    await written();
    assert.equal(await content('new/deep/train.jsonl'), example('1', 'x'));
  });
});

describe('a run that cannot be done', () => {
  const cases: readonly [name: string, recipe: object, rows: string, kind: PrepareFailure['kind'], code?: string][] = [
    ['a column that is not there', { ...base, keepWhere: { notEmpty: ['b'] } }, 'q,a\n1,x\n', 'recipe', 'recipe.columnMissing'],
    ['a recipe with an error', { ...base, version: 3 }, 'q,a\n1,x\n', 'recipe', 'recipe.versionUnknown'],
    ['a source that is not there', { ...base, source: { file: 'none.csv' } }, 'q,a\n', 'recipe', 'recipe.sourceMissing'],
    ['a bad row far down', base, `q,a\n${'1,x\n'.repeat(3000)}1,x,y\n`, 'source'],
    ['no rows', base, 'q,a\n', 'noExamples'],
    ['a split that takes all', withSplit, 'q,a\n1,x\n2,x\n', 'validationTakesAll'],
  ];
  for (const [name, recipe, rows, kind, code] of cases) {
    it(`${name}: writes nothing`, async () => {
      await write(recipe, rows);
      const failure = await failed();
      assert.equal(failure.kind, kind);
      if (failure.kind === 'recipe') assert.ok(failure.problems.some((problem) => problem.code === code));
      if (failure.kind === 'source') assert.deepEqual(failure.fault, { kind: 'cellCount', line: 3002, found: 3, expected: 2 });
      assert.deepEqual(await names(), untouched);
    });
  }

  it('a column that no row of JSON ever has, though it might have come later', async () => {
    await write({ ...base, source: { file: 'rows.csv', format: 'jsonl' }, keepWhere: {} }, '{"q":"1"}\n'.repeat(1500));
    const failure = await failed();
    assert.ok(failure.kind === 'recipe');
    assert.deepEqual(failure.problems.map((problem) => problem.code), ['recipe.columnMissing']);
    assert.deepEqual(await names(), untouched);
    await writeFile(join(folder, 'rows.csv'), '{"q":"1"}\n'.repeat(1500) + '{"q":"2","a":"late"}\n');
    assert.equal((await written()).kept, 2);
  });

  it('would overwrite its own source under another name', async () => {
    await write({ ...base, outputs: { training: join(folder, 'rows.csv') } }, 'q,a\n1,x\n');
    const failure = await failed();
    assert.ok(failure.kind === 'recipe');
    assert.equal(await content('rows.csv'), 'q,a\n1,x\n');
  });

  it('is cancelled: leaves nothing behind', async () => {
    await write(withSplit, `q,a\n${Array.from({ length: 20_000 }, (_, row) => `${row},x\n`).join('')}`);
    const controller = new AbortController();
    const result = await run({}, { signal: controller.signal, onProgress: () => controller.abort() });
    assert.deepEqual(result, { kind: 'cancelled' });
    assert.deepEqual(await names(), untouched);
  });

  it('meets a full disk, or one that keeps something else: the old output stays', async () => {
    await write(base, 'q,a\n1,x\n');
    await written();
    const old = await content('train.jsonl');
    await writeFile(join(folder, 'rows.csv'), 'q,a\n2,y\n');
    const before = await names();
    for (const [change, expected] of [
      [() => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })), { kind: 'disk', code: 'ENOSPC', path: join(folder, 'train.jsonl') }],
      [(bytes: Uint8Array) => Promise.resolve(Uint8Array.from(bytes, (byte) => (byte === 0x32 ? 0x33 : byte))), { kind: 'readBack', line: null }],
      [(bytes: Uint8Array) => Promise.resolve(Uint8Array.from(bytes, (byte, at) => (at === 1 ? 0x7d : byte))), { kind: 'readBack', line: 1 }],
    ] as const) {
      const failure = await failed({}, { system: damaging(change) });
      assert.partialDeepStrictEqual(failure, expected);
      assert.equal(await content('train.jsonl'), old);
      assert.deepEqual(await names(), before);
    }
  });
});

describe('a program that holds the old output open', () => {
  it('row 67: costs no run: what was written is kept beside it and named', async () => {
    await write(base, 'q,a\n1,x\n');
    await written();
    const old = await content('train.jsonl');
    await writeFile(join(folder, 'rows.csv'), 'q,a\n2,y\n');
    const held = join(folder, 'train.jsonl');
    const system: System = {
      ...realSystem,
      platform: 'win32',
      rename: (from, to) => (to === held ? Promise.reject(Object.assign(new Error('held'), { code: 'EPERM' })) : realSystem.rename(from, to)),
      sleep: () => Promise.resolve(),
    };
    const failure = await failed({}, { system });
    assert.partialDeepStrictEqual(failure, { kind: 'disk', code: 'EPERM', path: held, keptAt: `${held}.unsaved` });
    assert.match(prepareFailureText(failure), /another program has the file open\. What was written is kept in train\.jsonl\.unsaved\.$/);
    assert.equal(await content('train.jsonl'), old);
    assert.match(await content('train.jsonl.unsaved'), /y/);
  });
});

/** A disk that does something to what is written to training files. */
function damaging(change: (bytes: Uint8Array) => Promise<Uint8Array>): System {
  return {
    ...realSystem,
    async open(path, flags, mode) {
      const file = await realSystem.open(path, flags, mode);
      return new Proxy(file, {
        get(target, key) {
          if (key === 'write') {
            return async (buffer: Uint8Array, offset: number, length: number) => {
              const changed = await change(buffer.subarray(offset, offset + length));
              return target.write(changed, 0, changed.length, null);
            };
          }
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
      });
    },
  };
}

describe('an output that somebody changed', () => {
  beforeEach(async () => {
    await write(base, 'q,a\n1,x\n');
    await written();
    await writeFile(join(folder, 'rows.csv'), 'q,a\n2,y\n');
  });

  it('is replaced by the next run if nobody did', async () => {
    assert.equal((await written()).training.unchanged, false);
    assert.equal(await content('train.jsonl'), example('2', 'y'));
  });

  it('is not overwritten; what would have been written is kept to compare, if asked', async () => {
    await writeFile(join(folder, 'train.jsonl'), 'mine\n');
    const plain = await failed();
    assert.deepEqual(plain, {
      kind: 'outputsChanged',
      outputs: [{ path: join(folder, 'train.jsonl'), newPath: null, writtenBefore: true }],
    });
    const kept = await failed({ keepNew: true });
    const newPath = join(folder, '.tunesmith', 'new', '0', 'train.jsonl');
    assert.ok(kept.kind === 'outputsChanged');
    assert.equal(kept.outputs[0]?.newPath, newPath);
    assert.equal(await readFile(newPath, 'utf8'), example('2', 'y'));
    assert.equal(await content('train.jsonl'), 'mine\n');
  });

  it('is kept apart from another output of the same name in another folder', async () => {
    const outputs = { training: 'train/data.jsonl', validation: 'valid/data.jsonl' };
    await write({ ...base, validation: { count: 1, seed: 7 }, outputs }, 'q,a\n1,x\n2,y\n3,z\n');
    await written();
    for (const name of Object.values(outputs)) await writeFile(join(folder, name), 'mine\n');
    const kept = await failed({ keepNew: true });
    assert.ok(kept.kind === 'outputsChanged');
    const texts = await Promise.all(kept.outputs.map(({ newPath }) => readFile(newPath ?? '', 'utf8')));
    assert.deepEqual(texts.map((text) => text.trimEnd().split('\n').length), [2, 1]);
  });

  it('is not compared, and nothing is written, through a link that leads out of the folder', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'tunesmith-elsewhere-'));
    await mkdir(join(elsewhere, 'new'));
    await writeFile(join(elsewhere, 'new', 'mine.txt'), 'mine');
    await writeFile(join(folder, 'train.jsonl'), 'mine\n');
    await rm(join(folder, '.tunesmith'), { recursive: true });
    await symlink(elsewhere, join(folder, '.tunesmith'), 'junction');
    for (const options of [{ keepNew: true }, { force: true }]) {
      const failure = await failed(options);
      assert.ok(failure.kind === 'disk' && failure.code === 'ELOOP', JSON.stringify(failure));
    }
    assert.deepEqual(await readdir(elsewhere), ['new']);
    assert.equal(await content('train.jsonl'), 'mine\n');

    await rm(join(folder, '.tunesmith'));
    await mkdir(join(folder, '.tunesmith'));
    await symlink(join(elsewhere, 'new'), join(folder, '.tunesmith', 'new'), 'junction');
    assert.equal((await failed({ keepNew: true })).kind, 'outputsChanged');
    assert.deepEqual(await readdir(join(elsewhere, 'new')), ['mine.txt']);
    await rm(elsewhere, { recursive: true });
  });

  it('is overwritten when forced, and known again from then on', async () => {
    await writeFile(join(folder, 'train.jsonl'), 'mine\n');
    await written({ force: true });
    await writeFile(join(folder, 'rows.csv'), 'q,a\n3,z\n');
    await written();
    assert.equal(await content('train.jsonl'), example('3', 'z'));
  });

  it('is asked about too if no run ever wrote it, or nobody remembers', async () => {
    await writeFile(join(folder, '.tunesmith', 'outputs.json'), '{ torn');
    const failure = await failed();
    assert.ok(failure.kind === 'outputsChanged');
    assert.equal(failure.outputs[0]?.writtenBefore, false);
  });

  it('may hold what the run would write anyway', async () => {
    await writeFile(join(folder, 'train.jsonl'), example('2', 'y'));
    assert.equal((await written()).training.unchanged, true);
  });

  it('is still known when a run was killed between two outputs', async () => {
    await write(withSplit, 'q,a\n1,x\n2,y\n3,z\n');
    await written();
    await writeFile(join(folder, 'rows.csv'), 'q,a\n4,x\n5,y\n6,z\n');
    let renames = 0;
    const system: System = {
      ...realSystem,
      async rename(from, to) {
        renames += 1;
        if (renames === 2) throw Object.assign(new Error('killed'), { code: 'EIO' });
        await realSystem.rename(from, to);
      },
    };
    assert.equal((await failed({}, { system })).kind, 'disk');
    const summary = await written();
    assert.equal(summary.training.unchanged, true);
    assert.equal(summary.validation?.unchanged, false);
  });
});
