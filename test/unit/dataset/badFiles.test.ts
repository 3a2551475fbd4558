import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { runValidate } from '../../../src/cli/validate.ts';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { DatasetDocument } from '../../../src/core/dataset/document.ts';
import { toExampleLine, toExampleText } from '../../../src/core/dataset/exampleYaml.ts';
import { fixesFor } from '../../../src/core/dataset/fixes/fixes.ts';
import { fixAll } from '../../../src/core/dataset/fixes/fixAll.ts';
import { formats } from '../../../src/core/dataset/format.ts';
import { checkLine } from '../../../src/core/dataset/line.ts';
import type { Problem } from '../../../src/core/dataset/problem.ts';
import { createRuleset, defaultRuleset } from '../../../src/core/dataset/ruleset.ts';
import { problemsOfLine } from '../../../src/core/dataset/summary.ts';
import { truncationProblem } from '../../../src/core/dataset/truncation.ts';
import { chatExampleTokens } from '../../../src/core/tokens/chatTokens.ts';
import { fixTitle } from '../../../src/messages/fixes.ts';
import { problemText } from '../../../src/messages/problems.ts';
import { countTokens } from '../../../src/workers/tokens.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { TextLines } from '../../support/textLines.ts';

const folder = mkdtempSync(join(tmpdir(), 'bad-files-'));
after(() => rmSync(folder, { recursive: true }));

/** What the command line says of a file of these bytes. */
async function validated(name: string, bytes: Uint8Array): Promise<{ readonly exit: number; readonly out: string }> {
  writeFileSync(join(folder, name), bytes);
  let out = '';
  const { signal } = new AbortController();
  const exit = await runValidate([name], { stdout: (text) => (out += text), stderr: (text) => (out += text), env: {}, cwd: folder, signal });
  return { exit, out };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** `code line:start-end` of each problem of an open file. */
function places(problems: Iterable<Problem>): readonly string[] {
  return [...problems].map(({ code, range: { start, end } }) => `${code} ${start.line}:${start.character}-${end.character}`);
}

test('row 39: lines are those of the editor, whatever ends them, and each has its right number', async () => {
  const bad = '{"messages": []}';
  const mark = (line: number): string => `example.messages.empty ${line}:13-15`;
  const blank = (line: number, length = 0): string => `line.blank ${line}:0-${length}`;
  const separated = chatLine('a\u2028b', 'c\u2029d');
  const table: readonly (readonly [name: string, text: string, found: readonly string[]])[] = [
    ['LF', `${bad}\n${bad}\n`, [mark(0), mark(1)]],
    ['CRLF', `${bad}\r\n${bad}\r\n`, ['file.crlf 0:0-1', mark(0), mark(1)]],
    ['lone CR', `${bad}\r${bad}\r`, [mark(0), mark(1)]],
    ['mixed', `${bad}\n${bad}\r${bad}\r\n${bad}`, [mark(0), mark(1), mark(2), mark(3)]],
    ['no final line end', `${bad}\n${bad}`, [mark(0), mark(1)]],
    ['blank lines', `\n${bad}\n \t\n${bad}\n\n`, [blank(0), mark(1), blank(2, 2), mark(3), blank(4)]],
    ['trailing spaces', `${bad}  \n${bad}\t\n`, [mark(0), mark(1)]],
    ['separators inside strings', `${separated}\n${bad}\n`, [mark(1)]],
  ];
  const without = (found: readonly string[]): readonly string[] => found.filter((place) => !/^file\.(?:tooFew|system)/.test(place));
  for (const [name, text, expected] of table) {
    const streamed = await checkBytes(once(new TextEncoder().encode(text)), { limit: 100 });
    assert.deepEqual(without(places(streamed.problems)), expected, name);
    const document = new DatasetDocument(new TextLines(text), { file: expected[0]?.startsWith('file.crlf') === true ? { crlf: true } : {} });
    document.check();
    assert.deepEqual(without(places(document.problems())), expected, `${name}, in the editor`);
  }
});

function zip(name: string, content: string): Uint8Array {
  const data = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt16LE(name.length, 26);
  return Buffer.concat([local, Buffer.from(name), data]);
}

test('row 42: what is no JSON Lines file is named, on the command line and where files are validated', async () => {
  const text = `${chatLines(60).join('\n')}\n`;
  const utf16 = Buffer.from(text, 'utf16le');
  const table: readonly (readonly [name: string, bytes: Uint8Array, code: string, words: RegExp])[] = [
    ['a JSON array', Buffer.from(JSON.stringify(JSON.parse(`[${chatLines(3).join(',')}]`), null, 2)), 'file.jsonArray', /JSON array/],
    ['one object', Buffer.from(JSON.stringify(JSON.parse(chatLine()), null, 2)), 'file.prettyPrinted', /several lines/],
    ['CSV', Buffer.from('question,answer\n"What, then?",That\n'), 'file.table', /table \(CSV\)/],
    ['semicolons', Buffer.from('\uFEFFquestion;answer\r\n"What\r\nthen?";That\r\n'), 'file.table', /table \(CSV\)/],
    ['Parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(60), Buffer.from('PAR1')]), 'file.notText', /Parquet/],
    ['ZIP', zip('train.jsonl', text), 'file.notText', /ZIP/],
    ['an empty ZIP', Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]), 'file.notText', /ZIP/],
    ['gzip', gzipSync(text), 'file.notText', /gzip/],
    ['PNG', Buffer.concat([Buffer.from([0x89]), Buffer.from('PNG\r\n\u001a\n'), Buffer.alloc(30)]), 'file.notText', /PNG/],
    ['SQLite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(84)]), 'file.notText', /SQLite/],
    ['UTF-16 LE', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'file.encoding', /UTF-16 LE/],
    ['UTF-16 BE', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), 'file.encoding', /UTF-16 BE/],
    ['UTF-16 without a mark', utf16, 'file.encoding', /UTF-16 LE/],
  ];
  for (const [name, bytes, code, words] of table) {
    const { problems, errors, examples } = await checkBytes(once(bytes), { limit: 10 });
    const named = problems.find((problem) => problem.code === code);
    assert.ok(named, `${name}: ${places(problems).join()}`);
    assert.match(problemText(named), words);
    assert.ok(errors >= 1 && errors <= 2 && examples === 0, `${name} is told once, not line by line`);
    const { exit, out } = await validated('named.jsonl', bytes);
    assert.equal(exit, 1, name);
    assert.match(out, new RegExp(`named\\.jsonl:1:[12]: error ${code}: .*${words.source}`), name);
  }
});

/** Characters that are not seen, by what people call them. */
const unseen = {
  'a lone surrogate': '\ud83d',
  'a zero-width joiner': 'a\u200db',
  'an override of direction': '\u202egnp.exe',
  'tag characters': '\u{e0041}\u{e007f}',
  'a zero-width space': '\u200b',
  'a mark inside': '\ufeff',
  NUL: '\0',
};

test('row 43: what nobody sees is marked, counted, shown by its code, and stays as it is', () => {
  for (const [name, text] of Object.entries(unseen)) {
    for (const written of [JSON.stringify(`x${text}`), `"x${text.replaceAll('\0', '\\u0000')}"`]) {
      const line = chatLine('q').replace('"q"', () => written);
      const { problems } = checkLine(line, { first: false });
      assert.ok(problems.length > 0, `${name} is not told in ${written}`);
      assert.ok(problems.every(({ span }) => span.end > span.start));
      // As a key, it is named in the text of the problem, where it must be seen.
      const asKey = chatLine('q').replace('{"role": "user"', () => `{${written}: 1, "role": "user"`);
      const told = problemsOfLine(checkLine(asKey, { first: false }), 0, 0, 'chat', defaultRuleset);
      const texts = [...told].map(problemText);
      assert.ok(texts.some((sentence) => sentence.includes('message.key') || sentence.includes('\\u{')), texts.join('\n'));
      assert.doesNotMatch(texts.join(), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      // Mending something else, or looking at the example and saving it, changes none of its bytes.
      const source = new TextLines(`${line},`);
      const mending = fixAll(source, { format: 'chat', ruleset: defaultRuleset });
      let step = mending.next();
      while (!step.done) step = mending.next();
      source.applyAll(step.value);
      const other = problems.some(({ code }) => code === 'json.loneSurrogate');
      if (!other) assert.equal(source.text, line, name);
      const shown = toExampleText(line);
      if (shown.kind === 'text') {
        const back = toExampleLine(shown.text, line);
        assert.equal(back.kind === 'line' && JSON.stringify(JSON.parse(back.line)), JSON.stringify(JSON.parse(line)), name);
      }
    }
  }
  const counted = checkLine(chatLine('a\u200b\u202eb\u200b'), { first: false }).problems;
  assert.deepEqual(counted.map((problem) => problem.code === 'line.invisibleCharacter' && [problem.count, problem.codePoints]), [[3, [0x200b, 0x202e]]]);
});

const hostile = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', 'javascript:alert(1)', '[open](javascript:alert(1))',
  '<svg/onload=alert(1)>', '<math><mi xlink:href="javascript:1">', '${process.exit()}', '{{constructor}}', '</script>',
  '![x](https://evil.example/x.png)', '[run](command:workbench.action.quit)', '[see](file:///etc/passwd)', '$(trash)', '`code`',
  'a\r\nb', '\u001b[31mred', '\u202etxt.exe', '{0}{1}', 'x'.repeat(5000),
];

test('row 44: whatever stands in an example is plain text in problems and titles', () => {
  let told = 0;
  for (const text of hostile) {
    const word = JSON.stringify(text);
    const lines: readonly string[] = [
      `{"messages": [{"role": ${word}, "content": "q"}, {"role": "assistant", "content": "a"}], ${word}: 1}`,
      `{"messages": [{"role": "user", "content": "q", ${word}: 1, "name": ${word}, "weight": ${word}}, {"role": "assistant", "content": [{"type": ${word}}, {"type": "image_url", "image_url": {"url": ${word}, "detail": ${word}}}]}]}`,
      `{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [{"id": ${word}, "type": ${word}, "function": {"name": ${word}, "arguments": ${word}}}]}, {"role": "tool", "tool_call_id": "y", "content": "r"}], "tools": [{"type": "function", "function": {"name": ${word}, "parameters": {"type": ${word}, "required": [${word}]}}}]}`,
      `{"input": ${word}, "preferred_output": ${word}, "non_preferred_output": [], ${word}: 2}`,
      `{"messages": [{"role": "user", "content": "q"}], ${word}: 3}`,
      `{"prompt": ${word}, "completion": ${word}, ${word}: 4}`,
      `{"messages": ${text.slice(0, 60)}}`,
      `{${word}: 1, ${word}: 2}`,
    ];
    for (const line of lines) {
      const source = new TextLines(line);
      const ruleset = createRuleset(defaultRuleset.profile);
      for (const format of formats) {
        for (const problem of problemsOfLine(checkLine(source.lineAt(0), { first: false, ruleset }), 0, 0, format, ruleset)) {
          const texts = [problemText(problem), ...fixesFor(problem, source, { format, ruleset }).map(fixTitle)];
          for (const sentence of texts) {
            assert.ok(!sentence.includes(']('), `a link in ${sentence}`);
            assert.doesNotMatch(sentence, /[\p{Cc}\p{Cf}\p{Cs}]/u, sentence);
            assert.ok(sentence.length < 1500, `${problem.code} repeats a long text`);
            told += 1;
          }
        }
      }
    }
    // A file whose format is not known names its keys.
    const document = new DatasetDocument(new TextLines(`{${word}: 1}`));
    document.check();
    for (const problem of document.problems()) assert.ok(!problemText(problem).includes(']('));
  }
  assert.ok(told > 500, String(told));
});

test('row 47: mistakes of roles, weights, contents and calls are told each at its place', () => {
  const user = '{"role": "user", "content": "q"}';
  const answer = '{"role": "assistant", "content": "a"}';
  const line = (...messages: readonly string[]): string => `{"messages": [${messages.join(', ')}]}`;
  const calling = (given: string): string => `{"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": ${given}}}]}`;
  const table: readonly (readonly [text: string, found: readonly string[]])[] = [
    [line('{"content": "q"}', answer), ['message.role.missing {"content": "q"}']],
    [line('{"role": "narrator", "content": "q"}', answer), ['message.role.unknown "narrator"']],
    [line(user, '{"role": "system", "content": "s"}', answer), ['example.system.position "system"']],
    [line(answer, user), ['example.lastMessage.notAssistant "user"']],
    [line(user, '{"role": "assistant", "content": "a", "weight": 2}'), ['message.weight.invalid 2']],
    [line('{"role": "user", "content": ""}', answer), ['message.content.empty ""']],
    [line('{"role": "user", "content": null}', answer), ['message.content.null null']],
    [line(user, calling('"{oops"')).replace(/\}$/, ', "tools": [{"type": "function", "function": {"name": "f"}}]}'), ['toolCall.arguments.notJson "{oops"']],
    [line(user, calling('"[]"')).replace(/\}$/, ', "tools": [{"type": "function", "function": {"name": "f"}}]}'), ['toolCall.arguments.notObject "[]"']],
  ];
  const marksOf = (text: string): readonly string[] =>
    [...problemsOfLine(checkLine(text, { first: false }), 0, text.length, 'chat', defaultRuleset)].map(
      ({ code, range }) => `${code} ${text.slice(range.start.character, range.end.character)}`,
    );
  for (const [text, found] of table) {
    assert.deepEqual(marksOf(text), found, text);
  }
  const long = line(...Array.from({ length: 5_000 }, (_, turn) => [user, turn === 4_321 ? answer.replace('"assistant"', '"bot"') : answer]).flat());
  assert.deepEqual(marksOf(long), ['message.role.unknown "bot"']);
});

test('row 48: an example is told from one token over the limit on', () => {
  for (const words of [1, 100, 5_000]) {
    const line = chatLine('q', 'word '.repeat(words));
    const tokens = chatExampleTokens(JSON.parse(line), countTokens)?.total ?? 0;
    assert.ok(tokens > words);
    const told = (exampleTokens: number): number => truncationProblem(tokens, 0, createRuleset({ ...defaultRuleset.profile, exampleTokens })).length;
    assert.deepEqual([told(tokens + 1), told(tokens), told(tokens - 1)], [0, 0, 1]);
  }
});

test('row 52: no text of a file or of a person becomes a regular expression', () => {
  // There is no search by expression in the product; filters of recipes compare texts. A pattern that is made of
  // parts at run time must be made of our own.
  const own: Readonly<Record<string, readonly string[]>> = {
    'core/dataset/format.ts': ["`[\"']${key}[\"']"],
    'core/dataset/safety/prefilter.ts': ['`${Array.from('],
    'core/dataset/safety/secrets.ts': ['`${names}', '`^${secretValue}$`'],
    'core/providers/profile.ts': ['profile.suffix.pattern'],
    'workers/tokens.ts': ['`\\\\S{${longestPiece}}'],
  };
  const sources = join(import.meta.dirname, '../../../src');
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(sources, file), 'utf8');
    for (const [, given = ''] of text.matchAll(/\bRegExp\(([^)]*)/g)) {
      const known = own[file.replaceAll('\\', '/')] ?? [];
      assert.ok(known.some((start) => given.startsWith(start)), `${file} makes an expression of ${given}`);
    }
  }
});
