import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SourceSettings } from '../../../src/core/prepare/recipe.ts';
import type { SourceFault } from '../../../src/core/prepare/recipeProblem.ts';
import { sourceFaultText } from '../../../src/messages/source.ts';
import { jsonArrayRows } from '../../../src/workers/jsonRows.ts';
import { lookAtSource, openSource, type Source } from '../../../src/workers/source.ts';
import { SourceError } from '../../../src/workers/sourceError.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-readers-'));
});
afterEach(() => rm(folder, { recursive: true }));

const automatic: SourceSettings = { file: 'x', format: 'auto', delimiter: 'auto', encoding: 'auto', trim: false };

async function open(name: string, content: string | Uint8Array, settings: Partial<SourceSettings> = {}): Promise<Source> {
  const path = join(folder, name);
  await writeFile(path, content);
  const source = await openSource(path, { ...automatic, ...settings });
  assert.ok(source);
  return source;
}

type Read = { readonly line: number } & Readonly<Record<string, string | number>>;

async function read(name: string, content: string | Uint8Array, settings: Partial<SourceSettings> = {}): Promise<Read[]> {
  const source = await open(name, content, settings);
  const rows: Read[] = [];
  for await (const { line, cells } of source.rows()) rows.push({ line, ...Object.fromEntries(cells) });
  assert.equal(source.bytesRead(), source.totalBytes);
  return rows;
}

async function faultOf(name: string, content: string | Uint8Array, settings: Partial<SourceSettings> = {}): Promise<SourceFault> {
  try {
    await read(name, content, settings);
  } catch (error) {
    assert.ok(error instanceof SourceError, String(error));
    assert.match(sourceFaultText(error.fault), /\S.*\.$/);
    return error.fault;
  }
  return assert.fail('It was read without a fault');
}

describe('CSV', () => {
  const tables: readonly [name: string, text: string, rows: readonly Read[]][] = [
    ['plain', 'a,b\n1,2\n', [{ line: 2, a: '1', b: '2' }]],
    ['no last line feed', 'a,b\n1,2', [{ line: 2, a: '1', b: '2' }]],
    ['CRLF, and CRLF in a cell', 'a,b\r\n"x\r\ny",2\r\n3,4\r\n', [{ line: 2, a: 'x\r\ny', b: '2' }, { line: 4, a: '3', b: '4' }]],
    ['quotes', 'a,b\n"say ""hi""","x,y"\n"",\'\n', [{ line: 2, a: 'say "hi"', b: 'x,y' }, { line: 3, a: '', b: "'" }]],
    ['a quote inside an unquoted cell', 'a,b\n5" pipe,x\n', [{ line: 2, a: '5" pipe', b: 'x' }]],
    ['blank lines', '\n\na,b\n\n1,2\n\n\n3,4\n', [{ line: 5, a: '1', b: '2' }, { line: 8, a: '3', b: '4' }]],
    ['blanks are part of a cell', 'a , b\n 1 ,2\n', [{ line: 2, a: ' 1 ', b: '2' }]],
    ['trailing delimiters', 'a,b,\n1,2,\n', [{ line: 2, a: '1', b: '2' }]],
    ['an unnamed first column', ',b\n0,2\n', [{ line: 2, 'column 1': '0', b: '2' }]],
    ['CR alone', 'a,b\r1,2\r', [{ line: 2, a: '1', b: '2' }]],
    ['one column', 'a\nx\ny\n', [{ line: 2, a: 'x' }, { line: 3, a: 'y' }]],
    ['a header and nothing else', 'a,b\n', []],
  ];
  for (const [name, text, rows] of tables) {
    it(name, async () => assert.deepEqual(await read('t.csv', text), rows));
  }

  it('row 53: cells with quotes, line breaks and formulas, and a thousand columns, are read as they are', async () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|\' /C calc\'!A0', '\t=1'];
    const quoted = formulas.map((cell) => `"${cell}"`).join(',');
    const names = formulas.map((_, index) => `c${index}`);
    assert.deepEqual(await read('t.csv', `${names.join(',')}\n${quoted}\n`), [
      { line: 2, ...Object.fromEntries(names.map((name, index) => [name, formulas[index] ?? ''])) },
    ]);
    assert.deepEqual(await read('t.csv', 'a,b\n"x\n""y"",\r\nz","1\n2"\n"q",3\n'), [
      { line: 2, a: 'x\n"y",\r\nz', b: '1\n2' },
      { line: 6, a: 'q', b: '3' },
    ]);
    const wide = Array.from({ length: 1000 }, (_, index) => `column${index}`);
    const [row] = await read('t.csv', `${wide.join(',')}\n${wide.map((_, index) => index).join(',')}\n`);
    assert.deepEqual(row, { line: 2, ...Object.fromEntries(wide.map((name, index) => [name, String(index)])) });
    assert.deepEqual(await faultOf('t.csv', `${wide.join(',')}\n1,2\n`), { kind: 'cellCount', line: 2, found: 2, expected: 1000 });
  });

  it('semicolons, tabs and bars, detected or said', async () => {
    const row = [{ line: 2, a: '1,5', b: 'x' }];
    assert.deepEqual(await read('t.csv', 'a;b\n1,5;x\n'), row);
    assert.deepEqual(await read('t.csv', 'a|b\n1,5|x\n'), row);
    assert.deepEqual(await read('t.csv', 'a\tb\n1,5\tx\n'), row);
    assert.deepEqual(await read('t.tsv', 'a\tb\n1,5\tx\n'), row);
    assert.deepEqual(await read('t.csv', 'a,x;b\n1,5;x\n', { delimiter: ';' }), [{ line: 2, 'a,x': '1,5', b: 'x' }]);
  });

  it('takes off white space when asked', async () => {
    assert.deepEqual(await read('t.csv', 'a,b\n 1 ,\u00a0\n', { trim: true }), [{ line: 2, a: '1', b: '' }]);
  });

  const faults: readonly [name: string, text: string, fault: SourceFault][] = [
    ['too few cells', 'a,b\n1,2\n"x\ny",2\n3\n', { kind: 'cellCount', line: 5, found: 1, expected: 2 }],
    ['too many cells', 'a,b\r\n1,2,3\r\n', { kind: 'cellCount', line: 2, found: 3, expected: 2 }],
    ['a quote that is never closed', 'a,b\n1,2\n"3,4\n5,6\n', { kind: 'quoteOpen', line: 3 }],
    ['a column named twice', 'a,b,a\n', { kind: 'headerCellTwice', line: 1, column: 'a' }],
    ['no record', '\n\n', { kind: 'empty' }],
    ['no byte', '', { kind: 'empty' }],
  ];
  for (const [name, text, fault] of faults) {
    it(`says where: ${name}`, async () => assert.deepEqual(await faultOf('t.csv', text), fault));
  }
});

describe('encodings', () => {
  const text = 'a;b\né€;ö\n日本;“q”\n';
  const rows = [{ line: 2, a: 'é€', b: 'ö' }, { line: 3, a: '日本', b: '“q”' }];
  const utf16be = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  const files: readonly [name: string, bytes: Uint8Array, encoding: string][] = [
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['UTF-16LE with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16BE with a mark', utf16be, 'utf-16be'],
  ];
  for (const [name, bytes, encoding] of files) {
    it(name, async () => {
      assert.deepEqual(await read('t.csv', bytes), rows);
      assert.equal((await open('t.csv', bytes)).facts.encoding, encoding);
    });
  }

  it('UTF-16 without a mark', async () => {
    const latin = 'question,answer\nwhat is it,a thing\n';
    const expected = [{ line: 2, question: 'what is it', answer: 'a thing' }];
    assert.deepEqual(await read('t.csv', Buffer.from(latin, 'utf16le')), expected);
    assert.deepEqual(await read('t.csv', Buffer.from(latin, 'utf16le').swap16()), expected);
  });

  it('row 53: one encoding after another in a file is read as Windows-1252 from the first such line on, and told', async () => {
    const mixed = Buffer.concat([Buffer.from('a,b\né,1\n'), Buffer.from([0xe9, 0x2c, 0x32, 0x0a]), Buffer.from('日,3\n')]);
    const source = await open('t.csv', mixed);
    assert.equal(source.facts.encoding, 'windows-1252');
    assert.equal(source.fallbackLine, 3);
    assert.equal((await read('t.csv', mixed)).length, 3);
  });

  it('Windows-1252 where it is no UTF-8, and says from which line on', async () => {
    const bytes = Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.from([0x93, 0x63, 0xe9, 0x94, 0x2c, 0x80, 0x0a])]);
    const source = await open('t.csv', bytes);
    assert.equal(source.facts.encoding, 'windows-1252');
    assert.equal(source.fallbackLine, 3);
    assert.deepEqual((await read('t.csv', bytes))[1], { line: 3, a: '“cé”', b: '€' });
    assert.deepEqual(await faultOf('t.csv', bytes, { encoding: 'utf-8' }), { kind: 'notEncoded', line: 3, encoding: 'UTF-8' });
  });

  it('sees no fault where a character is cut by the size of a chunk, and sees one at the very end', async () => {
    const long = `a\n${'日本語😀'.repeat(60_000)}\n`;
    assert.equal((await open('t.csv', long)).facts.encoding, 'utf-8');
    const cut = Buffer.concat([Buffer.from('a\nx'), Buffer.from([0xe6, 0x97])]);
    assert.equal((await open('t.csv', cut)).facts.encoding, 'windows-1252');
  });

  it('cut characters of UTF-16 at every size of chunk', async () => {
    const many = `a,b\n${'日😀,x\n'.repeat(40_000)}`;
    for (const bytes of [Buffer.from(`\uFEFF${many}`, 'utf16le'), Buffer.from(`\uFEFF${many}`, 'utf16le').swap16()]) {
      const found = await read('t.csv', bytes);
      assert.equal(found.length, 40_000);
      assert.ok(found.every((row) => row['a'] === '日😀'));
    }
  });
});

describe('JSON', () => {
  it('lines: blank ones are skipped, a mark and CRLF too', async () => {
    const text = '\uFEFF{"a":"1"}\r\n\r\n  {"a":2.0,"b":null}\n';
    assert.deepEqual(await read('t.jsonl', text), [{ line: 1, a: '1' }, { line: 3, a: '2.0' }]);
  });

  it('an array, cut at every byte', async () => {
    const text = ' [\n {"a": "x, ]} \\" \\\\", "b": [1, {"c": "}"}]},\n\n{"a":"日"}, {} ]\n ';
    const bytes = Buffer.from(text);
    for (let size = 1; size <= bytes.length; size++) {
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      const rows: unknown[] = [];
      for await (const { line, cells } of jsonArrayRows(chunks(), false)) rows.push([line, ...cells.values()]);
      assert.deepEqual(rows, [[2, 'x, ]} " \\', '[1, {"c": "}"}]'], [4, '日'], [4]]);
    }
    assert.deepEqual(await read('t.json', '[]'), []);
  });

  const faults: readonly [text: string, fault: Partial<SourceFault>][] = [
    ['{"a":1}\n{"a":}\n', { kind: 'jsonSyntax', line: 2 }],
    ['{"a":1}\n[1]\n', { kind: 'rowNotObject', line: 2 }],
    ['{"a":1}\nnull\n', { kind: 'rowNotObject', line: 2 }],
    ['{\n  "a": 1\n}\n', { kind: 'jsonSyntax', line: 1 }],
    [`{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`, { kind: 'rowTooDeep', line: 1 }],
    ['[{"a":1},\n{"a":2}', { kind: 'jsonSyntax', line: 2 }],
    ['[{"a":1},\n]', { kind: 'jsonSyntax', line: 2 }],
    ['[,{"a":1}]', { kind: 'jsonSyntax', line: 1 }],
    ['[{"a":1}]\nx', { kind: 'jsonSyntax', line: 2 }],
    ['[{"a":1} {"a":2}]', { kind: 'jsonSyntax', line: 1 }],
    ['[1,\n2]', { kind: 'rowNotObject', line: 1 }],
    ['[', { kind: 'jsonSyntax', line: 1 }],
  ];
  for (const [text, expected] of faults) {
    it(`says where: ${JSON.stringify(text.slice(0, 30))}`, async () => {
      const { kind, line } = { line: undefined, ...(await faultOf('t.json', text)) };
      assert.deepEqual({ kind, line }, expected);
    });
  }

  it('asked for as an array where there is none', async () => {
    assert.deepEqual(await faultOf('t.json', '\n{"a":1}', { format: 'json' }), { kind: 'notArray', line: 2 });
    assert.deepEqual(await faultOf('t.json', ' \n', { format: 'json' }), { kind: 'empty' });
  });
});

describe('a look at a source', () => {
  it('tells the columns of a table and a few rows', async () => {
    await writeFile(join(folder, 't.csv'), 'q,a\n1,2\n3,4\n5,6\n7,8\n');
    const look = await lookAtSource(join(folder, 't.csv'), automatic);
    assert.ok(look.kind === 'read');
    assert.deepEqual(look.columns, { names: ['q', 'a'], complete: true, rowsRead: 3 });
    assert.deepEqual(look.examples[2], { q: '5', a: '6' });
  });

  it('collects the keys of JSON rows, those of null included, and says when there may be more', async () => {
    const path = join(folder, 't.jsonl');
    await writeFile(path, '{"a":1}\n{"b":null}\n');
    const few = await lookAtSource(path, automatic);
    assert.deepEqual(few.kind === 'read' && few.columns, { names: ['a', 'b'], complete: true, rowsRead: 2 });
    await writeFile(path, '{"a":1}\n'.repeat(1001));
    const many = await lookAtSource(path, automatic);
    assert.deepEqual(many.kind === 'read' && many.columns, { names: ['a'], complete: false, rowsRead: 1000 });
  });

  it('answers failures as values', async () => {
    assert.deepEqual(await lookAtSource(join(folder, 'none'), automatic), { kind: 'missing' });
    assert.deepEqual(await lookAtSource(folder, automatic), { kind: 'unreadable', fault: { kind: 'isFolder' } });
    await writeFile(join(folder, 't.csv'), 'a,b\n1\n');
    const look = await lookAtSource(join(folder, 't.csv'), automatic);
    assert.deepEqual(look, { kind: 'unreadable', fault: { kind: 'cellCount', line: 2, found: 1, expected: 2 } });
  });
});
