import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionOf } from '../../../src/core/dataset/distribution.ts';
import { DatasetStatistics, mostLines, type Selection } from '../../../src/core/dataset/statistics.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';

function statisticsOf(lines: readonly (string | undefined)[]): DatasetStatistics {
  const statistics = new DatasetStatistics();
  for (const line of lines) statistics.push(line);
  return statistics;
}

test('a distribution tells every value once, in buckets that follow each other', () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const random = new Random(seed);
    const limit = random.pick([1, 3, 40, 700, 5_000, 900_000, 2_000_000_000]);
    const values = Array.from({ length: 1 + random.below(300) }, () =>
      random.below(20) === 0 ? -1 - random.below(2) : random.below(random.below(30) === 0 ? 2_000_000_000 : limit),
    );
    const real = values.filter((value) => value >= 0).sort((one, other) => one - other);
    const found = distributionOf(Int32Array.from(values));
    if (real.length === 0) {
      assert.equal(found, undefined);
      continue;
    }
    assert.ok(found, `seed ${seed}`);
    const at = (share: number): number => real[Math.ceil(share * real.length) - 1] ?? -1;
    assert.deepEqual(
      [found.count, found.sum, found.least, found.most, found.median, found.high],
      [real.length, real.reduce((sum, value) => sum + value, 0), real[0], real.at(-1), at(0.5), at(0.95)],
      `seed ${seed}`,
    );
    assert.ok(found.buckets.length <= 21);
    found.buckets.forEach(({ from, to, examples }, index) => {
      assert.equal(examples, real.filter((value) => value >= from && value <= to).length, `seed ${seed} bucket ${index}`);
      const next = found.buckets[index + 1];
      if (next) assert.equal(next.from, to + 1, `seed ${seed} bucket ${index}`);
    });
    assert.equal(found.buckets.reduce((sum, { examples }) => sum + examples, 0), real.length);
  }
});

test('one giant does not press the others into one bar', () => {
  const values = Int32Array.from({ length: 200 }, (_, index) => 100 + index);
  values[7] = 1_000_000;
  const buckets = distributionOf(values)?.buckets ?? [];
  assert.deepEqual(buckets.at(-1), { from: 300, to: 1_000_000, examples: 1 });
  assert.equal(buckets.length, 21);
});

test('states, formats, roles, turns and prompts of a small file', () => {
  const tool = '{"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, {"role": "assistant", "content": "Yo"}, {"role": "user", "content": "?"}, {"role": "assistant", "content": null}]}';
  const preference =
    '{"input": {"messages": [{"role": "user", "content": "Q"}]}, "preferred_output": [{"role": "assistant", "content": "A"}], "non_preferred_output": [{"role": "assistant", "content": "B"}]}';
  const lines = [
    `\uFEFF${chatLine('One?')}`, '', tool, '{"messages": [', preference, undefined, '{"prompt": "P", "completion": "C"}', '[1]', `  ${chatLine('One?')} `, '{}',
  ];
  const statistics = statisticsOf(lines);
  const report = statistics.report();
  assert.equal(report.lines, 10);
  assert.deepEqual(report.states, { blank: 1, broken: 2, overlong: 1, example: 6 });
  assert.deepEqual(report.formats, [
    { format: 'chat', examples: 3 },
    { format: null, examples: 1 },
    { format: 'preference', examples: 1 },
    { format: 'completion', examples: 1 },
  ]);
  assert.deepEqual(report.roles, [
    { name: 'user', messages: 5, examples: 4, characters: 4 + 2 + 1 + 1 + 4 },
    { name: 'assistant', messages: 5, examples: 4, characters: 5 + 2 + 0 + 1 + 5 },
    { name: 'system', messages: 2, examples: 2, characters: 30 },
  ]);
  assert.deepEqual(report.systems, [
    { id: 0, text: null, examples: 2 },
    { id: 1, text: 'Answer briefly.', examples: 2 },
  ]);
  assert.equal(report.differentSystems, 1);
  assert.deepEqual(report.measures.turns?.buckets.map(({ from, examples }) => [from, examples]), [[2, 3], [3, 0], [4, 1]]);
  assert.equal(report.measures.tokens, null);
  assert.equal(report.missingTokens, 6);
  assert.deepEqual(report.repeated, [{ first: 0, title: 'One?', examples: 2 }]);
  assert.equal(report.copies, 1);

  const select = (selection: Selection): readonly number[] => [...statistics.select(selection)];
  const table: readonly (readonly [Selection, readonly number[]])[] = [
    [{ kind: 'line', line: 4 }, [4]],
    [{ kind: 'line', line: 10 }, []],
    [{ kind: 'copies', first: 0 }, [0, 8]],
    [{ kind: 'role', role: 'system' }, [0, 8]],
    [{ kind: 'role', role: 'user' }, [0, 2, 4, 8]],
    [{ kind: 'role', role: 'nobody' }, []],
    [{ kind: 'system', id: 0 }, [2, 4]],
    [{ kind: 'system', id: 1 }, [0, 8]],
    [{ kind: 'bucket', measure: 'turns', from: 3, to: 9 }, [2]],
    [{ kind: 'bucket', measure: 'tokens', from: -2, to: 9 }, []],
    [{ kind: 'format', format: 'preference' }, [4]],
    [{ kind: 'format', format: null }, [9]],
    [{ kind: 'state', state: 'blank' }, [1]],
    [{ kind: 'state', state: 'broken' }, [3, 7]],
    [{ kind: 'state', state: 'overlong' }, [5]],
    [{ kind: 'state', state: 'example' }, [0, 2, 4, 6, 8, 9]],
  ];
  for (const [selection, expected] of table) assert.deepEqual(select(selection), expected, JSON.stringify(selection));
});

test('every bar leads to as many lines as it tells', () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const random = new Random(seed);
    const roles = Array.from({ length: 1 + random.below(30) }, (_, index) => `role ${index}`);
    const statistics = statisticsOf(
      Array.from({ length: 150 }, () => {
        const messages = Array.from({ length: random.below(6) }, (_, index) => ({
          role: index === 0 && random.below(2) === 0 ? 'system' : random.pick(roles),
          content: random.pick(['a', 'bb', 'ccc']),
        }));
        return random.pick([JSON.stringify({ messages }), JSON.stringify({ messages }), '', '{']);
      }),
    );
    for (let line = 0; line < 150; line += 1) {
      if (random.below(4) > 0) statistics.setTokens(line, random.below(5) === 0 ? null : random.below(3000));
    }
    const report = statistics.report();
    const count = (selection: Selection): number => [...statistics.select(selection)].length;
    for (const measure of ['tokens', 'turns', 'characters'] as const) {
      for (const { from, to, examples } of report.measures[measure]?.buckets ?? []) {
        assert.equal(count({ kind: 'bucket', measure, from, to }), examples, `seed ${seed} ${measure} ${from}`);
      }
    }
    for (const { name, examples } of report.roles) assert.equal(count({ kind: 'role', role: name }), examples, `seed ${seed} ${name}`);
    for (const { id, examples } of report.systems) assert.equal(count({ kind: 'system', id }), examples, `seed ${seed}`);
    for (const { first, examples } of report.repeated) assert.equal(count({ kind: 'copies', first }), examples, `seed ${seed}`);
    for (const { format, examples } of report.formats) assert.equal(count({ kind: 'format', format }), examples, `seed ${seed}`);
  }
});

test('the longest come by tokens as soon as there are some, else by characters', () => {
  const statistics = statisticsOf(chatLines(30).map((line, index) => line.replace('Answer', 'A'.repeat(1 + ((index * 7) % 30)))));
  assert.equal(statistics.report().longest[0]?.line, 17);
  for (let line = 0; line < 30; line += 1) statistics.setTokens(line, line === 3 ? null : (line * 11) % 30);
  const { longest, missingTokens, measures } = statistics.report();
  assert.deepEqual(longest.map(({ tokens }) => tokens), [29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  assert.equal(missingTokens, 0);
  assert.equal(measures.tokens?.count, 29);
});

test('the longest keep their first words, however many shorter ones there are', () => {
  const random = new Random(5);
  const sizes = Array.from({ length: 3_000 }, () => 1 + random.below(5_000));
  const statistics = statisticsOf(sizes.map((size, index) => chatLine(`Question ${index}?`, 'x'.repeat(size))));
  for (const { line, title } of statistics.report().longest) assert.equal(title, `Question ${line}?`);
});

test('what comes after many different system prompts is counted together', () => {
  const prompt = (text: string): string => JSON.stringify({ messages: [{ role: 'system', content: text }] });
  const statistics = statisticsOf([
    ...Array.from({ length: 1_005 }, (_, index) => prompt(`Prompt ${index}`)),
    prompt('Prompt 3'),
  ]);
  const { systems } = statistics.report();
  assert.deepEqual(systems[0], { id: 4, text: 'Prompt 3', examples: 2 });
  assert.deepEqual(systems.at(-1), { id: 1_001, text: null, examples: 5 });
  assert.deepEqual([...statistics.select({ kind: 'system', id: 1_001 })], [1000, 1001, 1002, 1003, 1004]);
});

test('a file without end is looked at up to a limit', () => {
  const statistics = new DatasetStatistics();
  for (let line = 0; line < mostLines; line += 1) statistics.push('');
  assert.ok(statistics.takesMore);
  statistics.push('{}');
  assert.ok(!statistics.takesMore);
  const { lines, truncated, states } = statistics.report();
  assert.deepEqual([lines, truncated, states.example], [mostLines, true, 0]);
});

test('a report that was prepared in parts is the same, also after more lines and tokens', () => {
  const statistics = new DatasetStatistics();
  const fresh = new DatasetStatistics();
  const both = (change: (one: DatasetStatistics) => void): void => [statistics, fresh].forEach(change);
  both((one) => chatLines(20).forEach((line) => one.push(line)));
  let parts = 1;
  while (!statistics.prepareReport()) parts += 1;
  assert.equal(parts, 3);
  assert.deepEqual(statistics.report(), fresh.report());
  both((one) => one.setTokens(3, 77));
  both((one) => one.push('{"messages": []}'));
  assert.equal(statistics.prepareReport(), false);
  const after = new DatasetStatistics();
  [...chatLines(20), '{"messages": []}'].forEach((line) => after.push(line));
  after.setTokens(3, 77);
  assert.deepEqual(statistics.report(), after.report());
});
