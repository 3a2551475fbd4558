import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { DatasetDocument, type DatasetOptions } from '../../../src/core/dataset/document.ts';
import { datasetProfiles, forModel } from '../../../src/core/dataset/profile.ts';
import { createRuleset, defaultRuleset, parseRuleSettings, type Ruleset } from '../../../src/core/dataset/ruleset.ts';
import { problemsOfLine } from '../../../src/core/dataset/summary.ts';
import { formats, type Format } from '../../../src/core/dataset/format.ts';
import { checkLine, overlongLine } from '../../../src/core/dataset/line.ts';
import { problemCodes, rules, type Problem, type ProblemCode } from '../../../src/core/dataset/problem.ts';
import { truncationProblem } from '../../../src/core/dataset/truncation.ts';
import { problemText } from '../../../src/messages/problems.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { TextLines } from '../../support/textLines.ts';
import { formatLines, png } from './formatLines.ts';

const seen = new Set<ProblemCode>();
const u = '{"role": "user", "content": "q"}';
const a = '{"role": "assistant", "content": "a"}';
const line = (...messages: readonly string[]): string => `{"messages": [${messages.join(', ')}]}`;
const fn = '{"name": "f", "parameters": {"type": "object", "properties": {}}}';
const tool = `{"type": "function", "function": ${fn}}`;
const call = '{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}';
const answered = '{"role": "tool", "tool_call_id": "c1", "content": "r"}';
const calls = (...items: readonly string[]): string => `{"role": "assistant", "tool_calls": [${items.join(', ')}]}`;
const tools = (messages: string, ...items: readonly string[]): string => `${messages.slice(0, -1)}, "tools": [${items.join(', ')}]}`;
const part = (...parts: readonly string[]): string => line(`{"role": "user", "content": [${parts.join(', ')}]}`, a);
const image = '{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}';

/** Each line with the place of its one problem between « and », or without a problem. */
const table: readonly (readonly [code: ProblemCode | 'none', marked: string])[] = [
  ['none', line(u, a)],
  ['none', ` ${line(u, a)}\t`],
  ['none', `{"messages":[${u},${a}],"tools":[],"parallel_tool_calls":true}`],
  ['none', line('{"role": "system", "content": [{"type": "text", "text": "s"}]}', u, a)],
  ['none', line(u, '{"role": "assistant", "content": "a", "weight": 0}', u, '{"role": "assistant", "content": "a", "weight": 1.0}')],
  ['none', line('{"role": "user", "content": "q", "name": "Zeynep-Ç"}', a)],
  ['none', line(u, '{"role": "assistant", "content": null, "refusal": "No."}')],
  ['none', line(u, '{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}')],
  ['none', line(u, '{"role": "assistant", "content": "a", "function_call": null, "refusal": null}')],
  ['none', part('{"type": "text", "text": "q"}', image, '{"type": "image_url", "image_url": {"url": "data:image/png;base64,'.concat(png(), '", "detail": "low"}}'))],
  ['none', tools(line(u, calls(call), answered, a), tool)],
  ['none', tools(line(u, calls(call)), tool)],
  ['none', tools(line(u, '{"role": "assistant", "content": "", "tool_calls": ['.concat(call, ']}')), tool)],
  ['none', tools(line(u, calls(call), '{"role": "tool", "tool_call_id": "c1", "content": "", "name": "f"}', a), tool)],
  ['none', tools(line(u, calls(call, call.replace('c1', 'c2')), answered, answered.replace('c1', 'c2'), a), tool)],
  ['none', line(u, '{"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}', '{"role": "function", "name": "f", "content": null}', a)],

  ['json.syntax', '{"messages": «x»}'],
  ['json.unclosed', line(u, a).replace(/..$/, '').replace(/.$/, '«}»')],
  ['json.comment', `«// ${line(u, a)}»`],
  ['json.trailingComma', `${line(u, a)}«,»`],
  ['json.pythonLiteral', "«{'messages': []}»"],
  ['json.nonFinite', '{"messages": «NaN»}'],
  ['json.concatenated', `${line(u, a)}«${line(u, a)}»`],
  ['json.controlCharacter', '{"messages": "a«\t»b"}'],
  ['json.notObject', '«["messages"]»'],
  ['json.notObject', ' «"messages"» '],
  ['json.notObject', '«null»'],
  ['json.duplicateKey', line('{"role": "user", «"content"»: "x", "content": "q"}', a)],
  ['json.duplicateKey', `{«"messages"»: 1, "messages": [${u}, ${a}]}`],
  ['json.duplicateKey', line('{"role": "user", «"content"» : ": x", "content"\t: ": q"}', a)],
  ['none', line('{"role" : "user", "content"  : ": \\": q"}', a)],
  ['none', line('{"role": "user", "content": ":q"}', a)],
  ['json.loneSurrogate', line('{"role": "user", "content": «"a\\ud83d b"»}', a)],
  ['json.loneSurrogate', line('{"role": "user", "content": «"a\ud83d b"»}', a)],
  ['none', line('{"role": "user", "content": "a\\ud83d\\ude00 b \\\\ud83d"}', a)],
  ['line.replacementCharacter', line('{"role": "user", "content": "caf«\uFFFD»"}', a)],

  ['example.messages.missing', '«{}»'],
  ['example.messages.missing', `{«"message"»: [${u}, ${a}]}`],
  ['example.messages.wrongType', '{"messages": «"hello"»}'],
  ['example.messages.wrongType', '{"messages": «null»}'],
  ['example.messages.empty', '{"messages": «[]»}'],
  ['example.key.unknown', `{"messages": [${u}, ${a}], «"weight"»: 1}`],
  ['example.assistant.missing', `{«"messages"»: [${u}]}`],
  ['example.lastMessage.notAssistant', line(u, a, '{"role": «"user"», "content": "q"}')],
  ['example.lastMessage.notAssistant', tools(line(u, calls(call), answered.replace('"tool"', '«"tool"»')), tool)],
  ['example.user.missing', `{«"messages"»: [${a}]}`],
  ['example.system.position', line(u, '{"role": «"system"», "content": "s"}', a)],
  ['example.roles.repeated', line(u, '{"role": «"user"», "content": "q"}', a)],
  ['example.weights.allZero', `{«"messages"»: [${u}, {"role": "assistant", "content": "a", "weight": 0}]}`],
  ['example.parallelToolCalls.wrongType', `{"messages": [${u}, ${a}], "parallel_tool_calls": «1»}`],

  ['message.wrongType', line(u, '«"assistant"»', a)],
  ['message.role.missing', line('«{"content": "q"}»', a)],
  ['message.role.missing', line('«{"from": "human", "content": "q"}»', a)],
  ['message.role.wrongType', line('{"role": «["user"]», "content": "q"}', a)],
  ['message.role.unknown', line('{"role": «"USER"», "content": "q"}', a)],
  ['message.role.developer', line('{"role": «"developer"», "content": "s"}', u, a)],
  ['message.key.unknown', line('{"role": "user", "content": "q", «"id"»: 1}', a)],
  ['message.key.misplaced', line('{"role": "user", "content": "q", «"tool_call_id"»: "c1"}', a)],
  ['message.key.null', line('{"role": "user", "content": "q", «"name": null»}', a)],
  ['message.content.missing', line('«{"role": "user"}»', a)],
  ['message.content.missing', line('«{"role": "system"}»', u, a)],
  ['message.content.null', line('{"role": "user", "content": «null»}', a)],
  ['message.content.wrongType', line('{"role": "user", "content": «7»}', a)],
  ['message.content.wrongType', line(u, '{"role": "assistant", "content": «{"text": "a"}»}')],
  ['message.content.empty', line('{"role": "user", "content": «""»}', a)],
  ['message.content.empty', line(u, '{"role": "assistant", "content": «" \\n"»}')],
  ['message.content.surroundingSpace', line(u, '{"role": "assistant", "content": «" a"»}')],
  ['message.content.surroundingSpace', line(u, '{"role": "assistant", "content": «"a\\u00a0"»}')],
  ['message.empty', line(u, '«{"role": "assistant", "content": null}»')],
  ['message.empty', line(u, '«{"role": "assistant"}»')],
  ['message.weight.invalid', line(u, '{"role": "assistant", "content": "a", "weight": «0.5»}')],
  ['message.weight.invalid', line(u, '{"role": "assistant", "content": "a", "weight": «true»}')],
  ['message.weight.misplaced', line('{"role": "user", "content": "q", «"weight"»: 1}', a)],
  ['message.name.wrongType', line('{"role": "user", "content": "q", "name": «7»}', a)],
  ['message.name.invalid', line('{"role": "user", "content": "q", "name": «"a b"»}', a)],
  ['message.name.missing', line(u, '{"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}', '«{"role": "function", "content": "r"}»', a)],

  ['content.parts.empty', line('{"role": "user", "content": «[]»}', a)],
  ['content.part.wrongType', part('«"q"»')],
  ['content.part.type.missing', part('«{"text": "q"}»')],
  ['content.part.type.unknown', part('{"type": «"input_text"», "text": "q"}')],
  ['content.part.type.notAllowed', part('{"type": «"refusal"», "refusal": "q"}')],
  ['content.part.type.notAllowed', line(u, '{"role": "assistant", "content": [{"type": «"image_url"», "image_url": {"url": "https://a.example"}}]}')],
  ['content.part.type.unsupported', part('{"type": «"input_audio"», "input_audio": {}}')],
  ['content.part.text.invalid', part('«{"type": "text"}»')],
  ['content.part.text.invalid', part('{"type": "text", "text": «null»}')],
  ['content.part.refusal.notAlone', line(u, '{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": «"refusal"», "refusal": "no"}]}')],
  ['content.part.image.invalid', part('{"type": "image_url", "image_url": «"https://a.example"»}')],
  ['content.part.image.invalid', part('«{"type": "image_url"}»')],
  ['content.part.image.url', part('{"type": "image_url", "image_url": {"url": «"cat.png"»}}')],
  ['content.part.image.url', part('{"type": "image_url", "image_url": «{"detail": "low"}»}')],
  ['content.part.image.detail', part('{"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": «"max"»}}')],

  ['toolCalls.wrongType', tools(line(u, `{"role": "assistant", "tool_calls": «${call}»}`), tool)],
  ['toolCalls.empty', line(u, '{"role": "assistant", "content": "a", "tool_calls": «[]»}')],
  ['toolCall.wrongType', line(u, calls('«"f"»'))],
  ['toolCall.id.missing', tools(line(u, calls(`«${call.replace('"id": "c1", ', '')}»`)), tool)],
  ['toolCall.id.wrongType', tools(line(u, calls(call.replace('"c1"', '«1»'))), tool)],
  ['toolCall.id.duplicate', tools(line(u, calls(call), answered, calls(call.replace('"c1"', '«"c1"»'))), tool)],
  ['toolCall.type.invalid', tools(line(u, calls(`«${call.replace('"type": "function", ', '')}»`)), tool)],
  ['toolCall.type.invalid', tools(line(u, calls(call.replace('"function",', '«"tool"»,'))), tool)],
  ['toolCall.function.missing', line(u, calls('«{"id": "c1", "type": "function"}»'))],
  ['toolCall.function.missing', line(u, calls('{"id": "c1", "type": "function", "function": «"f"»}'))],
  ['toolCall.name.invalid', tools(line(u, calls(call.replace('{"name": "f", "arguments": "{}"}', '«{"arguments": "{}"}»'))), tool)],
  ['toolCall.name.undeclared', line(u, calls(call.replace('"f"', '«"f"»')))],
  ['toolCall.arguments.missing', tools(line(u, calls(call.replace('{"name": "f", "arguments": "{}"}', '«{"name": "f"}»'))), tool)],
  ['toolCall.arguments.wrongType', tools(line(u, calls(call.replace('"{}"', '«{}»'))), tool)],
  ['toolCall.arguments.notJson', tools(line(u, calls(call.replace('"{}"', '«"{a: 1}"»'))), tool)],
  ['toolCall.arguments.notObject', tools(line(u, calls(call.replace('"{}"', '«"[1]"»'))), tool)],
  ['toolCall.arguments.notObject', tools(line(u, calls(call.replace('"{}"', '«"\\"{}\\""»'))), tool)],
  ['toolCall.unanswered', tools(line(u, calls(call.replace('"c1"', '«"c1"»')), u, a), tool)],
  ['toolAnswer.callId.missing', tools(line(u, calls(call), `«${answered.replace('"tool_call_id": "c1", ', '')}»`, answered, a), tool)],
  ['toolAnswer.callId.wrongType', tools(line(u, calls(call), answered.replace('"c1"', '«7»'), answered, a), tool)],
  ['toolAnswer.callId.unmatched', line(u, answered.replace('"c1"', '«"c1"»'), a)],
  ['functionCall.invalid', line(u, '{"role": "assistant", "function_call": «"f"»}')],

  ['tools.wrongType', `{"messages": [${u}, ${a}], "tools": «${tool}»}`],
  ['tools.wrongType', `{"messages": [${u}, ${a}], "functions": «{}»}`],
  ['tool.wrongType', tools(line(u, a), '«"f"»')],
  ['tool.type.invalid', tools(line(u, a), `«{"function": ${fn}}»`)],
  ['tool.function.missing', tools(line(u, a), '«{"type": "function", "name": "f"}»')],
  ['tool.name.missing', tools(line(u, a), '{"type": "function", "function": «{}»}')],
  ['tool.name.invalid', tools(line(u, a), tool.replace('"f"', '«"get weather"»'))],
  ['tool.name.duplicate', tools(line(u, a), tool, tool.replace('"f"', '«"f"»'))],
  ['tool.description.wrongType', tools(line(u, a), tool.replace('"f",', '"f", "description": «["d"]»,'))],
  ['tool.parameters.invalid', tools(line(u, a), '{"type": "function", "function": {"name": "f", "parameters": «[]»}}')],
  ['tool.parameters.notObjectSchema', tools(line(u, a), tool.replace('"object"', '«"string"»'))],
  ['tool.strict.wrongType', tools(line(u, a), tool.replace('"f",', '"f", "strict": «"yes"»,'))],
  ['functions.deprecated', `{"messages": [${u}, ${a}], «"functions"»: [${fn}]}`],
];

/** The problems of a line of a file of the format. */
function problemsAs(text: string, format: Format, ruleset: Ruleset = defaultRuleset): readonly Problem[] {
  return [...problemsOfLine(checkLine(text, { first: false, ruleset }), 0, text.length, format, ruleset)];
}

test('each rule finds its mistake at the exact place, and nothing else', () => {
  for (const [format, code, marked] of [...table.map((row) => ['chat', ...row] as const), ...formatLines]) {
    const text = marked.replaceAll(/[«»]/g, '');
    const found = problemsAs(text, format);
    assert.deepEqual(found.map((problem) => problem.code), code === 'none' ? [] : [code], marked.slice(0, 500));
    for (const problem of found) {
      const [start, end] = [problem.range.start.character, problem.range.end.character];
      assert.equal(`${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}`, marked, code);
      assert.equal(problem.severity, rules[problem.code].severity);
      assert.doesNotMatch(problemText(problem), /\{\d\}|undefined/, 'every fact has its place in the text');
      seen.add(problem.code);
    }
  }
});

test('several mistakes of one line are all found', () => {
  const text = `{"messages": [{"role": "user", "content": 1, "weight": 2}, {"content": "x"}], "id": 3, "functions": []}`;
  const codes = problemsAs(text, 'chat').map(({ code }) => code);
  assert.deepEqual(codes.toSorted(), [
    'example.key.unknown', 'functions.count', 'functions.deprecated', 'message.content.wrongType', 'message.role.missing', 'message.weight.misplaced',
  ]);
  seen.add('functions.count');
});

test('a line nested very deep is checked without running out of stack', () => {
  const deep = `${'['.repeat(150_000)}${']'.repeat(150_000)}`;
  for (const text of [
    line(`{"role": "user", "content": "q", "name": ${deep}}`, a),
    line(u, `{"role": "assistant", "content": "a", "weight": ${deep}}`),
    `{"messages": [${u}, ${a}], "x": ${deep}}`,
    `${deep},`,
  ]) {
    for (const format of formats) {
      for (const { range } of problemsAs(text, format)) {
        assert.ok(range.end.character <= text.length);
      }
    }
  }
});

function fileCodes(text: string, options: DatasetOptions = {}): ProblemCode[] {
  const document = new DatasetDocument(new TextLines(text), options);
  document.check();
  const codes = [...document.problems()].map((problem) => {
    assert.ok(problemText(problem).length > 20);
    return problem.code;
  });
  codes.forEach((code) => seen.add(code));
  return codes;
}

test('a file is judged as a whole', () => {
  const valid = chatLines(60).join('\n');
  const none: DatasetOptions = {};
  const completionPairs = Array.from({ length: 60 }, () => '{"prompt": "a", "completion": "b"}').join('\n');
  const preferences = Array.from({ length: 60 }, (_, index) => `{"input": {"messages": [${u}]}, "preferred_output": [${a}], "non_preferred_output": [${a.replace('"a"', `"${index}"`)}]}`).join('\n');
  const rows = Array.from({ length: 60 }, () => '{"question": "a", "answer": "b"}').join('\n');
  const tasks = Array.from({ length: 60 }, (_, index) => `{"messages": [${u}], "answer": ${index}}`).join('\n');
  const table: readonly (readonly [text: string, options: DatasetOptions, codes: readonly ProblemCode[]])[] = [
    [valid, none, []],
    [`${valid}\n`, none, []],
    [valid.replaceAll('\n', '\r\n'), none, []],
    [chatLines(10).join('\n'), none, ['file.fewExamples']],
    [chatLines(9).join('\n'), none, ['file.tooFewExamples']],
    ['', none, ['file.tooFewExamples']],
    [`\n${valid}`, none, ['line.blank']],
    [`${valid}\n\n \n`, none, ['line.blank', 'line.blank']],
    [`${valid}\n${line(u, a)}`, none, ['file.system.sometimes']],
    [`\uFEFF${valid}`, none, ['file.bom']],
    [`\uFEFF${valid}`, { ruleset: createRuleset(datasetProfiles['azure']!) }, []],
    [valid, { ruleset: createRuleset(datasetProfiles['azure']!), file: { byteOrderMark: false } }, ['file.bomMissing']],
    [valid, { file: { extension: '.JSONL' } }, []],
    [valid, { file: { extension: '.json' } }, ['file.extension']],
    [valid, { file: { crlf: true } }, ['file.crlf']],
    [valid, { file: { bytes: 600 * 1024 * 1024 } }, ['file.tooLarge']],
    [valid, { file: { method: 'dpo' } }, ['file.format.method']],
    [valid, { file: { method: 'supervised' } }, []],
    [completionPairs, none, ['file.format.legacy', 'file.completion.equal', 'file.completion.equal', 'file.completion.leadingSpace']],
    [preferences, none, []],
    [tasks, none, []],
    [tasks, { file: { format: 'chat' } }, Array.from({ length: 60 }, () => ['example.assistant.missing', 'example.key.unknown'] as const).flat()],
    [preferences, { file: { format: 'completion' } }, ['file.format.legacy', ...Array.from({ length: 60 }, () => 'example.format.mixed' as const)]],
    [rows, none, ['file.format.unknown']],
    [`${valid}\n{"prompt": "a", "completion": "b"}`, none, ['example.format.mixed']],
    [`[\n${chatLines(3).join(',\n')}\n]\n`, none, ['file.jsonArray']],
    [`[${chatLines(3).join(',')}]`, none, ['file.jsonArray']],
    ['[]', none, ['file.jsonArray']],
    [JSON.stringify(JSON.parse(chatLine()), null, 2), none, ['file.prettyPrinted']],
    [`{"messages": [\n${u},\n${a}]}\n${valid}`, none, ['file.prettyPrinted']],
    ['["a"]\n["b"]', none, ['file.tooFewExamples', 'json.notObject', 'json.notObject']],
  ];
  for (const [text, options, codes] of table) {
    assert.deepEqual(fileCodes(text, options), codes, JSON.stringify(text.slice(0, 100)));
  }
  // While a first line is being typed, the others stay what they are.
  assert.deepEqual(fileCodes(`{"messages": [\n${valid}`), ['json.unclosed']);
  // Chat examples for reinforcement have no answer; asked for supervised training, that is a mistake.
  const asSupervised = fileCodes(tasks, { file: { method: 'supervised' } });
  assert.equal(asSupervised.filter((code) => code === 'example.assistant.missing').length, 60);
});

const many = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('\n');
const completions = (prompt: (index: number) => string, completion: (index: number) => string): string =>
  many(100, (index) => JSON.stringify({ prompt: prompt(index), completion: completion(index) }));

test('pairs of prompt and completion are compared with each other', () => {
  const word = (index: number): string => `${String.fromCharCode(97 + (index % 26))}${String.fromCharCode(97 + (index % 7))}${index}`;
  const table: readonly (readonly [text: string, codes: readonly ProblemCode[]])[] = [
    [completions((n) => `${word(n)} ->`, (n) => ` ${word(n)}x\n`), []],
    [completions(word, (n) => ` ${word(n)}\n`), ['file.completion.separator']],
    [completions((n) => `${word(n)} ->`, (n) => ` ${word(n)}`), ['file.completion.ending']],
    [completions((n) => `${word(n)} ->`, (n) => `${word(n)}\n`), ['file.completion.leadingSpace']],
    [completions((n) => `${word(n)} what may this be?`, (n) => ` ${word(n)}\n`), ['file.completion.separatorLong']],
    [completions((n) => `${word(n)} -> x${n} ->`, (n) => ` ${word(n)}\n`), ['file.completion.separatorInside']],
    [completions((n) => `Tell me about ${word(n)} ->`, (n) => ` ${word(n)}\n`), ['file.completion.promptStart']],
    [completions((n) => `${word(n)} ->`, (n) => ` Well, ${word(n)}\n`), ['file.completion.start']],
    [completions(() => 'same', (n) => ` ${word(n)}\n`), ['file.completion.equal']],
    [completions((n) => `${word(n)} ->`, () => ' same'), ['file.completion.equal']],
    [completions(() => '', (n) => ` ${word(n)}`), []],
    [completions((n) => `${word(n).toUpperCase()} ->`, (n) => ` ${word(n)}\n`), ['file.completion.upperCase']],
  ];
  for (const [text, codes] of table) {
    assert.deepEqual(fileCodes(text), ['file.format.legacy', ...codes], text.slice(0, 80));
  }
});

test('what the examples of a file have in common is judged, for each format', () => {
  const reinforcement = (index: number): string => `{"messages": [${u}], "answer": 1${index === 3 ? '' : ', "hint": 2'}}`;
  const pairs = (preferred: string, other: string): string =>
    many(60, (index) => JSON.stringify({
      input: { messages: [{ role: 'user', content: 'q' }] },
      preferred_output: [{ role: 'assistant', content: `${preferred}${index}` }],
      non_preferred_output: [{ role: 'assistant', content: `${other}${index}.` }],
    }));
  const shown = `{"messages": [{"role": "user", "content": [${image}]}, ${a}]}`;
  const lenient = createRuleset({ ...defaultRuleset.profile, reinforcementExamples: { training: 50, validation: 5 }, images: { perExample: 1, bytes: 1, examples: 2 } });
  const table: readonly (readonly [text: string, options: DatasetOptions, codes: readonly ProblemCode[]])[] = [
    [many(60, reinforcement), {}, ['file.reinforcement.fields']],
    [many(60, reinforcement), { file: { graderFields: ['answer'] } }, ['file.reinforcement.fields']],
    [many(60, reinforcement), { file: { graderFields: ['hint'] } }, ['file.reinforcement.graderField']],
    [many(60, reinforcement), { file: { graderFields: ['reference'] } }, ['file.reinforcement.graderField', 'file.reinforcement.fields']],
    [many(51, () => `{"messages": [${u}], "answer": 1}`), { ruleset: lenient }, ['file.tooManyExamples']],
    [many(6, () => `{"messages": [${u}], "answer": 1}`), { ruleset: lenient, file: { role: 'validation' } }, ['file.tooManyExamples']],
    [many(60, () => `{"messages": [{"role": "developer", "content": "d"}], "answer": 1}`), {}, Array.from({ length: 60 }, () => ['example.user.missing', 'reinforcement.lastMessage.notUser'] as const).flat()],
    [pairs('a long answer indeed', 'no'), {}, ['file.preference.length']],
    [pairs('no', 'a long answer indeed'), {}, ['file.preference.length']],
    [pairs('as long as', 'the other'), {}, []],
    [many(60, () => shown), {}, []],
    [many(60, () => shown), { ruleset: lenient }, ['file.images.tooMany']],
    [many(60, () => shown), { ruleset: createRuleset(datasetProfiles['local']!) }, ['file.images.unsupported']],
  ];
  for (const [text, options, codes] of table) {
    assert.deepEqual(fileCodes(text, options), codes, text.slice(0, 120));
  }
});

test('a service changes what is told, and a person changes it further', () => {
  const weighted = line('{"role": "user", "content": "q", "name": "Ann"}', '{"role": "assistant", "content": "a", "weight": 1}');
  const twice = line(u, u, a);
  const withId = `{"messages": [${u}, ${a}], "id": 1}`;
  const developer = line('{"role": "developer", "content": "d"}', u, a);
  const table: readonly (readonly [provider: string, settings: object, text: string, expected: readonly string[]])[] = [
    ['openai', {}, weighted, []],
    ['alibaba', {}, weighted, ['warning message.name.ignored', 'warning message.weight.ignored']],
    ['alibaba', { message: 'off' }, weighted, []],
    ['alibaba', { 'message.name': 'error', message: 'off' }, weighted, ['error message.name.ignored']],
    ['openai', {}, twice, ['warning example.roles.repeated']],
    ['together', {}, twice, ['error example.roles.repeated']],
    ['together', { 'example.roles.repeated': 'information' }, twice, ['information example.roles.repeated']],
    ['openai', {}, withId, ['error example.key.unknown']],
    ['nebius', {}, withId, ['warning example.key.unknown']],
    ['openai', {}, developer, ['error message.role.developer']],
    ['compatible', {}, developer, []],
    ['openai', { json: 'off' }, '{"messages": x}', []],
    ['openai', { line: 'error', nonsense: 'off', json: 'quiet' }, '{"messages": x}', ['error json.syntax']],
  ];
  for (const [provider, value, text, expected] of table) {
    const { settings } = parseRuleSettings(value);
    const ruleset = createRuleset(datasetProfiles[provider]!, settings);
    const found = problemsAs(text, 'chat', ruleset);
    found.forEach(({ code }) => seen.add(code));
    assert.deepEqual(found.map(({ severity, code }) => `${severity} ${code}`), expected, `${provider} ${JSON.stringify(value)}`);
  }
  assert.deepEqual(parseRuleSettings({ nonsense: 'off', json: 'quiet', line: 'off' }).unknown, ['nonsense', 'json']);
});

test('other rules check an open file again, and the counts follow', () => {
  const text = new TextLines(many(60, () => line(u, u, a)));
  const document = new DatasetDocument(text);
  document.check();
  assert.equal(document.summary().warnings, 60);
  document.configure({ ruleset: createRuleset(datasetProfiles['together']!) });
  assert.equal(document.summary().complete, false);
  document.check();
  assert.equal(document.summary().errors, 60);
  document.configure({ ruleset: createRuleset(datasetProfiles['together']!) });
  assert.equal(document.summary().complete, true, 'the same rules change nothing');
  document.configure({ ruleset: createRuleset(datasetProfiles['together']!, new Map([['example', 'off']])) });
  document.check();
  assert.deepEqual([...document.problems()], []);
});

test('an example longer than the model is trained on is told once its tokens are counted', () => {
  const ruleset = createRuleset(forModel(datasetProfiles['azure']!, 'gpt-4.1-nano-2025-04-14'));
  assert.deepEqual(truncationProblem(32_768, 3, ruleset), []);
  const [problem] = truncationProblem(32_769, 3, ruleset);
  assert.deepEqual(problem, { code: 'example.tokens.truncated', tokens: 32_769, maximum: 32_768, severity: 'warning', range: { start: { line: 3, character: 0 }, end: { line: 3, character: 1 } } });
  seen.add('example.tokens.truncated');
  assert.deepEqual(truncationProblem(65_537, 3, defaultRuleset).length, 1);
  assert.deepEqual(truncationProblem(1e9, 3, createRuleset(datasetProfiles['compatible']!)), [], 'not known there');
  assert.deepEqual(truncationProblem(1e9, 3, createRuleset(datasetProfiles['openai']!, new Map([['example.tokens', 'off']]))), []);
});

test('bytes that are no UTF-8 text are named', async () => {
  async function* once(...bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* bytes;
  }
  const utf8 = new TextEncoder().encode(`${chatLines(60).join('\n')}\n`);
  const utf16 = new Uint8Array(Buffer.from(`\uFEFF${chatLines(60).join('\n')}`, 'utf16le'));
  const unmarked = new Uint8Array(Buffer.from(chatLines(60).join('\n'), 'utf16le'));
  const bad = utf8.slice();
  bad[new TextDecoder().decode(utf8).indexOf('briefly')] = 0xff;
  const table: readonly (readonly [Uint8Array, readonly ProblemCode[]])[] = [
    [utf8, []],
    [new TextEncoder().encode(`${chatLines(60).join('\r\n')}\r\n`), ['file.crlf']],
    [utf16, ['file.encoding']],
    [unmarked, ['file.encoding']],
    [new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]), ['file.notText']],
    [new Uint8Array([0x50, 0x41, 0x52, 0x31, 0, 0]), ['file.notText']],
    [bad, ['line.invalidUtf8']],
  ];
  for (const [bytes, codes] of table) {
    const { problems, errors } = await checkBytes(once(bytes), { limit: 100 });
    assert.deepEqual(problems.map(({ code }) => code), codes);
    assert.equal(errors, codes.filter((code) => rules[code].severity === 'error').length);
    codes.forEach((code) => seen.add(code));
  }
});

test('what is too long to be checked is told', () => {
  assert.deepEqual(overlongLine(1024).problems.map(({ code }) => code), ['line.tooLong']);
  const document = new DatasetDocument(new TextLines(`{"messages": "${'x'.repeat(5 << 20)}"}`));
  document.check();
  assert.ok([...document.problems()].some(({ code }) => code === 'line.tooLong'));
  seen.add('line.tooLong');
});

test('a list that is cut says how much it leaves out', async () => {
  async function* lines(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('{"messages": []}\n'.repeat(500));
  }
  const { problems, errors } = await checkBytes(lines(), { limit: 20 });
  assert.equal(errors, 500);
  assert.equal(problems.length, 20);
});

test('every problem is tried here', () => {
  // Made by whoever shows a list, not by a rule.
  seen.add('file.moreProblems');
  // What is sensitive, and what shows only across lines, has tests of its own.
  const all = problemCodes.filter((code) => !/^(?:safety|corpus)\./.test(code));
  assert.deepEqual(all.filter((code) => !seen.has(code)), []);
});
