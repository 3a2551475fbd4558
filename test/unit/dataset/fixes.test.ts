import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatasetDocument, type DatasetOptions } from '../../../src/core/dataset/document.ts';
import type { Format } from '../../../src/core/dataset/format.ts';
import { applyCompletionFix } from '../../../src/core/dataset/fixes/completionFixes.ts';
import { fixAll } from '../../../src/core/dataset/fixes/fixAll.ts';
import { convertToLines } from '../../../src/core/dataset/fixes/fileFixes.ts';
import { fixesFor, type Reading } from '../../../src/core/dataset/fixes/fixes.ts';
import type { Fix, FixKind } from '../../../src/core/dataset/fixes/fix.ts';
import type { Problem, ProblemCode } from '../../../src/core/dataset/problem.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { createRuleset } from '../../../src/core/dataset/ruleset.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { Random } from '../../support/random.ts';
import { TextLines } from '../../support/textLines.ts';
import { png } from './formatLines.ts';

function problemsOf(text: TextLines): Problem[] {
  const document = new DatasetDocument(text);
  document.check();
  return [...document.problems()];
}

function readingOf(text: TextLines, options: DatasetOptions = {}): Reading {
  const document = new DatasetDocument(text, options);
  document.check();
  return { format: document.summary().format, ruleset: document.ruleset };
}

/** The text after the first fix of the first problem of this code. */
function mend(line: string, code: ProblemCode, pick: (fixes: Fix[]) => Fix | undefined = ([first]) => first): string {
  const text = new TextLines([line, ...chatLines(60)].join('\n'));
  const problem = problemsOf(text).find((found) => found.code === code);
  assert.ok(problem, `no ${code} in ${line}: ${JSON.stringify(problemsOf(text).map((found) => found.code))}`);
  const fix = pick(fixesFor(problem, text, readingOf(text)));
  assert.ok(fix, `no fix for ${code} in ${line}`);
  text.applyAll(fix.edits);
  return text.text.split('\n').slice(0, -60).join('\n');
}

const user = '{"role": "user", "content": "q"}';
const answer = '{"role": "assistant", "content": "a"}';
const line = (...messages: readonly string[]): string => `{"messages": [${messages.join(', ')}]}`;
const called = (call: string): string => `{"role": "assistant", "tool_calls": [${call}]}`;
const call = '{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}';
const tools = '"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]';
const withTools = (...messages: readonly string[]): string => `${line(...messages).slice(0, -1)}, ${tools}}`;

const cases: readonly (readonly [code: ProblemCode, before: string, after: string])[] = [
  ['json.trailingComma', `${line(user, answer)},`, line(user, answer)],
  ['json.trailingComma', '{"messages": [{"role": "user", "content": "q",}, {"role": "assistant", "content": "a"}]}', line(user, answer)],
  ['json.comment', `// ${line(user, answer)}`, line(user, answer)],
  ['json.comment', `//${line(user, answer)}`, line(user, answer)],
  ['json.comment', '# my notes', ''],
  ['json.pythonLiteral', "{'messages': [{'role': 'user', 'content': \"it's\"}, {'role': 'assistant', 'content': 'a \"b\" \\n', 'weight': 1}]}", '{"messages": [{"role": "user", "content": "it\'s"}, {"role": "assistant", "content": "a \\"b\\" \\n", "weight": 1}]}'],
  ['json.concatenated', `${line(user, answer)} ${line(user, answer)}`, `${line(user, answer)}\n${line(user, answer)}`],
  ['json.concatenated', `${line(user, answer)},${line(user, answer)}${line(user, answer)}`, [line(user, answer), line(user, answer), line(user, answer)].join('\n')],
  ['json.controlCharacter', line('{"role": "user", "content": "a\tb\u0001"}', answer), line('{"role": "user", "content": "a\\tb\\u0001"}', answer)],
  ['json.unclosed', line(user, answer).slice(0, -2), line(user, answer)],
  ['json.duplicateKey', line('{"role": "user", "content": "q", "role": "user"}', answer), line('{"content": "q", "role": "user"}', answer)],
  ['line.blank', '', ''],
  ['example.key.unknown', `{"id": 7, "messages": [${user}, ${answer}]}`, line(user, answer)],
  ['example.key.unknown', `{"messages": [${user}, ${answer}], "weight": 1}`, line(user, answer)],
  ['example.messages.missing', `{"mesages": [${user}, ${answer}]}`, line(user, answer)],
  ['example.messages.missing', `{"conversations":[${user},${answer}]}`, `{"messages":[${user},${answer}]}`],
  ['example.messages.wrongType', `{"messages": ${JSON.stringify(`[${user}, ${answer}]`)}}`, line(user, answer)],
  ['example.lastMessage.notAssistant', line(user, answer, user, '{"role": "system", "content": "s"}'), line(user, answer)],
  ['example.system.position', line(user, '{"role": "system", "content": "s"}', answer), line('{"role": "system", "content": "s"}', user, answer)],
  ['example.weights.allZero', line(user, '{"role": "assistant", "content": "a", "weight": 0}'), line(user, '{"role": "assistant", "content": "a", "weight": 1}')],
  ['example.parallelToolCalls.wrongType', `{"messages": [${user}, ${answer}], "parallel_tool_calls": "False"}`, `{"messages": [${user}, ${answer}], "parallel_tool_calls": false}`],
  ['message.role.missing', line('{"content": "q"}', answer), line(user, answer)],
  ['message.role.missing', '{"messages":[{"role":"user","content":"q"},{"content":"a"}]}', '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}'],
  ['message.role.missing', line('{"content": "s"}', user, answer), line('{"role": "system", "content": "s"}', user, answer)],
  ['message.role.missing', line('{"from": "human", "content": "q"}', answer), line(user, answer)],
  ['message.role.unknown', line('{"role": "User", "content": "q"}', answer), line(user, answer)],
  ['message.role.unknown', line(user, '{"role": "asistant", "content": "a"}'), line(user, answer)],
  ['message.role.unknown', line(user, '{"role": "gpt", "content": "a"}'), line(user, answer)],
  ['message.role.developer', line('{"role": "developer", "content": "s"}', user, answer), line('{"role": "system", "content": "s"}', user, answer)],
  ['message.key.unknown', line('{"role": "user", "contents": "q"}', answer), line(user, answer)],
  ['message.key.unknown', line('{"role": "user", "content": "q", "timestamp": 3}', answer), line(user, answer)],
  ['message.key.null', line('{"role": "user", "content": "q", "name": null}', answer), line(user, answer)],
  ['message.key.misplaced', line('{"role": "user", "refusal": "no", "content": "q"}', answer), line(user, answer)],
  ['message.content.wrongType', line('{"role": "user", "content": 12.50}', answer), line('{"role": "user", "content": "12.50"}', answer)],
  ['message.content.wrongType', line(user, '{"role": "assistant", "content": {"a": [1, "x"]}}'), line(user, '{"role": "assistant", "content": "{\\"a\\": [1, \\"x\\"]}"}')],
  ['message.content.wrongType', line('{"role": "user", "content": {"type": "text", "text": "q"}}', answer), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['message.content.surroundingSpace', line(user, '{"role": "assistant", "content": " \\n\\u0061 \\\\n\\t"}'), line(user, '{"role": "assistant", "content": "\\u0061 \\\\n"}')],
  ['message.weight.invalid', line(user, '{"role": "assistant", "content": "a", "weight": 0.7}'), line(user, '{"role": "assistant", "content": "a", "weight": 1}')],
  ['message.weight.invalid', line(user, '{"role": "assistant", "content": "a", "weight": "1"}'), line(user, '{"role": "assistant", "content": "a", "weight": 1}')],
  ['message.weight.invalid', line(user, '{"role": "assistant", "content": "a", "weight": true}'), line(user, '{"role": "assistant", "content": "a", "weight": 1}')],
  ['message.weight.invalid', line(user, '{"role": "assistant", "content": "a", "weight": null}'), line(user, answer)],
  ['message.weight.misplaced', line('{"role": "user", "weight": 1, "content": "q"}', answer), line(user, answer)],
  ['message.name.invalid', line('{"role": "user", "content": "q", "name": "Ann Lee"}', answer), line('{"role": "user", "content": "q", "name": "Ann_Lee"}', answer)],
  ['message.name.wrongType', line('{"role": "user", "content": "q", "name": 7}', answer), line('{"role": "user", "content": "q", "name": "7"}', answer)],
  ['message.empty', line(user, answer, '{"role": "assistant"}'), line(user, answer)],
  ['content.part.wrongType', line('{"role": "user", "content": ["q"]}', answer), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['content.part.type.missing', line('{"role": "user", "content": [{"text": "q"}]}', answer), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['content.part.type.unknown', line('{"role": "user", "content": [{"type": "input_text", "text": "q"}]}', answer), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['content.part.type.unsupported', line('{"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "file", "file": {}}]}', answer), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['content.part.text.invalid', line('{"role": "user", "content": [{"type": "text", "text": 5}]}', answer), line('{"role": "user", "content": [{"type": "text", "text": "5"}]}', answer)],
  ['content.part.image.invalid', line('{"role": "user", "content": [{"type": "image_url", "image_url": "https://a.b/c.png"}]}', answer), line('{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}]}', answer)],
  ['content.part.image.detail', line('{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c.png", "detail": "HIGH"}}]}', answer), line('{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c.png", "detail": "high"}}]}', answer)],
  ['toolCalls.empty', line(user, '{"role": "assistant", "content": "a", "tool_calls": []}'), line(user, answer)],
  ['toolCalls.wrongType', withTools(user, `{"role": "assistant", "tool_calls": ${call}}`), withTools(user, called(call))],
  ['toolCall.id.missing', withTools(user, called(call.replace('"id": "c1", ', '')), '{"role": "tool", "tool_call_id": "c9", "content": "r"}', answer), withTools(user, called(call.replace('c1', 'c9')), '{"role": "tool", "tool_call_id": "c9", "content": "r"}', answer)],
  ['toolCall.id.missing', withTools(user, called(call.replace('"id": "c1", ', ''))), withTools(user, called(call.replace('c1', 'call_1')))],
  ['toolCall.type.invalid', withTools(user, called(call.replace('"type": "function", ', ''))), withTools(user, called(`{"type": "function", ${call.slice(1).replace('"type": "function", ', '')}`))],
  ['toolCall.arguments.wrongType', withTools(user, called(call.replace('"{}"', '{"a": 1}'))), withTools(user, called(call.replace('"{}"', '"{\\"a\\": 1}"')))],
  ['toolCall.arguments.missing', withTools(user, called(call.replace(', "arguments": "{}"', ''))), withTools(user, called(call))],
  ['toolCall.arguments.notObject', withTools(user, called(call.replace('"{}"', JSON.stringify(JSON.stringify('{"a": 1}'))))), withTools(user, called(call.replace('"{}"', '"{\\"a\\": 1}"')))],
  ['toolAnswer.callId.missing', withTools(user, called(call), '{"role": "tool", "content": "r"}', answer), withTools(user, called(call), '{"role": "tool", "content": "r", "tool_call_id": "c1"}', answer)],
  ['tool.type.invalid', withTools(user, answer).replace('"type": "function", ', ''), withTools(user, answer)],
  ['tool.function.missing', `{"messages": [${user}, ${answer}], "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}]}`, withTools(user, answer)],
  ['tool.strict.wrongType', withTools(user, answer).replace('"name": "f"', '"name": "f", "strict": "true"'), withTools(user, answer).replace('"name": "f"', '"name": "f", "strict": true')],
];

const other = '{"role": "assistant", "content": "b"}';
const pair = (input: string, preferred = `[${answer}]`, rejected = `[${other}]`): string =>
  `{"input": ${input}, "preferred_output": ${preferred}, "non_preferred_output": ${rejected}}`;
const asked = `{"messages": [${user}]}`;
const declared = (declaration: string): string => `{"messages": [${user}, ${answer}], "tools": [{"type": "function", "function": ${declaration}}]}`;
const shown = (url: string): string => line(`{"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "image_url", "image_url": {"url": "${url}"}}]}`, answer);
const calling = (name: string): string => `{"messages": [${user}, ${called(call.replace('"f"', `"${name}"`))}]`;

/** Mends of the further formats, each in a file of its format, and those of tools and images. */
const furtherCases: readonly (readonly [format: Format, code: ProblemCode, before: string, after: string])[] = [
  ['chat', 'json.nonFinite', `{"messages": [${user}, ${answer}], "tools": NaN}`, `{"messages": [${user}, ${answer}], "tools": null}`],
  ['chat', 'json.notObject', '[1]', ''],
  ['chat', 'json.loneSurrogate', line('{"role": "user", "content": "a\\ud83d b \\ud83d\\ude00"}', answer), line('{"role": "user", "content": "a b \\ud83d\\ude00"}', answer)],
  ['chat', 'json.loneSurrogate', line('{"role": "user", "content": "a\udc00b"}', answer), line('{"role": "user", "content": "ab"}', answer)],
  ['chat', 'example.messages.empty', '{"messages": []}', ''],
  ['chat', 'example.roles.repeated', line(user, '{"role": "user", "content": "r"}', answer), line('{"role": "user", "content": "q\\n\\nr"}', answer)],
  ['chat', 'content.part.image.mediaType', shown(`data:image/jpeg;base64,${png()}`), shown(`data:image/png;base64,${png()}`)],
  ['chat', 'content.part.image.format', shown('data:image/png;base64,R0lGODlh'), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['chat', 'content.part.image.url', shown('cat.png'), line('{"role": "user", "content": [{"type": "text", "text": "q"}]}', answer)],
  ['chat', 'functionCall.besideToolCalls', withTools(user, `${called(call).slice(0, -1)}, "function_call": {"name": "f", "arguments": "{}"}}`), withTools(user, called(call))],
  ['chat', 'functions.deprecated', `{"messages": [${user}, ${answer}], "functions": [{"name": "f"}]}`, declared('{"name": "f"}')],
  ['chat', 'tool.name.invalid', `${line(user, called(call.replace('"f"', '"a b"'))).slice(0, -1)}, ${tools.replace('"f"', '"a b"')}}`, `${line(user, called(call.replace('"f"', '"a_b"'))).slice(0, -1)}, ${tools.replace('"f"', '"a_b"')}}`],
  ['chat', 'tool.name.duplicate', `{"messages": [${user}, ${answer}], ${tools.slice(0, -1)}, ${tools.slice('"tools": ['.length)}}`, withTools(user, answer)],
  ['chat', 'toolCall.name.undeclared', `${calling('weather')}}`, `${calling('weather')}, "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]}`],
  ['chat', 'toolCall.name.undeclared', `${calling('get_wether')}, ${tools.replace('"f"', '"get_weather"')}}`, `${calling('get_weather')}, ${tools.replace('"f"', '"get_weather"')}}`],
  ['chat', 'toolAnswer.callId.unmatched', withTools(user, called(call), '{"role": "tool", "tool_call_id": "c9", "content": "r"}', answer), withTools(user, called(call), '{"role": "tool", "tool_call_id": "c1", "content": "r"}', answer)],
  ['chat', 'tool.parameters.type.missing', declared('{"name": "f", "parameters": {"properties": {}}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {}}}')],
  ['chat', 'tool.parameters.notObjectSchema', declared('{"name": "f", "parameters": {"type": "dict"}}'), declared('{"name": "f", "parameters": {"type": "object"}}')],
  ['chat', 'tool.schema.type.unknown', declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "str"}}}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}')],
  ['chat', 'tool.schema.required.undeclared', declared('{"name": "f", "parameters": {"type": "object", "properties": {"city": {}}, "required": ["citty"]}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {"city": {}}, "required": ["city"]}}')],
  ['chat', 'tool.schema.required.undeclared', declared('{"name": "f", "parameters": {"type": "object", "properties": {"city": {}}, "required": ["city", "unit"]}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {"city": {}}, "required": ["city"]}}')],
  ['chat', 'tool.schema.enum.empty', declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"enum": [], "type": "string"}}}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}')],
  ['chat', 'tool.schema.items.missing', declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "array"}}}}'), declared('{"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "array", "items": {}}}}}')],
  ['chat', 'tool.strict.open', declared('{"name": "f", "strict": true, "parameters": {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"]}}'), declared('{"name": "f", "strict": true, "parameters": {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"], "additionalProperties": false}}')],
  ['preference', 'preference.key.renamed', pair(asked).replace('"non_preferred_output"', '"rejected"'), pair(asked)],
  ['preference', 'preference.input.wrongType', pair('"q"'), pair(asked)],
  ['preference', 'preference.input.wrongType', pair(`[${user}]`), pair(asked)],
  ['preference', 'example.messages.missing', pair(`{"conversation": [${user}]}`), pair(asked)],
  ['preference', 'example.key.unknown', pair(`{"messages": [${user}], "model": "m"}`), pair(asked)],
  ['preference', 'preference.output.wrongType', pair(asked, answer), pair(asked)],
  ['preference', 'preference.output.wrongType', pair(asked, '"a"'), pair(asked)],
  ['preference', 'preference.output.role', pair(asked, '[{"role": "user", "content": "a"}]'), pair(asked)],
  ['preference', 'message.role.missing', pair(asked, '[{"content": "a"}]'), pair(asked)],
  ['preference', 'preference.outputs.equal', pair(asked, `[${answer}]`, `[${answer}]`), ''],
  ['preference', 'preference.image', pair('{"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "image_url", "image_url": {"url": "https://a.example"}}]}]}'), pair('{"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}]}')],
  ['reinforcement', 'reinforcement.role.notAllowed', `{"messages": [{"role": "system", "content": "s"}, ${user}], "answer": 1}`, `{"messages": [{"role": "developer", "content": "s"}, ${user}], "answer": 1}`],
  ['reinforcement', 'reinforcement.answer', `{"messages": [${user}, ${answer}], "answer": 1}`, `{"messages": [${user}], "answer": 1}`],
  ['reinforcement', 'reinforcement.field.name', `{"messages": [${user}], "the answer": 1}`, `{"messages": [${user}], "the_answer": 1}`],
  ['completion', 'completion.value.wrongType', '{"prompt": 1, "completion": "c"}', '{"prompt": "1", "completion": "c"}'],
  ['completion', 'completion.key.unknown', '{"prompt": "p", "completion": "c", "id": 1}', '{"prompt": "p", "completion": "c"}'],
  ['completion', 'completion.empty', '{"prompt": "p", "completion": ""}', ''],
];

test('each fix changes only what is wrong', () => {
  for (const [code, before, after] of cases) {
    assert.equal(mend(before, code), after, `${code}: ${before}`);
  }
});

test('each fix of a further format changes only what is wrong', () => {
  for (const [format, code, before, after] of furtherCases) {
    const text = new TextLines(`${before}\n{"x": 1}`);
    const document = new DatasetDocument(text, { file: { format } });
    document.check();
    const problem = [...document.problems()].find((found) => found.code === code);
    assert.ok(problem, `no ${code} in ${before}: ${JSON.stringify(document.problemsOnLine(0))}`);
    const [fix] = fixesFor(problem, text, { format, ruleset: document.ruleset });
    assert.ok(fix, `no fix for ${code} in ${before}`);
    text.applyAll(fix.edits);
    assert.equal(text.text, after === '' ? '{"x": 1}' : `${after}\n{"x": 1}`, code);
  }
});

test('what a service does not know is removed', () => {
  const options: DatasetOptions = { ruleset: createRuleset(datasetProfiles['alibaba']!) };
  const text = new TextLines(line('{"role": "user", "content": "q", "name": "Ann"}', '{"role": "assistant", "content": "a", "weight": 1}'));
  for (const code of ['message.name.ignored', 'message.weight.ignored'] as const) {
    const reading = readingOf(text, options);
    const document = new DatasetDocument(text, options);
    document.check();
    const problem = [...document.problems()].find((found) => found.code === code);
    assert.ok(problem);
    text.applyAll(fixesFor(problem, text, reading)[0]?.edits ?? []);
  }
  assert.equal(text.text, line(user, answer));
});

test('at least 35 rules have a mend', () => {
  const codes = new Set([...cases.map(([code]) => code), ...furtherCases.map(([, code]) => code)]);
  assert.ok(codes.size >= 60, String(codes.size));
});

test('a file of prompts and completions is rewritten as a whole', () => {
  const before = ['{"prompt": "p \\"x\\"", "completion": " c\\n"}', '{"prompt":"é","completion":"d"}', 'broken'];
  const table: readonly (readonly [FixKind, readonly string[]])[] = [
    [{ kind: 'convertToChat' }, [line('{"role": "user", "content": "p \\"x\\""}', '{"role": "assistant", "content": "c"}'), line('{"role": "user", "content": "é"}', '{"role": "assistant", "content": "d"}'), 'broken']],
    [{ kind: 'appendToAll', key: 'prompt', text: '\n\n###\n\n' }, ['{"prompt": "p \\"x\\"\\n\\n###\\n\\n", "completion": " c\\n"}', '{"prompt":"é\\n\\n###\\n\\n","completion":"d"}', 'broken']],
    [{ kind: 'appendToAll', key: 'completion', text: ' END' }, ['{"prompt": "p \\"x\\"", "completion": " c\\n END"}', '{"prompt":"é","completion":"d END"}', 'broken']],
    [{ kind: 'spaceBeforeAll' }, [before[0] ?? '', '{"prompt":"é","completion":" d"}', 'broken']],
  ];
  for (const [fix, after] of table) {
    const text = new TextLines(before.join('\n'));
    text.applyAll(applyCompletionFix(fix, text)?.edits ?? []);
    assert.deepEqual(text.text.split('\n'), after, fix.kind);
  }
});

test('all problems of a kind are mended at once, others stay', () => {
  const spoiled = [`${chatLine('a')},`, '', chatLine('b').replace('"user"', '"User"'), `${chatLine('c')},`, "{'messages': []}"];
  const run = (code?: ProblemCode): string => {
    const text = new TextLines(spoiled.join('\n'));
    const mending = fixAll(text, readingOf(text), code);
    let step = mending.next();
    while (!step.done) {
      step = mending.next();
    }
    text.applyAll(step.value);
    return text.text;
  };
  assert.equal(run('json.trailingComma'), [chatLine('a'), '', spoiled[2], chatLine('c'), spoiled[4]].join('\n'));
  assert.equal(run('line.blank'), spoiled.filter((text) => text !== '').join('\n'));
  assert.equal(run(), [chatLine('a'), chatLine('b'), chatLine('c'), '{"messages": []}'].join('\n'));
});

test('what may be meant in more than one way gets no fix', () => {
  const table: readonly (readonly [ProblemCode, string])[] = [
    ['message.role.missing', line(user, '{"content": "x"}', '{"content": "y"}')],
    ['message.role.unknown', line(user, '{"role": "narrator", "content": "a"}')],
    ['message.weight.invalid', line(user, '{"role": "assistant", "content": "a", "weight": "high"}')],
    ['toolAnswer.callId.missing', withTools(user, called(`${call}, ${call.replace('c1', 'c2')}`), '{"role": "tool", "content": "r"}', answer)],
  ];
  for (const [code, before] of table) {
    const text = new TextLines(before);
    const problem = problemsOf(text).find((found) => found.code === code);
    assert.ok(problem, code);
    assert.deepEqual(fixesFor(problem, text, readingOf(text)), [], `${code}: ${before}`);
  }
});

test('at most one fix of a problem is preferred', () => {
  for (const [code, before] of cases) {
    const text = new TextLines(before);
    for (const problem of problemsOf(text).filter((found) => found.code === code)) {
      assert.ok(fixesFor(problem, text, readingOf(text)).filter(({ preferred }) => preferred).length <= 1, before);
    }
  }
});

test('an array or pretty-printed objects become lines, written as they were', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['[\n  {"messages": [],\n   "n": 1.0}, \n  {"a": "x, \\"y\\": [z]"}\n]\n', '{"messages": [], "n": 1.0}\n{"a": "x, \\"y\\": [z]"}\n'],
    ['[{"a":1},{"b":"\\u00e9"}]', '{"a": 1}\n{"b": "\\u00e9"}\n'],
    ['{\n  "messages": []\n}\n{\n  "messages": [1]\n}\n', '{"messages": []}\n{"messages": [1]}\n'],
    ['{\n  "messages": []\n},\n{\n  "messages": [1]\n}\n', '{"messages": []}\n{"messages": [1]}\n'],
    ['[1, 2]', undefined],
    ['[{"a": 1}, {"b": 2]', undefined],
    ['{\n"a": 1\n}\nnonsense\n{\n"b": 2\n}', undefined],
  ];
  for (const [before, after] of table) {
    const text = new TextLines(before);
    const fix = convertToLines(text);
    if (fix) {
      text.applyAll(fix.edits);
    }
    assert.equal(fix && text.text, after, before);
  }
});

/** Ways to spoil a valid line, each leaving the rest of it valid. */
function spoil(random: Random): string {
  const messages = [
    random.pick(['', '{"role": "system", "content": "s"}']),
    random.pick([user, '{"role": "User", "content": "q"}', '{"content": "q"}', '{"role":"user","content":["q"]}', '{"role": "user", "content": 5, "weight": 1}', '{"from": "human", "value": "q"}']),
    random.pick([answer, '{"role": "assistant", "content": " a "}', '{"role": "assistant", "content": "a", "weight": 0.2}', '{"role": "bot", "content": "a", "content": "b"}', called(call)]),
    random.pick(['', '', user, '{"role": "developer", "content": "d"}', '{"role": "assistant"}', '{"role": "tool", "content": null}']),
  ].filter((message) => message !== '');
  const extra = random.pick(['', '', ', "id": 1', ', "weight": 1', `, ${tools}`, ', "tools": [{"name": "f"}]', ', "parallel_tool_calls": "yes"']);
  const text = `{"messages": [${messages.join(', ')}]${extra}}`;
  return random.pick([text, text, text, `${text},`, `// ${text}`, text.slice(0, -1), `${text}${text}`, text.replace('"q"', '"q\t"')]);
}

test('every fix removes its problem and adds none', () => {
  const tried = new Set<string>();
  for (let seed = 1; seed <= 1500; seed += 1) {
    const random = new Random(seed);
    const text = new TextLines([...chatLines(6), spoil(random), '', ...chatLines(6)].join('\n'));
    const before = problemsOf(text);
    const reading = readingOf(text);
    for (const problem of before.filter(({ code }) => !code.startsWith('file.'))) {
      for (const fix of fixesFor(problem, text, reading)) {
        const mended = new TextLines(text.text);
        mended.applyAll(fix.edits);
        const after = problemsOf(mended).filter(({ code }) => !code.startsWith('file.'));
        const context = `seed ${seed}, ${problem.code}, ${fix.kind}:\n${text.text}\n=>\n${mended.text}`;
        if (problem.code.startsWith('json.') && problem.code !== 'json.duplicateKey') {
          assert.ok(!after.some(({ code }) => code.startsWith('json.') && code !== 'json.duplicateKey'), context);
        } else {
          const had = before.filter(({ code }) => code === problem.code).length;
          assert.ok(after.filter(({ code }) => code === problem.code).length < had, context);
          for (const { code } of after) {
            const count = (list: readonly Problem[]): number => list.filter((other) => other.code === code).length;
            assert.ok(count(after) <= count(before), `${code} is new. ${context}`);
          }
        }
        tried.add(fix.kind);
      }
    }
  }
  assert.ok(tried.size >= 14, [...tried].join(' '));
});

test('a fix of one line leaves all others as they are', () => {
  const text = new TextLines([chatLine('a'), `${chatLine('b')},`, chatLine('c')].join('\n'));
  const problem = problemsOf(text).find(({ code }) => code === 'json.trailingComma');
  assert.ok(problem);
  const [fix] = fixesFor(problem, text, readingOf(text));
  assert.ok(fix);
  text.applyAll(fix.edits);
  assert.equal(text.text, [chatLine('a'), chatLine('b'), chatLine('c')].join('\n'));
});
