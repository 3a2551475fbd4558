import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionsAt } from '../../../src/core/dataset/completions.ts';
import type { Format } from '../../../src/core/dataset/format.ts';

/** The line with the cursor at `|`. */
function at(marked: string, format?: Format) {
  const cursor = marked.indexOf('|');
  return completionsAt(marked.replace('|', ''), cursor, format);
}

const labels = (marked: string, format?: Format): readonly string[] | undefined => at(marked, format)?.items.map(({ label }) => label);

/** The line after the first suggestion with the label was taken. */
function taken(marked: string, label: string): string {
  const found = at(marked);
  const item = found?.items.find((one) => one.label === label);
  assert.ok(found && item, `${marked} has no ${label}`);
  const line = marked.replace('|', '');
  return line.slice(0, found.replaced.start) + item.insert.replace('$0', '') + line.slice(found.replaced.end);
}

const roles = ['system', 'user', 'assistant', 'tool', 'function'];

test('roles stand where a role is wanted, and replace only the word under the cursor', () => {
  for (const marked of ['{"messages": [{"role": |}]}', '{"messages": [{"role": "|"}]}', '{"messages": [{"role": "us|']) {
    assert.deepEqual(labels(marked), roles);
  }
  assert.equal(taken('{"messages": [{"role": "us|er", "content": "x"}]}', 'tool'), '{"messages": [{"role": "tool", "content": "x"}]}');
  assert.equal(taken('{"messages": [{"role": "us|, "content": "x"}]}', 'user'), '{"messages": [{"role": "user", "content": "x"}]}');
  assert.deepEqual(labels('{"preferred_output": [{"role": "|"}]}'), ['assistant']);
});

test('keys of a message follow its role, and none is offered twice', () => {
  assert.deepEqual(labels('{"messages": [{"role": "user", |}]}'), ['content', 'name']);
  assert.deepEqual(labels('{"messages": [{"role": "tool", "content": "x", |}]}'), ['name', 'tool_call_id']);
  assert.ok(labels('{"messages": [{"role": "assistant", "|"}]}')?.includes('tool_calls'));
  assert.deepEqual(labels('{"messages": [{| "role": "user"}]}')?.includes('role'), false);
  assert.equal(taken('{"messages": [{|"role": "user"}]}', 'content'), '{"messages": [{"content": "", "role": "user"}]}');
  assert.equal(taken('{"messages": [{"ro|": "user"}]}', 'role'), '{"messages": [{"role": "user"}]}');
});

test('keys of an example follow its format', () => {
  assert.deepEqual(labels('{|', 'preference'), ['input', 'preferred_output', 'non_preferred_output']);
  assert.deepEqual(labels('{"prompt": "a", |}', 'chat'), ['completion']);
  assert.deepEqual(labels('{"messages": [], |}'), ['tools', 'parallel_tool_calls', 'functions']);
  assert.deepEqual(labels('{"input": {|}}'), ['messages', 'tools', 'parallel_tool_calls']);
});

test('calls know the functions and ids of their example', () => {
  const tools = '"tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]';
  const call = (inside: string): string => `{"messages": [{"role": "assistant", "tool_calls": [{${inside}}]}], ${tools}}`;
  assert.deepEqual(labels(call('|')), ['id', 'type', 'function']);
  assert.deepEqual(labels(call('"function": {|}')), ['name', 'arguments']);
  assert.deepEqual(labels(call('"function": {"name": "|"}')), ['weather']);
  assert.deepEqual(labels(call('"type": "|"')), ['function']);
  const answer = '{"messages": [{"role": "assistant", "tool_calls": [{"id": "c1"}]}, {"role": "tool", "tool_call_id": "|"}]}';
  assert.deepEqual(labels(answer), ['c1']);
  assert.deepEqual(labels('{"tools": [{"function": {"parameters": {"type": "|"}}}]}')?.includes('integer'), true);
});

test('whole messages stand in lists of them', () => {
  assert.equal(taken('{"messages": [|]}', 'user'), '{"messages": [{"role": "user", "content": ""}]}');
  assert.deepEqual(labels('{"messages": [{"role": "user"}, |]}'), ['system', 'user', 'assistant', 'tool']);
  assert.deepEqual(labels('{"messages": [{"role": "user"} |]}'), undefined);
});

test('nothing is offered in free text, after an end, or in objects of other kinds', () => {
  for (const marked of [
    '{"messages": [{"role": "user", "content": "he|llo"}]}',
    '{"messages": [{"role": "user"|, "content": "x"}]}',
    '{"messages": []}|',
    '{"metadata": {|}}',
    '|',
    '{"messages": [{"content": "a \\"role\\": |"}]}',
  ]) {
    assert.equal(at(marked), undefined, marked);
  }
});

test('what is taken for a key leaves a line that can be read, wherever the cursor stands', () => {
  const line = '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "tools": []}';
  for (let cursor = 0; cursor <= line.length; cursor += 1) {
    const found = completionsAt(line, cursor, 'chat');
    for (const { insert } of found?.items ?? []) {
      if (!found || found.replaced.start === found.replaced.end) continue;
      const next = line.slice(0, found.replaced.start) + insert.replace('$0', '') + line.slice(found.replaced.end);
      assert.doesNotThrow(() => JSON.parse(next), next);
    }
  }
});
