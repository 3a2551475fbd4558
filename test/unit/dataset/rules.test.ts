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
import { formatLines } from './formatLines.ts';
import { a, chatRuleLines, image, line, u } from './ruleLines.ts';

const seen = new Set<ProblemCode>();
/** The problems of a line of a file of the format. */
function problemsAs(text: string, format: Format, ruleset: Ruleset = defaultRuleset): readonly Problem[] {
  return [...problemsOfLine(checkLine(text, { first: false, ruleset }), 0, text.length, format, ruleset)];
}

test('each rule finds its mistake at the exact place, and nothing else', () => {
  for (const [format, code, marked] of [...chatRuleLines.map((row) => ['chat', ...row] as const), ...formatLines]) {
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
    ['question,answer\n"What, then?",yes\nWhy?,"""no"""\n', none, ['file.table']],
    ['\uFEFFq;a\n"two\nlines";x\nlast;row', none, ['file.bom', 'file.table']],
    ['q\ta\n1\t2', none, ['file.table']],
    ['question,answer', none, ['file.tooFewExamples', 'json.syntax']],
    ['question,answer\nWhat?', none, ['file.tooFewExamples', 'json.syntax', 'json.syntax']],
    [`question,answer\n${line(u, a)}`, none, ['file.tooFewExamples', 'json.syntax']],
    [`"messages": [],\n${valid}`, none, ['json.syntax']],
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
