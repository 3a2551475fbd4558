import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toExampleLine, toExampleText } from '../../../src/core/dataset/exampleYaml.ts';
import { Random } from '../../support/random.ts';

function textOf(line: string): string {
  const shown = toExampleText(line);
  assert.equal(shown.kind, 'text', line);
  return shown.kind === 'text' ? shown.text : '';
}

function lineOf(text: string, replaced: string): string {
  const written = toExampleLine(text, replaced);
  assert.equal(written.kind, 'line', JSON.stringify(written));
  return written.kind === 'line' ? written.line : '';
}

test('a conversation reads as one, paragraphs as paragraphs', () => {
  const messages = [
    { role: 'user', content: 'First.\n\nSecond: "quoted"' },
    { role: 'assistant', content: 'yes', weight: 1 },
  ];
  assert.equal(
    textOf(JSON.stringify({ messages })),
    `messages:
  - role: user
    content: |-
      First.

      Second: "quoted"
  - role: assistant
    content: yes
    weight: 1
`,
  );
});

test('what was not edited comes back byte for byte, in the manner of its line', () => {
  const compact = '{"messages":[{"role":"user","content":"Ä"},{"role":"assistant","content":""}]}';
  const spaced = '{"messages": [{"role": "user", "content": "\\u00c4 \\ud83d\\ude00"}, {"role": "assistant", "content": "b"}]}';
  for (const line of [compact, spaced, `\uFEFF${compact}`, '{"prompt": "a\\n", "completion": " b"}', '{}']) {
    assert.equal(lineOf(textOf(line), line), line);
  }
});

test('an edit changes what it says, and nothing else', () => {
  const line = '{"messages": [{"role": "user", "content": "one"}], "seed": 12345678901, "ok": true, "none": null}';
  const edited = textOf(line).replace('content: one', 'content: |\n      one\n      two');
  assert.equal(lineOf(edited, line), line.replace('"one"', '"one\\ntwo\\n"'));
});

test('what JSON cannot hold is refused where it stands', () => {
  const wrong = (text: string): string => {
    const written = toExampleLine(text, '{}');
    assert.equal(written.kind, 'wrong');
    if (written.kind !== 'wrong') return '';
    const { reason } = written;
    return reason.kind === 'syntax' ? `${reason.line ?? '-'}: ${reason.message}` : reason.kind;
  };
  assert.match(wrong('a: 1\nb: [1\n'), /^[23]: /);
  assert.match(wrong('a: 1\na: 2\n'), /^2: .*unique/i);
  assert.match(wrong('a: &x 1\nb: *x\n'), /^alias$/);
  assert.match(wrong('a: .nan\n'), /^notFinite$/);
  assert.match(wrong('- a\n'), /^notObject$/);
  assert.match(wrong(''), /^notObject$/);
});

test('random examples come back the same', () => {
  const random = new Random(11);
  const words = ['a', ' ', '\n', '\t', 'yes', 'null', '1e3', '~', '- x', ': ', '#', "'", '"', '\\', '😀', '\u2028', '|', '>', '0x1', '\r', '\u00A0', '{}', '%', '@', '`', '---'];
  const text = (): string => Array.from({ length: random.below(6) }, () => words[random.below(words.length)]).join('');
  let lossy = 0;
  for (let round = 0; round < 3_000; round += 1) {
    const line = JSON.stringify({ [`k${text()}`]: [text(), { content: text(), n: random.below(9) / 4 }], text: text(), empty: [], none: {} });
    const shown = toExampleText(line);
    if (shown.kind === 'lossy') lossy += 1;
    else assert.equal(lineOf(shown.text, line), line);
  }
  assert.ok(lossy < 30, `${lossy} of 3,000 could not be shown`);
});
