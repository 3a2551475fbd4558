import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOutline, type OutlinePart } from '../../../src/core/dataset/exampleOutline.ts';
import { exampleTitle } from '../../../src/core/dataset/exampleTitle.ts';
import { toExampleText } from '../../../src/core/dataset/exampleYaml.ts';
import { problemFreeRuns } from '../../../src/core/dataset/problemFreeRuns.ts';

/** `kind title: detail @first-last`, one part a line, deeper ones indented. */
function drawn(parts: readonly OutlinePart[], indent = ''): string {
  return parts
    .map(({ kind, title, detail, firstLine, lastLine, parts: own }) =>
      `${indent}${kind} ${title}${detail === '' ? '' : `: ${detail}`} @${firstLine}-${lastLine}\n${drawn(own, `${indent}  `)}`)
    .join('');
}

test('an example is outlined by its messages, tools and calls', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } };
  const shown = toExampleText(JSON.stringify({
    messages: [
      { role: 'user', content: 'How is it?\n\nIn Ankara.' },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'sunny' }] },
    ],
    tools: [{ type: 'function', function: { name: 'weather' } }],
  }));
  assert.equal(shown.kind, 'text');
  assert.equal(drawn(exampleOutline(shown.kind === 'text' ? shown.text : '')), `key messages @0-17
  message user: How is it? In Ankara. @1-5
    key role: user @1-1
    key content: How is it? In Ankara. @2-5
  message assistant @6-12
    key role: assistant @6-6
    key tool_calls @7-12
      call weather: c1 @8-12
        key id: c1 @8-8
        key type: function @9-9
        key function @10-12
          key name: weather @11-11
          key arguments: {} @12-12
  message tool: sunny @13-17
    key role: tool @13-13
    key tool_call_id: c1 @14-14
    key content @15-17
      item 1 @16-17
        key type: text @16-16
        key text: sunny @17-17
key tools @18-21
  call weather @19-21
    key type: function @19-19
    key function @20-21
      key name: weather @21-21
`);
});

test('an example is called by its question, or by what it has instead', () => {
  const chat = (...messages: readonly (readonly [role: string, content: unknown])[]): object => ({ messages: messages.map(([role, content]) => ({ role, content })) });
  const table: readonly (readonly [example: unknown, title: string | undefined])[] = [
    [chat(['system', 's'], ['user', 'What\n is it?'], ['assistant', 'a']), 'What is it?'],
    [chat(['system', 's'], ['human', 'q'], ['assistant', 'a']), 'q'],
    [chat(['system', 's']), 's'],
    [chat(['user', [{ type: 'text', text: 'seen' }, { type: 'image_url' }]]), 'seen'],
    [{ input: chat(['user', 'i']), preferred_output: [] }, 'i'],
    [{ prompt: 'p ->', completion: 'c' }, 'p ->'],
    [{ prompt: `${'long '.repeat(30)}` }, `${'long '.repeat(15)}long…`],
    [{ messages: [] }, undefined],
    [[], undefined],
  ];
  for (const [example, title] of table) assert.equal(exampleTitle(example), title);
});

test('every prefix of an example has an outline within its lines', () => {
  const text = 'messages:\n  - role: user\n    content: |-\n      a\n\n      b\n  - role: "assist\\u0061nt"\n    content: [1, {x: y}]\nanswer: 3\n"": null\n? [k]\n: v\n';
  for (let length = 0; length <= text.length; length += 1) {
    const lineCount = text.slice(0, length).split('\n').length;
    const walk = (parts: readonly OutlinePart[]): void => {
      for (const { firstLine, lastLine, parts: own, title } of parts) {
        assert.ok(0 <= firstLine && firstLine <= lastLine && lastLine < lineCount, `${length}: ${firstLine}-${lastLine}`);
        assert.notEqual(title, '');
        walk(own);
      }
    };
    walk(exampleOutline(text.slice(0, length)));
  }
});

test('what stands between examples with a problem folds, and nothing where there is none', () => {
  const table: readonly (readonly [lines: readonly number[], lineCount: number, runs: string])[] = [
    [[], 10, ''],
    [[0], 10, '1-9'],
    [[9], 10, '0-8'],
    [[4, 4, 2], 10, '0-1 5-9'],
    [[1, 3, 5], 6, ''],
    [[3], 3, '0-2'],
  ];
  for (const [lines, lineCount, runs] of table) {
    assert.equal(problemFreeRuns(lines, lineCount).map(({ first, last }) => `${first}-${last}`).join(' '), runs, lines.join());
  }
});
