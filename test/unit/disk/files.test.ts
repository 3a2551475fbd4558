import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import * as files from '../../../src/disk/files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('lines', () => {
  const cases: readonly [name: string, text: string, lines: readonly string[]][] = [
    ['an empty file has none', '', []],
    ['a final line feed ends the last one', 'a\nb\n', ['a', 'b']],
    ['text after the last line feed is one', 'a\nb', ['a', 'b']],
    ['CRLF is taken off, CR inside is kept', 'a\r\nb\rc\r\n', ['a', 'b\rc']],
    ['blank lines count', '\n\nx', ['', '', 'x']],
    ['separators of Unicode end no line', 'a\u2028b\u0085c', ['a\u2028b\u0085c']],
    ['a byte order mark is kept', '\uFEFFa\n', ['\uFEFFa']],
  ];
  for (const [name, text, expected] of cases) {
    it(name, async () => {
      const bytes = Buffer.from(text);
      for (const size of [1, 2, 3, 1000]) {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        }
        const lines = await collect(files.splitLines(chunks()));
        assert.deepEqual(lines.map((line) => line.text), expected);
        assert.deepEqual(lines.map((line) => line.number), expected.map((_, index) => index + 1));
        for (const line of lines) {
          const begin = bytes.subarray(line.offset).toString('utf8');
          assert.ok(begin.startsWith(line.text));
          assert.ok(line.validUtf8);
        }
      }
    });
  }

  it('say which one is no UTF-8, and refuse one that is too long', async () => {
    const path = join(folder, 'latin1');
    await writeFile(path, Buffer.from('ok\ncaf\xe9\nend', 'latin1'));
    const lines = await collect(files.readLines(path));
    assert.deepEqual(lines.map(({ validUtf8 }) => validUtf8), [true, false, true]);
    assert.equal(lines[1]?.text, 'caf\uFFFD');
    await assert.rejects(collect(files.readLines(path, { maxLineBytes: 3 })), { name: 'LineTooLongError', line: 2 });
  });
});

describe('reading', () => {
  it('a range of chunks, a whole file, a bounded file', async () => {
    const path = join(folder, 'a');
    await writeFile(path, 'abcdefghij');
    const chunks = await collect(files.readChunks(path, undefined, { start: 2, end: 9, chunkBytes: 3 }));
    assert.deepEqual(chunks.map((chunk) => Buffer.from(chunk).toString()), ['cde', 'fgh', 'i']);
    assert.equal(await files.readText(path), 'abcdefghij');
    await assert.rejects(files.readText(path, { maxBytes: 9 }), { name: 'FileTooLargeError' });
    assert.equal((await files.readBytes(path, { maxBytes: 10 })).length, 10);
    assert.equal(await files.sha256File(path), createHash('sha256').update('abcdefghij').digest('hex'));
  });

  it('stops when cancelled', async () => {
    const path = join(folder, 'a');
    await writeFile(path, 'abcdefghij');
    const controller = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const chunk of files.readChunks(path, controller.signal, { chunkBytes: 1 })) {
        if (chunk[0] === 'c'.charCodeAt(0)) controller.abort();
      }
    };
    await assert.rejects(reading(), { name: 'AbortError' });
  });
});

describe('folders', () => {
  it('are made with those above, told, and taken back as far as they are empty', async () => {
    const deep = join(folder, 'a', 'b', 'c');
    assert.equal(await files.makeFolder(deep), join(folder, 'a'));
    assert.equal(await files.makeFolder(deep), undefined);
    await writeFile(join(folder, 'a', 'kept'), '');
    await files.removeEmptyFolders(deep, join(folder, 'a'));
    assert.deepEqual(await readdir(join(folder, 'a')), ['kept']);
  });

  it('are listed by name; an absent one is empty', async () => {
    await writeFile(join(folder, 'b'), '12');
    await mkdir(join(folder, 'a'));
    const entries = await files.listFolder(folder);
    assert.deepEqual(entries.map(({ name, kind }) => [name, kind]), [['a', 'folder'], ['b', 'file']]);
    assert.deepEqual(await files.listFolder(join(folder, 'nowhere')), []);
    assert.equal(await files.stat(join(folder, 'b', 'below a file')), undefined);
  });

  it('are copied whole, or not at all if a file is there already', async () => {
    await mkdir(join(folder, 'from', 'sub'), { recursive: true });
    await writeFile(join(folder, 'from', 'a'), 'A');
    await writeFile(join(folder, 'from', 'sub', 'b'), 'B');
    await files.copyTree(join(folder, 'from'), join(folder, 'to'));
    assert.equal(await readFile(join(folder, 'to', 'sub', 'b'), 'utf8'), 'B');
    await writeFile(join(folder, 'from', 'A2'), 'new');
    await assert.rejects(files.copyTree(join(folder, 'from'), join(folder, 'to')), { code: 'EEXIST' });
    assert.equal(await files.stat(join(folder, 'to', 'A2')), undefined);
  });

  it('are measured and removed without following links', async () => {
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside', 'precious'), 'x'.repeat(1000));
    await mkdir(join(folder, 'tree', 'sub'), { recursive: true });
    await writeFile(join(folder, 'tree', 'sub', 'a'), '12345');
    await symlink(join(folder, 'outside'), join(folder, 'tree', 'link'));
    assert.equal(await files.treeBytes(join(folder, 'tree')), 5);
    await files.removeTree(join(folder, 'tree'));
    await files.removeTree(join(folder, 'tree'));
    assert.deepEqual(await readdir(folder), ['outside']);
    assert.deepEqual(await readdir(join(folder, 'outside')), ['precious']);
  });

  it('below a folder are removed only where no link leads elsewhere', async () => {
    await mkdir(join(folder, 'outside', 'new'), { recursive: true });
    await writeFile(join(folder, 'outside', 'new', 'precious'), 'x');
    await mkdir(join(folder, 'own', 'state', 'new'), { recursive: true });
    await files.removeBelow(join(folder, 'own'), ['state', 'new']);
    assert.deepEqual(await readdir(join(folder, 'own', 'state')), []);
    await files.removeBelow(join(folder, 'own'), ['absent', 'new']);
    await symlink(join(folder, 'outside'), join(folder, 'own', 'link'), 'junction');
    await files.removeBelow(join(folder, 'own'), ['link', 'new']);
    assert.deepEqual(await readdir(join(folder, 'outside', 'new')), ['precious']);
    await assert.rejects(files.refuseLink(join(folder, 'own', 'link')), { code: 'ELOOP' });
    await files.refuseLink(join(folder, 'own', 'state'));
    await files.refuseLink(join(folder, 'absent'));
  });
});
