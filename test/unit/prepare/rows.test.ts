import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { detectDelimiter } from '../../../src/core/prepare/delimiter.ts';
import { DigestSet } from '../../../src/core/prepare/digestSet.ts';
import type { Recipe } from '../../../src/core/prepare/recipe.ts';
import { toCells } from '../../../src/core/prepare/row.ts';
import { createRowPlan } from '../../../src/core/prepare/rowPlan.ts';
import { detectFormat } from '../../../src/core/prepare/sourceFormat.ts';
import { drawKey, drawValidation, validationSize } from '../../../src/core/prepare/split.ts';
import { textPosition } from '../../../src/core/prepare/textPosition.ts';
import { toTrainingLine, toWrittenJson } from '../../../src/core/prepare/writtenJson.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the written form', () => {
  it('is that of the field’s own tools', () => {
    const line = toTrainingLine([
      { role: 'system', content: 'Be "brief".\n' },
      { role: 'user', content: 'é 😀 \u2028 </script> \u007f' },
    ]);
    const expected =
      '{"messages": [{"role": "system", "content": "Be \\"brief\\".\\n"}, ' +
      '{"role": "user", "content": "é 😀 \u2028 </script> \u007f"}]}';
    assert.equal(line, expected);
    assert.equal(toWrittenJson({ a: [1, true, null, 'x'], b: {}, c: [] }), '{"a": [1, true, null, "x"], "b": {}, "c": []}');
  });

  it('escapes what no UTF-8 can hold, so that it reads back the same', () => {
    const content = 'a\ud800b\udc00\u0001';
    const line = toTrainingLine([{ role: 'user', content }]);
    assert.ok(line.isWellFormed());
    assert.deepEqual(JSON.parse(line), { messages: [{ role: 'user', content }] });
  });

  it('refuses what is nested too deeply', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown;
    assert.throws(() => toWrittenJson(deep), RangeError);
  });
});

describe('cells of a JSON row', () => {
  const cells = (source: string): Record<string, string> =>
    Object.fromEntries(toCells(JSON.parse(source) as object, source));

  it('are the text, the number as written, words, and JSON', () => {
    assert.deepEqual(cells('{"t":" x ","n":1.50,"big":9007199254740993,"e":1e3,"b":false,"a":[1,{"k":"v"}]}'), {
      t: ' x ',
      n: '1.50',
      big: '9007199254740993',
      e: '1e3',
      b: 'false',
      a: '[1, {"k": "v"}]',
    });
  });

  it('take no number from an inner object, before or after', () => {
    assert.equal(cells('{"n":1.0,"inner":{"n":2.0}}')['n'], '1.0');
    assert.equal(cells('{"inner":{"n":2.0},"n":1.0}')['n'], '1.0');
    assert.equal(cells('{"n":1.0,"list":[{"n":2.0}],"":3.0}')['n'], '1.0');
  });

  it('leave out null, and take any key as a name', () => {
    assert.deepEqual(cells('{"a":null,"__proto__":"p","constructor":"c"}'), Object.fromEntries([['__proto__', 'p'], ['constructor', 'c']]));
  });
});

describe('row plan', () => {
  const recipe: Recipe = {
    version: 1,
    source: { file: 'x', format: 'auto', delimiter: 'auto', encoding: 'auto', trim: false },
    notEmpty: ['a'],
    dropColumns: [],
    messages: [
      { role: 'user', content: '{{q}}' },
      { role: 'assistant', content: '{{a}}' },
    ],
    dedupe: 'exact',
    validation: null,
    outputs: { training: 't', validation: null },
  };
  const row = (q: string, a: string) => ({ line: 1, cells: new Map([['q', q], ['a', a]]) });

  it('drops for the first reason, keeps the first of equal examples', () => {
    const plan = createRowPlan(recipe, digest);
    const outcomes = [row('1', 'x'), row('1', ''), row('1', 'x'), row('1', ' x'), row('', 'x')].map(plan);
    assert.deepEqual(outcomes.map((o) => (o.kind === 'kept' ? `kept ${o.emptyRoles.join()}` : o.reason.kind)), [
      'kept ',
      'emptyColumn',
      'duplicate',
      'kept ',
      'kept user',
    ]);
  });

  it('keeps all if asked', () => {
    const plan = createRowPlan({ ...recipe, dedupe: 'none' }, digest);
    assert.ok([row('1', 'x'), row('1', 'x')].map(plan).every(({ kind }) => kind === 'kept'));
  });
});

describe('digest set', () => {
  it('holds the same as a Set, beyond many growths', () => {
    const ours = new DigestSet();
    const theirs = new Set<string>();
    for (let number = 0; number < 20_000; number++) {
      const hex = digest(String(number % 15_000));
      assert.equal(ours.add(hex), !theirs.has(hex));
      theirs.add(hex);
    }
    assert.equal(ours.size, 15_000);
  });

  it('tells digests apart that share their first words', () => {
    const set = new DigestSet();
    const near = ['0'.repeat(32), '0'.repeat(31) + '2', '0'.repeat(23) + '1' + '0'.repeat(8)];
    assert.deepEqual(near.map((hex) => set.add(hex)), [true, true, true]);
    assert.deepEqual(near.map((hex) => set.add(hex)), [false, false, false]);
  });
});

describe('split', () => {
  const lines = Array.from({ length: 200 }, (_, index) => `example ${index}`);
  const draw = (all: readonly string[], seed: number, wanted: number): Set<string> => {
    const keys = Float64Array.from(all, (line) => drawKey(seed, line, digest));
    const test = drawValidation(keys, wanted);
    assert.ok(test);
    return new Set(all.filter((_, index) => test(keys[index] ?? 1)));
  };

  it('draws as many as wanted, the same with the same seed, others with another', () => {
    const drawn = draw(lines, 7, 20);
    assert.equal(drawn.size, 20);
    assert.deepEqual(draw(lines, 7, 20), drawn);
    assert.notDeepEqual(draw(lines, 8, 20), drawn);
  });

  it('depends neither on the order nor much on other rows', () => {
    const drawn = draw(lines, 7, 20);
    assert.deepEqual(draw(lines.toReversed(), 7, 20), new Set([...drawn].toReversed()));
    const withMore = draw([...lines, 'new 1', 'new 2'], 7, 20);
    assert.ok([...drawn].filter((line) => withMore.has(line)).length >= 18);
  });

  it('keeps equal examples on one side and never takes all', () => {
    const keys = Float64Array.from([1, 1, 1, 2, 3]);
    assert.deepEqual([...keys].filter(drawValidation(keys, 2) ?? (() => false)), [1, 1, 1]);
    const later = Float64Array.from([1, 2, 2, 2, 3]);
    assert.deepEqual([...later].filter(drawValidation(later, 2) ?? (() => false)), [1]);
    assert.equal(drawValidation(Float64Array.from([1, 2]), 2), null);
    assert.equal(drawValidation(Float64Array.from([1, 1]), 1), null);
    assert.equal(drawValidation(Float64Array.from([1]), 1), null);
  });

  it('sizes', () => {
    assert.equal(validationSize({ kind: 'fraction', value: 0.1 }, 81), 8);
    assert.equal(validationSize({ kind: 'fraction', value: 0.01 }, 5), 1);
    assert.equal(validationSize({ kind: 'count', value: 8 }, 5), 8);
  });
});

describe('detection', () => {
  const delimited: readonly [sample: string, expected: string][] = [
    ['a,b,c\n1,2,3\n', ','],
    ['a;b;c\n1,5;2,5;3,5\n', ';'],
    ['a\tb\n"x,y,z"\t2\n', 'tab'],
    ['a|b\n1,2|3\n', '|'],
    ['"a;b";c;d\n1;2;3', ';'],
    ['question,answer\n"one; two; three; four",x\n', ','],
    ['q,a\n"line\nwith ; and ; more",x\n', ','],
    ['only one column\nof text\n', ','],
    ['', ','],
    ['a;b', ';'],
  ];
  for (const [sample, expected] of delimited) {
    it(`delimiter of ${JSON.stringify(sample)} is ${expected}`, () => {
      assert.equal(detectDelimiter(sample, true), expected);
    });
  }

  const formats: readonly [file: string, sample: string, expected: string][] = [
    ['a.csv', '[x],y', 'csv'],
    ['a.TSV', '{', 'tsv'],
    ['a.json', ' \n[{', 'json'],
    ['a.json', '{"a":1}\n{"a":2}', 'jsonl'],
    ['a.jsonl', '\uFEFF[', 'json'],
    ['a.jsonl', '{', 'jsonl'],
    ['a.txt', 'a,b', 'csv'],
    ['data', '{"a":1}', 'jsonl'],
  ];
  for (const [file, sample, expected] of formats) {
    it(`${file} with ${JSON.stringify(sample)} is ${expected}`, () => assert.equal(detectFormat(file, sample), expected));
  }
});

describe('textPosition', () => {
  it('counts lines and UTF-16 units from 1', () => {
    const text = 'ab\r\nc\rd\n😀e';
    const at = (char: string): string => Object.values(textPosition(text, text.indexOf(char))).join(':');
    assert.deepEqual(['a', 'c', 'd', 'e'].map(at), ['1:1', '2:1', '3:1', '4:3']);
  });
});
