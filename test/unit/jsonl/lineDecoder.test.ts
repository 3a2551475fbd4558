import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineDecoder, type DecodedLine } from '../../../src/core/jsonl/lineDecoder.ts';
import { Random } from '../../support/random.ts';

function decode(bytes: Uint8Array, sizes: () => number, maximum = 1 << 20): DecodedLine[] {
  const decoder = new LineDecoder(maximum);
  const lines: DecodedLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizes();
    lines.push(...decoder.push(bytes.subarray(at, at + size)));
    at += size;
  }
  lines.push(...decoder.end());
  assert.equal(decoder.bytes, bytes.length);
  return lines;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('lines are the same however the bytes arrive', () => {
  const texts = [
    '', 'a', 'a\n', 'a\nb', '\n', '\n\n', 'a\r\nb\r\n', 'a\rb\rc', '\r\n\r\n', 'a\r\n\nb\r', '\uFEFFa\nü\u2028😀\n\r\nz',
    'x'.repeat(700), `${'😀'.repeat(50)}\n${'é\r\n'.repeat(40)}`,
  ];
  for (const text of texts) {
    const expected = text.split(/\r\n|\n|\r/);
    if (expected.at(-1) === '') {
      expected.pop();
    }
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new Random(seed);
      const lines = decode(utf8(text), () => 1 + random.below(seed < 20 ? 3 : 60));
      assert.deepEqual(lines, expected.map((line) => ({ text: line, validUtf8: true })), JSON.stringify(text.slice(0, 80)));
    }
  }
});

test('lines that are not UTF-8 are told from those that are', () => {
  const bytes = new Uint8Array([...utf8('good\n'), 0x62, 0xff, 0x64, 0x0d, 0x0a, ...utf8('é\r'), 0xc3, 0x0a, ...utf8('last')]);
  for (const size of [1, 2, 3, 100]) {
    assert.deepEqual(decode(bytes, () => size), [
      { text: 'good', validUtf8: true },
      { text: 'b\uFFFDd', validUtf8: false },
      { text: 'é', validUtf8: true },
      { text: '\uFFFD', validUtf8: false },
      { text: 'last', validUtf8: true },
    ]);
  }
});

test('a line over the limit is thrown away and counted, and the next ones are read', () => {
  const text = `a\n${'x'.repeat(5000)}\nb\r\n${'y'.repeat(5000)}`;
  assert.deepEqual(decode(utf8(text), () => 64, 1000), [
    { text: 'a', validUtf8: true },
    { text: undefined, bytes: 5000 },
    { text: 'b', validUtf8: true },
    { text: undefined, bytes: 5000 },
  ]);
});
