import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJsonFromPython } from '../../../src/core/jsonl/pythonLiteral.ts';
import { scanBrackets } from '../../../src/core/jsonl/scan.ts';
import { diagnoseSyntax } from '../../../src/core/jsonl/syntax.ts';

test('what is wrong with a broken line is named, at its place', () => {
  // The place is marked with « and ».
  const table: readonly (readonly [marked: string, kind: string])[] = [
    ['«// {"a": 1}»', 'comment'],
    ['  «# note»', 'comment'],
    ['{"a": 1}«,»', 'trailingComma'],
    ['{"a": 1}«,»  ', 'trailingComma'],
    ['{"a": 1«,»}', 'trailingComma'],
    ['{"a": [1, 2«,» ]}', 'trailingComma'],
    ["«{'a': None}»", 'pythonLiteral'],
    ['«{"a": True}»', 'pythonLiteral'],
    ['{"a": «NaN»}', 'nonFinite'],
    ['{"a": «-Infinity»}', 'nonFinite'],
    ['{"a": 1} «{"b": 2}»', 'concatenated'],
    ['{"a": 1}«{"b": 2}»', 'concatenated'],
    ['{"a": 1}«, {"b": 2}»', 'concatenated'],
    ['{"a": "x«\t»y"}', 'controlCharacter'],
    ['{"a": [1«]»', 'unclosed'],
    ['{"a": {"b": 1«}»', 'unclosed'],
    ['{"a": «x»}', 'syntax'],
    ['{"a": "x«"»', 'unclosed'],
    ['{"a" «1»}', 'syntax'],
    ['{"a": 1 «"b"»: 2}', 'syntax'],
    ['{"a": 1}«x»', 'syntax'],
    ['{«a»: 1}', 'syntax'],
    ['{"a": "\\«q»"}', 'syntax'],
  ];
  for (const [marked, kind] of table) {
    const line = marked.replaceAll(/[«»]/g, '');
    const { fault, span } = diagnoseSyntax(line);
    const found = `${line.slice(0, span.start)}«${line.slice(span.start, span.end)}»${line.slice(span.end)}`;
    assert.equal(fault.kind, kind, marked);
    if (!marked.includes('\\')) {
      assert.equal(found, marked);
    }
  }
});

test('a place lies within the line for every broken prefix and every single change', () => {
  const line = '{"messages": [{"role": "user", "content": "a\\u00e9\\n😀"}], "n": [1.5e3, true, null]}';
  for (let at = 0; at <= line.length; at += 1) {
    for (const broken of [line.slice(0, at), `${line.slice(0, at)}x${line.slice(at)}`, line.slice(0, at) + line.slice(at + 1), line.slice(at)]) {
      if (broken.trim() !== '') {
        const { span } = diagnoseSyntax(broken);
        assert.ok(span.start >= 0 && span.end <= broken.length && span.start < span.end, broken);
      }
    }
  }
});

test('a very deep line is diagnosed without running out of stack', () => {
  for (const line of ['['.repeat(200_000), `${'{"a":'.repeat(100_000)}1${'}'.repeat(99_999)}`]) {
    assert.ok(diagnoseSyntax(line).span.end <= line.length);
  }
});

test('Python literals become the JSON they mean, and nothing is guessed', () => {
  const table: readonly (readonly [python: string, json: string | undefined])[] = [
    ["{'a': 'it\\'s', \"b\": \"it's\"}", '{"a": "it\'s", "b": "it\'s"}'],
    ["{'a': True, 'b': False, 'c': None}", '{"a": true, "b": false, "c": null}'],
    ["['\\x41\\u00e9\\U0001F600\\n\\\\']", '["Aé😀\\n\\\\"]'],
    ["(1, -2.50, 3e4,)", '[1, -2.50, 3e4]'],
    ["('only')", '"only"'],
    ["('only',)", '["only"]'],
    ["'a' 'b'", '"ab"'],
    ["{u'a': []}", '{"a": []}'],
    ["{'a': b'bytes'}", undefined],
    ["{'a': nan}", undefined],
    ["{'a', 'b'}", undefined],
    ["{'a': 1, 'a': 2}", undefined],
    ["{'a': 0x10}", undefined],
    ["{'a': datetime(2020, 1, 1)}", undefined],
    ["{'a': 1} {'b': 2}", undefined],
    ["{'a': '''x'''}", undefined],
    ["{1: 2}", undefined],
    ["{'a': '\\q'}", undefined],
  ];
  for (const [python, json] of table) {
    assert.equal(toJsonFromPython(python), json, python);
    if (json !== undefined) {
      JSON.parse(json);
    }
  }
});

test('brackets are matched outside of strings only', () => {
  assert.deepEqual(scanBrackets('{"a": "}", "b": [').closers, ']}');
  assert.equal(scanBrackets('{"a": 1} {"b": 2}', true).firstEnd, 8);
  assert.ok(scanBrackets(']').broken);
  assert.ok(scanBrackets('{"a').inString);
});
