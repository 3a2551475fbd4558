import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { checkColumns } from '../../../src/core/prepare/checkColumns.ts';
import { canBePlaceholder, guessColumn, newRecipeText } from '../../../src/core/prepare/newRecipe.ts';
import { parseRecipe } from '../../../src/core/prepare/parseRecipe.ts';
import { closestName } from '../../../src/core/prepare/suggestion.ts';
import { recipeProblemText } from '../../../src/messages/recipe.ts';

const good = `{
  // as people write it
  "version": 1,
  "source": { "file": "rows.csv" },
  "keepWhere": { "notEmpty": ["answer"] },
  "dropColumns": ["wrong"],
  "messages": [
    { "role": "user", "content": "{{question}}" },
    { "role": "assistant", "content": "{{answer}} \\u00e9\\n{{why}}" }
  ],
  "validation": { "count": 2 },
  "outputs": { "training": "t.jsonl", "validation": "v.jsonl" }
}`;

describe('parseRecipe', () => {
  it('fills in what is left out', () => {
    const { recipe, problems } = parseRecipe(good);
    assert.deepEqual(problems, []);
    assert.deepEqual(recipe, {
      version: 1,
      source: { file: 'rows.csv', format: 'auto', delimiter: 'auto', encoding: 'auto', trim: false },
      notEmpty: ['answer'],
      dropColumns: ['wrong'],
      messages: [
        { role: 'user', content: '{{question}}' },
        { role: 'assistant', content: '{{answer}} é\n{{why}}' },
      ],
      dedupe: 'exact',
      validation: { size: { kind: 'count', value: 2 }, seed: 42 },
      outputs: { training: 't.jsonl', validation: 'v.jsonl' },
    });
  });

  /** What is put in for what, and the code and the place of the problem that it makes. */
  const mistakes: readonly [from: string, to: string, code: string, at: string, severity?: 'warning'][] = [
    ['"version": 1,', '"version": 2,', 'recipe.versionUnknown', '2'],
    ['"version": 1,', '"version": "1",', 'recipe.versionUnknown', '"1"'],
    ['"version": 1,', '', 'recipe.keyMissing', '{'],
    ['"keepWhere"', '"keepwhere"', 'recipe.keyUnknown', '"keepwhere"', 'warning'],
    ['"dropColumns"', '"version"', 'recipe.keyTwice', '"version"'],
    ['{ "file": "rows.csv" }', '"rows.csv"', 'recipe.typeWrong', '"rows.csv"'],
    ['"rows.csv"', '7', 'recipe.typeWrong', '7'],
    ['"rows.csv"', '" "', 'recipe.valueEmpty', '" "'],
    ['"rows.csv"', '"rows.csv", "format": "xls"', 'recipe.valueUnknown', '"xls"'],
    ['"rows.csv"', '"rows.csv", "delimiter": ":"', 'recipe.valueUnknown', '":"'],
    ['"rows.csv"', '"rows.csv", "trim": "yes"', 'recipe.typeWrong', '"yes"'],
    ['["answer"]', '["answer", ""]', 'recipe.valueEmpty', '""'],
    ['["answer"]', '"answer"', 'recipe.typeWrong', '"answer"'],
    ['"user"', '"human"', 'recipe.valueUnknown', '"human"'],
    ['"role": "user"', '"role": "system"', 'recipe.roleMissing', '['],
    ['"role": "assistant"', '"role": "user"', 'recipe.roleMissing', '['],
    ['"{{question}}"', '"{{question"', 'recipe.templateUnclosed', '{{question'],
    ['{{why}}', '{{ }}', 'recipe.templateEmpty', '{{ }}'],
    ['{{why}}', '{{wrong}}', 'recipe.columnDropped', 'wrong'],
    ['"count": 2', '"count": 0', 'recipe.numberOutOfRange', '0'],
    ['"count": 2', '"count": 1.5', 'recipe.typeWrong', '1.5'],
    ['"count": 2', '"fraction": 1', 'recipe.numberOutOfRange', '1'],
    ['"count": 2', '"count": 2, "fraction": 0.5', 'recipe.splitSizeUnclear', '{ "count": 2, "fraction": 0.5 }'],
    ['"count": 2', '"seed": 3', 'recipe.splitSizeUnclear', '{'],
    ['"count": 2', '"count": 2, "seed": -1', 'recipe.numberOutOfRange', '-1'],
    ['"v.jsonl"', '"./sub/../t.jsonl"', 'recipe.outputsEqual', '"./sub/../t.jsonl"'],
    ['"t.jsonl"', '"./rows.csv"', 'recipe.outputIsSource', '"./rows.csv"'],
    ['"t.jsonl"', '"t.json"', 'recipe.outputNotJsonl', '"t.json"', 'warning'],
    [', "validation": "v.jsonl"', '', 'recipe.keyMissing', '{'],
    ['"validation": { "count": 2 },', '', 'recipe.validationUnused', '"v.jsonl"', 'warning'],
    ['"answer"]', '"answer"', 'recipe.syntax', '}'],
  ];
  for (const [from, to, code, at, severity = 'error'] of mistakes) {
    it(`${from} -> ${to || 'nothing'}: ${code} at ${at}`, () => {
      assert.ok(good.includes(from));
      const text = good.replace(from, () => to);
      const { problems, recipe } = parseRecipe(text);
      const found = problems.filter((problem) => problem.code === code);
      assert.deepEqual(found.map(({ range }) => text.slice(range.start, range.end)), [at]);
      assert.equal(found[0]?.severity, severity);
      assert.equal(recipe === null, severity === 'error');
      for (const problem of problems) assert.match(recipeProblemText(problem), /\S.*[.?]$/);
    });
  }

  it('wants the assistant to have the last word', () => {
    const text = good.replace(/"role": "user"(.*)"role": "assistant"/s, '"role": "assistant"$1"role": "user"');
    const codes = parseRecipe(text).problems.map(({ code }) => code);
    assert.deepEqual(codes, ['recipe.lastNotAssistant']);
  });

  it('never throws, whatever part of a recipe is there', () => {
    for (let end = 0; end < good.length; end++) {
      const text = good.slice(0, end);
      const { problems, recipe } = parseRecipe(text);
      assert.equal(recipe, null);
      assert.ok(problems.some(({ severity }) => severity === 'error'), `no error in the first ${end}`);
      for (const { range } of problems) assert.ok(range.start <= range.end && range.start <= text.length);
    }
    for (const text of ['[]', 'null', '1', '"x"', '{}', '{"messages":[[]]}', '{"source":null,"outputs":[],"messages":{}}']) {
      assert.equal(parseRecipe(text).recipe, null);
    }
  });
});

describe('checkColumns', () => {
  const columns = { names: ['question', 'Answer', 'wrong'], complete: true, rowsRead: 3 };

  it('finds each missing column at its place, escapes or not, with the name that was meant', () => {
    const problems = checkColumns(parseRecipe(good), columns);
    const found = problems.map((problem) => [
      problem.code,
      good.slice(problem.range.start, problem.range.end),
      'suggestion' in problem ? problem.suggestion : undefined,
    ]);
    assert.deepEqual(found, [
      ['recipe.columnMissing', '"answer"', 'Answer'],
      ['recipe.columnMissing', 'answer', 'Answer'],
      ['recipe.columnMissing', 'why', null],
    ]);
    assert.ok(problems.every(({ severity }) => severity === 'error'));
  });

  it('warns only, where dropping nothing changes nothing, and where later rows may have the column', () => {
    const drop = checkColumns(parseRecipe(good), { ...columns, names: ['question', 'answer', 'why'] });
    assert.deepEqual(drop.map(({ code, severity }) => [code, severity]), [['recipe.columnMissing', 'warning']]);
    const unseen = checkColumns(parseRecipe(good), { names: [], complete: false, rowsRead: 1000 });
    assert.ok(unseen.length > 0 && unseen.every((p) => p.code === 'recipe.columnUnseen' && p.severity === 'warning'));
  });
});

describe('closestName', () => {
  const cases: readonly [name: string, names: readonly string[], expected: string | null][] = [
    ['suport', ['question', 'support'], 'support'],
    ['Correct Answer', ['correct_answer', 'answer'], 'correct_answer'],
    ['anwser', ['answer', 'question'], 'answer'],
    ['text', ['question', 'answer'], null],
    ['q', ['a'], 'a'],
    ['x', [], null],
  ];
  for (const [name, names, expected] of cases) {
    it(`${name} of ${names.join()}`, () => assert.equal(closestName(name, names), expected));
  }
});

describe('a new recipe', () => {
  it('is a good one, whatever the names are', () => {
    for (const name of ['question', 'ümlaut "quoted" \\ back', 'İ.ı', 'a b']) {
      assert.ok(canBePlaceholder(name));
      const options = { file: `${name}.csv`, question: name, answer: 'a', explanation: null, outputName: name };
      const { recipe, problems, columnUses } = parseRecipe(newRecipeText({ ...options, system: 'Say {{x}}.' }));
      assert.deepEqual(problems, []);
      assert.equal(recipe?.source.file, `${name}.csv`);
      assert.deepEqual([...new Set(columnUses.map(({ column }) => column))].toSorted(), [name, 'a'].toSorted());
    }
    assert.deepEqual(['', ' a', 'a}', '{{a'].filter(canBePlaceholder), []);
  });

  it('guesses columns by their names', () => {
    const columns = ['id', 'distractor1', 'correct_answer', 'Question text', 'support'];
    assert.equal(guessColumn('question', columns), 'Question text');
    assert.equal(guessColumn('answer', columns), 'correct_answer');
    assert.equal(guessColumn('explanation', columns), 'support');
    assert.equal(guessColumn('answer', ['x', 'y']), undefined);
  });
});

describe('the schema', () => {
  it('knows the same keys and values as the parser', async () => {
    const url = new URL('../../../media/schemas/recipe.schema.json', import.meta.url);
    const schema = JSON.parse(await readFile(url, 'utf8')) as Schema;
    /** A recipe in which each key and each listed value of the schema occurs once; the parser must know them all. */
    const keysOf = (node: Schema): string[] => Object.keys(node.properties ?? {});
    const { source, keepWhere, messages, validation, outputs } = schema.properties ?? {};
    assert.ok(source && keepWhere && messages?.items && validation && outputs);
    for (const [owner, keys] of [['', keysOf(schema)], ['source', keysOf(source)], ['keepWhere', keysOf(keepWhere)], ['validation', keysOf(validation)], ['outputs', keysOf(outputs)]] as const) {
      const members = Object.fromEntries(keys.map((key) => [key, null]));
      const text = JSON.stringify(owner === '' ? members : { [owner]: members });
      const unknown = parseRecipe(text).problems.filter(({ code }) => code === 'recipe.keyUnknown');
      assert.deepEqual(unknown, [], owner);
    }
    const values: readonly [key: string, allowed: readonly unknown[], text: (value: unknown) => string][] = [
      ['format', source.properties?.['format']?.enum ?? [], (value) => JSON.stringify({ source: { file: 'a', format: value } })],
      ['delimiter', source.properties?.['delimiter']?.enum ?? [], (value) => JSON.stringify({ source: { file: 'a', delimiter: value } })],
      ['encoding', source.properties?.['encoding']?.enum ?? [], (value) => JSON.stringify({ source: { file: 'a', encoding: value } })],
      ['role', messages.items.properties?.['role']?.enum ?? [], (value) => JSON.stringify({ messages: [{ role: value, content: 'x' }] })],
      ['dedupe', schema.properties?.['dedupe']?.enum ?? [], (value) => JSON.stringify({ dedupe: value })],
    ];
    for (const [key, allowed, text] of values) {
      assert.ok(allowed.length > 1, key);
      for (const value of allowed) {
        const bad = parseRecipe(text(value)).problems.filter(({ code }) => code === 'recipe.valueUnknown');
        assert.deepEqual(bad, [], `${key} ${String(value)}`);
      }
    }
  });
});

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
};
