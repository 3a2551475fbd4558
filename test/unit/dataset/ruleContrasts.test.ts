import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatasetDocument, type DatasetOptions } from '../../../src/core/dataset/document.ts';
import type { Format } from '../../../src/core/dataset/format.ts';
import { checkLine } from '../../../src/core/dataset/line.ts';
import { problemCodes, type Problem, type ProblemCode } from '../../../src/core/dataset/problem.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { createRuleset, defaultRuleset, type Ruleset } from '../../../src/core/dataset/ruleset.ts';
import { problemsOfLine } from '../../../src/core/dataset/summary.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { TextLines } from '../../support/textLines.ts';
import { formatLines, png } from './formatLines.ts';
import { a, chatRuleLines, line, u } from './ruleLines.ts';

const failing = [...chatRuleLines.map((row) => ['chat', ...row] as const), ...formatLines];

/** Rules that show only for another service, beside another rule, or in a file that is read as something else. */
const furtherLines: readonly (readonly [format: Format, service: string, code: ProblemCode, marked: string])[] = [
  ['chat', 'alibaba', 'message.weight.ignored', line(u, '{"role": "assistant", "content": "a", «"weight"»: 1}')],
  ['chat', 'alibaba', 'message.name.ignored', line('{"role": "user", "content": "q", «"name"»: "Ann"}', a)],
  ['chat', 'openai', 'functions.count', `{"messages": [${u}, ${a}], «"functions"»: []}`],
  ['completion', 'openai', 'example.format.mixed', `«${line(u, a)}»`],
  ['reinforcement', 'openai', 'reinforcement.lastMessage.notUser', '{"messages": [{"role": "user", "content": "q"}, {"role": «"developer"», "content": "d"}], "answer": 3}'],
];

/**
 * What mends a line that breaks a rule: the smallest change that makes it keep all rules. It is applied to the first
 * line above that has what is replaced.
 */
const mends: readonly (readonly [code: ProblemCode, replaced: string, by: string])[] = [
  ['line.replacementCharacter', '\uFFFD', 'é'],
  ['line.invisibleCharacter', '\u202e', ''],
  ['json.syntax', 'x', `[${u}, ${a}]`],
  ['json.unclosed', '"a"}', '"a"}]}'],
  ['json.comment', '// ', ''],
  ['json.trailingComma', ']},', ']}'],
  ['json.pythonLiteral', "{'messages': []}", line(u, a)],
  ['json.nonFinite', 'NaN', `[${u}, ${a}]`],
  ['json.concatenated', `${line(u, a)}${line(u, a)}`, line(u, a)],
  ['json.controlCharacter', '"a\tb"', `[${u.replace('q', 'a\\tb')}, ${a}]`],
  ['json.notObject', '["messages"]', line(u, a)],
  ['json.duplicateKey', '"content": "x", ', ''],
  ['json.loneSurrogate', '\\ud83d b', '\\ud83d\\ude00 b'],
  ['example.messages.missing', '"message"', '"messages"'],
  ['example.messages.wrongType', '"hello"', `[${u}, ${a}]`],
  ['example.messages.empty', '[]', `[${u}, ${a}]`],
  ['example.key.unknown', '"weight": 1', '"tools": []'],
  ['example.assistant.missing', `[${u}]`, `[${u}, ${a}]`],
  ['example.lastMessage.notAssistant', `, {"role": "user", "content": "q"}]`, ']'],
  ['example.user.missing', `[${a}]`, `[${u}, ${a}]`],
  ['example.system.position', '{"role": "user", "content": "q"}, {"role": "system", "content": "s"}', '{"role": "system", "content": "s"}, {"role": "user", "content": "q"}'],
  ['example.roles.repeated', '{"role": "user", "content": "q"}, {"role": "user"', `${u}, ${a}, {"role": "user"`],
  ['example.weights.allZero', '"weight": 0', '"weight": 1'],
  ['example.images.tooMany', ', {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}', ''],
  ['example.parallelToolCalls.wrongType', ': 1}', ': false}'],
  ['message.wrongType', '"assistant", {', '{"role": "assistant", "content": "x"}, {"role": "user", "content": "y"}, {'],
  ['message.role.missing', '{"content"', '{"role": "user", "content"'],
  ['message.role.wrongType', '["user"]', '"user"'],
  ['message.role.unknown', '"USER"', '"user"'],
  ['message.role.developer', '"developer"', '"system"'],
  ['message.key.unknown', '"id": 1', '"name": "id"'],
  ['message.key.misplaced', ', "tool_call_id": "c1"', ''],
  ['message.key.null', '"name": null', '"name": "null"'],
  ['message.content.missing', '{"role": "user"}', u],
  ['message.content.null', 'null', '"null"'],
  ['message.content.wrongType', '7', '"7"'],
  ['message.content.empty', '""', '"?"'],
  ['message.content.surroundingSpace', '" a"', '"a a"'],
  ['message.empty', 'null', '"a"'],
  ['message.weight.invalid', '0.5', '1'],
  ['message.weight.misplaced', ', "weight": 1', ''],
  ['message.weight.ignored', ', "weight": 1', ''],
  ['message.name.ignored', ', "name": "Ann"', ''],
  ['message.name.wrongType', '7', '"7"'],
  ['message.name.invalid', 'a b', 'a_b'],
  ['message.name.missing', '{"role": "function", ', '{"role": "function", "name": "f", '],
  ['content.parts.empty', '[]}', '[{"type": "text", "text": "q"}]}'],
  ['content.part.wrongType', '["q"]', '[{"type": "text", "text": "q"}]'],
  ['content.part.type.missing', '{"text"', '{"type": "text", "text"'],
  ['content.part.type.unknown', 'input_text', 'text'],
  ['content.part.type.notAllowed', '{"type": "refusal", "refusal": "q"}', '{"type": "text", "text": "q"}'],
  ['content.part.type.unsupported', '{"type": "input_audio", "input_audio": {}}', '{"type": "text", "text": "q"}'],
  ['content.part.text.invalid', '{"type": "text"}', '{"type": "text", "text": "q"}'],
  ['content.part.refusal.notAlone', '{"type": "text", "text": "a"}, ', ''],
  ['content.part.image.invalid', '"https://a.example"', '{"url": "https://a.example"}'],
  ['content.part.image.url', 'cat.png', 'https://a.example/cat.png'],
  ['content.part.image.detail', '"max"', '"high"'],
  ['content.part.image.base64', 'not base64!', png()],
  ['content.part.image.format', 'data:image/gif;base64,R0lGODlhLi4uLi4uLi4uLg==', `data:image/png;base64,${png()}`],
  ['content.part.image.mediaType', 'image/jpeg', 'image/png'],
  ['content.part.image.tooLarge', png(6, 10 * 1024 * 1024 + 1), png(6, 10 * 1024 * 1024)],
  ['content.part.image.colors', png(3), png(2)],
  ['toolCalls.wrongType', ': {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}', ': [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]'],
  ['toolCalls.empty', ', "tool_calls": []', ''],
  ['toolCall.wrongType', '"tool_calls": ["f"]', '"content": "f"'],
  ['toolCall.id.missing', '{"type": "function", "function": {"name": "f", "arguments"', '{"id": "c1", "type": "function", "function": {"name": "f", "arguments"'],
  ['toolCall.id.wrongType', '"id": 1', '"id": "1"'],
  ['toolCall.id.duplicate', '[{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]', '[{"id": "c2", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}]'],
  ['toolCall.type.invalid', '"id": "c1", ', '"id": "c1", "type": "function", '],
  ['toolCall.function.missing', '"tool_calls": [{"id": "c1", "type": "function"}]', '"content": "a"'],
  ['toolCall.name.invalid', '{"arguments"', '{"name": "f", "arguments"'],
  ['toolCall.name.undeclared', ']}]}', ']}], "tools": [{"type": "function", "function": {"name": "f"}}]}'],
  ['toolCall.arguments.missing', '{"name": "f"}', '{"name": "f", "arguments": "{}"}'],
  ['toolCall.arguments.wrongType', '"arguments": {}', '"arguments": "{}"'],
  ['toolCall.arguments.notJson', '{a: 1}', '{\\"a\\": 1}'],
  ['toolCall.arguments.notObject', '[1]', '{}'],
  ['toolCall.arguments.mismatch', '"{}"', '"{\\"a\\": \\"b\\"}"'],
  ['toolCall.unanswered', '{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "tools"', '{"role": "tool", "tool_call_id": "c1", "content": "r"}, {"role": "assistant", "content": "a"}], "tools"'],
  ['toolAnswer.callId.missing', '{"role": "tool", "content": "r"}, ', ''],
  ['toolAnswer.callId.wrongType', '{"role": "tool", "tool_call_id": 7, "content": "r"}, ', ''],
  ['toolAnswer.callId.unmatched', '{"role": "tool", "tool_call_id": "c1", "content": "r"}, ', ''],
  ['toolAnswer.repeated', '{"role": "tool", "tool_call_id": "c1", "content": "r"}, ', ''],
  ['functionAnswer.unmatched', '{"role": "function", "name": "g", "content": "r"}, ', ''],
  ['functionCall.besideToolCalls', ', "function_call": {"name": "f", "arguments": "{}"}', ''],
  ['functionCall.invalid', '"function_call": "f"', '"function_call": {"name": "f", "arguments": "{}"}'],
  ['tools.wrongType', '"tools": {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}', '"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]'],
  ['tool.wrongType', '["f"]', '[{"type": "function", "function": {"name": "f"}}]'],
  ['tool.type.invalid', '[{"function"', '[{"type": "function", "function"'],
  ['tool.function.missing', '"name": "f"}', '"function": {"name": "f"}}'],
  ['tool.name.missing', '"function": {}', '"function": {"name": "f"}'],
  ['tool.name.invalid', 'get weather', 'get_weather'],
  ['tool.name.duplicate', '}, {"type": "function", "function": {"name": "f"', '}, {"type": "function", "function": {"name": "g"'],
  ['tool.description.wrongType', '["d"]', '"d"'],
  ['tool.parameters.invalid', '"parameters": []', '"parameters": {}'],
  ['tool.parameters.notObjectSchema', '"string"', '"object"'],
  ['tool.parameters.type.missing', '{"properties"', '{"type": "object", "properties"'],
  ['tool.schema.wrongType', '"properties": []', '"properties": {}'],
  ['tool.schema.type.unknown', '"str"', '"string"'],
  ['tool.schema.required.undeclared', '["a", "b"]', '["a"]'],
  ['tool.schema.enum.empty', '"enum": []', '"enum": ["x"]'],
  ['tool.schema.items.missing', '"array"', '"array", "items": {}'],
  ['tool.strict.open', '"additionalProperties": false', '"required": ["a"], "additionalProperties": false'],
  ['tool.strict.wrongType', '"yes"', 'false'],
  ['functions.deprecated', '"functions": [{"name": "f", "parameters": {"type": "object", "properties": {}}}]', '"tools": [{"type": "function", "function": {"name": "f"}}]'],
  ['functions.count', ', "functions": []', ''],
  ['tools.count', ', {"type": "function", "function": {"name": "f128"}}', ''],
  ['preference.key.missing', '{"preferred_output"', `{"input": {"messages": [${u}]}, "preferred_output"`],
  ['preference.key.renamed', '"rejected"', '"non_preferred_output"'],
  ['preference.input.wrongType', '"q"', `{"messages": [${u}]}`],
  ['preference.input.endsWithAssistant', ', {"role": "assistant", "content": "x"}', ''],
  ['preference.output.wrongType', '"a"', `[${a}]`],
  ['preference.output.count', '[]', `[${a}]`],
  ['preference.output.role', '[{"role": "user", "content": "a"}]', `[${a}]`],
  ['preference.outputs.equal', '"non_preferred_output": [{"role": "assistant", "content": "a"}]', '"non_preferred_output": [{"role": "assistant", "content": "b"}]'],
  ['preference.image', '{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}', '{"type": "text", "text": "q"}'],
  ['reinforcement.answer', ', {"role": "assistant", "content": "a"}]', '], "answer": 1'],
  ['reinforcement.lastMessage.notUser', '{"role": "user", "content": "q"}, {"role": "developer", "content": "d"}', '{"role": "developer", "content": "d"}, {"role": "user", "content": "q"}'],
  ['reinforcement.role.notAllowed', '"system"', '"developer"'],
  ['reinforcement.fields.none', ']}', '], "answer": 1}'],
  ['reinforcement.field.name', 'the answer', 'the_answer'],
  ['completion.key.missing', '"p"', '"p", "completion": "c"'],
  ['completion.key.unknown', ', "id": 1', ''],
  ['completion.value.wrongType', '7', '"7"'],
  ['completion.empty', '" "', '" c"'],
  ['completion.long', 'c'.repeat(20), 'c'],
  ['example.format.mixed', line(u, a), '{"prompt": "p", "completion": "c"}'],
];

function rulesetOf(service: string): Ruleset {
  return service === 'openai' ? defaultRuleset : createRuleset(datasetProfiles[service]!);
}

function problemsAs(text: string, format: Format, ruleset: Ruleset): readonly Problem[] {
  return [...problemsOfLine(checkLine(text, { first: false, ruleset }), 0, text.length, format, ruleset)];
}

test('rules that need more than a chat line for OpenAI find their mistake at the exact place', () => {
  for (const [format, service, code, marked] of furtherLines) {
    const text = marked.replaceAll(/[«»]/g, '');
    const found = problemsAs(text, format, rulesetOf(service)).find((problem) => problem.code === code);
    assert.ok(found, `${code}: ${text}`);
    const { start, end } = found.range;
    assert.equal(`${text.slice(0, start.character)}«${text.slice(start.character, end.character)}»${text.slice(end.character)}`, marked, code);
  }
});

test('each rule is silent once its mistake is mended, and so are all others', () => {
  const all = [...failing.map(([format, code, marked]) => [format, 'openai', code, marked] as const), ...furtherLines];
  for (const [code, replaced, by] of mends) {
    const rows = all.filter(([, , found, marked]) => found === code && marked.replaceAll(/[«»]/g, '').includes(replaced));
    assert.ok(rows.length > 0, `no line with ${code} has ${replaced.slice(0, 200)}`);
    const [format, service, , marked] = rows[0]!;
    const mended = marked.replaceAll(/[«»]/g, '').replace(replaced, () => by);
    assert.deepEqual(problemsAs(mended, format, rulesetOf(service)).map((problem) => problem.code), [], `${code}: ${mended.slice(0, 500)}`);
  }
});

const valid = chatLines(60);
const validText = valid.join('\n');
const openai = defaultRuleset.profile;
const pairsOf = (prompt: (n: number) => string, completion: (n: number) => string): string =>
  Array.from({ length: 100 }, (_, n) => JSON.stringify({ prompt: prompt(n), completion: completion(n) })).join('\n');
const word = (n: number): string => `${String.fromCharCode(97 + (n % 26))}${String.fromCharCode(97 + (n % 7))}${n}`;
const prompt = (n: number): string => `${word(n)} ->`;
const completion = (n: number): string => ` ${word(n)}x\n`;
const graded = (rest: (n: number) => string): string => Array.from({ length: 60 }, (_, n) => `{"messages": [${u}], "answer": ${n}${rest(n)}}`).join('\n');
const preferences = (better: string): string =>
  Array.from({ length: 60 }, (_, n) => `{"input": {"messages": [${u}]}, "preferred_output": [${a.replace('"a"', `"${better}${n}"`)}], "non_preferred_output": [${a.replace('"a"', `"no ${n}"`)}]}`).join('\n');
const pictures = (count: number): string =>
  [...valid, ...Array.from({ length: count }, () => line('{"role": "system", "content": "Answer briefly."}', '{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}', a))].join('\n');
const profiled = (changes: Partial<typeof openai>): DatasetOptions => ({ ruleset: createRuleset({ ...openai, ...changes }) });
const two = { images: { perExample: 1, bytes: 1, examples: 2 } };
const azure: DatasetOptions = { ruleset: createRuleset(datasetProfiles['azure']!) };
const none: DatasetOptions = {};

/** A file that breaks a rule, and one that is as like it as can be and keeps it. */
const files: readonly (readonly [code: ProblemCode, failing: readonly [string, DatasetOptions], passing: readonly [string, DatasetOptions]])[] = [
  ['file.jsonArray', [`[${valid.join(',\n')}]`, none], [validText, none]],
  ['file.prettyPrinted', [JSON.stringify(JSON.parse(valid[0] ?? ''), null, 1), none], [valid[0] ?? '', none]],
  ['file.table', ['question,answer\nWhy?,No\n', none], [`question,answer\n${valid[0]}`, none]],
  ['file.encoding', [validText, { file: { encoding: 'UTF-16 LE' } }], [validText, none]],
  ['file.notText', [validText, { file: { notText: 'PNG' } }], [validText, none]],
  ['file.bom', [`\uFEFF${validText}`, none], [`\uFEFF${validText}`, azure]],
  ['file.bomMissing', [validText, { ...azure, file: { byteOrderMark: false } }], [validText, { file: { byteOrderMark: false } }]],
  ['file.crlf', [validText, { file: { crlf: true } }], [validText, { file: { crlf: false } }]],
  ['file.extension', [validText, { file: { extension: '.json' } }], [validText, { file: { extension: '.jsonl' } }]],
  ['file.tooLarge', [validText, { file: { bytes: openai.maximumFileBytes + 1 } }], [validText, { file: { bytes: openai.maximumFileBytes } }]],
  ['file.tooFewExamples', [valid.slice(0, 9).join('\n'), none], [valid.slice(0, 10).join('\n'), none]],
  ['file.fewExamples', [valid.slice(0, 49).join('\n'), none], [valid.slice(0, 50).join('\n'), none]],
  ['file.format.unknown', ['{"question": "a"}', none], ['{"messages": "a"}', none]],
  ['file.format.method', [validText, { file: { method: 'dpo' } }], [validText, { file: { method: 'supervised' } }]],
  ['file.format.legacy', ['{"prompt": "p", "completion": "c"}', none], [validText, none]],
  ['file.system.sometimes', [`${validText}\n${line(u, a)}`, none], [`${validText}\n${chatLine()}`, none]],
  ['file.tooManyExamples', [graded(() => ''), profiled({ reinforcementExamples: { training: 59, validation: 1 } })], [graded(() => ''), profiled({ reinforcementExamples: { training: 60, validation: 1 } })]],
  ['file.images.tooMany', [pictures(3), profiled(two)], [pictures(2), profiled(two)]],
  ['file.images.unsupported', [pictures(1), profiled({ images: undefined })], [pictures(0), profiled({ images: undefined })]],
  ['line.blank', [`${validText}\n\n`, none], [`${validText}\n`, none]],
  ['file.preference.length', [preferences('very much longer, and that '), none], [preferences('yes '), none]],
  ['file.reinforcement.fields', [graded((n) => (n === 3 ? '' : ', "hint": 1')), none], [graded(() => ', "hint": 1'), none]],
  ['file.reinforcement.graderField', [graded(() => ''), { file: { graderFields: ['reference'] } }], [graded(() => ''), { file: { graderFields: ['answer'] } }]],
  ['file.completion.equal', [pairsOf(() => 'same ->', completion), none], [pairsOf(prompt, completion), none]],
  ['file.completion.separator', [pairsOf(word, completion), none], [pairsOf(prompt, completion), none]],
  ['file.completion.separatorLong', [pairsOf((n) => `${word(n)} what may this be?`, completion), none], [pairsOf(prompt, completion), none]],
  ['file.completion.separatorInside', [pairsOf((n) => `${word(n)} -> x${n} ->`, completion), none], [pairsOf(prompt, completion), none]],
  ['file.completion.promptStart', [pairsOf((n) => `Tell me about ${prompt(n)}`, completion), none], [pairsOf(prompt, completion), none]],
  ['file.completion.start', [pairsOf(prompt, (n) => ` Well,${completion(n)}`), none], [pairsOf(prompt, completion), none]],
  ['file.completion.ending', [pairsOf(prompt, (n) => ` ${word(n)}`), none], [pairsOf(prompt, (n) => ` ${word(n)}\n`), none]],
  ['file.completion.leadingSpace', [pairsOf(prompt, (n) => `${word(n)}\n`), none], [pairsOf(prompt, (n) => ` ${word(n)}\n`), none]],
  ['file.completion.upperCase', [pairsOf((n) => prompt(n).toUpperCase(), completion), none], [pairsOf(prompt, completion), none]],
  ['line.tooLong', [`{"messages": "${'x'.repeat(5 << 20)}"}`, none], [`{"messages": "${'x'.repeat(1 << 20)}"}`, none]],
];

test('each rule of files tells the file that breaks it, and not its like', () => {
  const codesIn = ([text, options]: readonly [string, DatasetOptions]): readonly ProblemCode[] => {
    const document = new DatasetDocument(new TextLines(text), options);
    document.check();
    return [...document.problems()].map(({ code }) => code);
  };
  for (const [code, failed, passed] of files) {
    assert.ok(codesIn(failed).includes(code), `${code} is not told`);
    assert.ok(!codesIn(passed).includes(code), `${code} is told where all is well`);
  }
});

test('every rule of lines and files has a case that fails and one that passes', () => {
  const told = new Set<string>([...failing.map(([, code]) => code), ...furtherLines.map(([, , code]) => code), ...files.map(([code]) => code)]);
  const silent = new Set<string>([...mends.map(([code]) => code), ...files.map(([code]) => code)]);
  // The list of problems speaks of itself; bytes and counted tokens are judged by those who read and count them; what
  // is sensitive, and what shows only across lines, has tables of its own.
  const elsewhere = /^(?:file\.moreProblems|line\.invalidUtf8|example\.tokens\.truncated|(?:safety|corpus)\..*)$/;
  const here = problemCodes.filter((code) => !elsewhere.test(code));
  assert.deepEqual(here.filter((code) => !told.has(code)), [], 'no case fails');
  assert.deepEqual(here.filter((code) => !silent.has(code)), [], 'no case passes');
});
