import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatExampleTokens } from '../../../src/core/tokens/chatTokens.ts';
import { encodingOf } from '../../../src/core/tokens/encodings.ts';
import { countTokens } from '../../../src/workers/tokens.ts';

test('a documented prompt has the documented number of tokens', () => {
  // One completion of the source workflow reported 51 prompt tokens for these two messages.
  const question =
    'What phenomenon makes global winds blow northeast to southwest or the reverse in the northern hemisphere and northwest to southeast or the reverse in the southern hemisphere?';
  const messages = [
    { role: 'system', content: 'Given a question, reply with a complete explanation for students.' },
    { role: 'user', content: question },
  ];
  assert.equal(chatExampleTokens({ messages }, countTokens)?.total, 51);
});

test('names of special tokens are text', () => {
  assert.ok(countTokens('<|endoftext|>') > 1);
  assert.equal(countTokens(''), 0);
});

test('row 48: unbroken text, a megabyte of one letter too, is counted in linear time, close to what it is', () => {
  for (const text of ['a'.repeat(1024 * 1024), 'a'.repeat(300_000), ' '.repeat(300_000), '\u{1F600}'.repeat(50_000), '漢字'.repeat(50_000), '-=*/'.repeat(50_000)]) {
    const tokens = countTokens(text);
    assert.ok(tokens > 0 && tokens <= text.length * 3);
  }
  const words = 'The quick brown fox jumps over the lazy dog. '.repeat(200);
  const long = 'x'.repeat(1000);
  assert.ok(Math.abs(countTokens(`${words}${long} ${words}`) - countTokens(words) * 2 - countTokens(long)) < 10);
});

test('what cannot be counted gives null', () => {
  const one = (text: string): number => text.length;
  const image = (detail: string): unknown => ({ type: 'image_url', image_url: { url: 'https://a.example', detail } });
  const example = (...parts: readonly unknown[]): unknown => ({ messages: [{ role: 'user', content: parts }] });
  assert.equal(chatExampleTokens(example(image('low')), one)?.total, 3 + 3 + 4 + 85);
  assert.equal(chatExampleTokens(example(image('high')), one), null);
  assert.equal(chatExampleTokens({ prompt: 'a' }, one), null);
  assert.equal(chatExampleTokens({ messages: [{ role: 'assistant', content: 'a', weight: 0, name: 'n' }] }, one)?.total, 3 + 3 + 9 + 1 + 1 + 1);
});

test('tools and calls count', () => {
  const one = (): number => 1;
  const parameters = { type: 'object', properties: { p: { type: 'string', description: 'd.', enum: ['a', 'b'] } } };
  const tools = [{ type: 'function', function: { name: 'f', description: 'Does.', parameters } }];
  const messages = [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] }];
  // message 3 + role 1 + calls 1, conversation 3; function 7 + 1, properties 3, property 3 + 1, enum -3 + 2 * (3 + 1), end 12
  assert.equal(chatExampleTokens({ messages, tools }, one)?.total, 8 + 8 + 3 + 4 + 5 + 12);
});

test('the vocabulary is known for families, not guessed', () => {
  assert.equal(encodingOf('gpt-4o-mini-2024-07-18', 'openai'), 'o200k_base');
  assert.equal(encodingOf('ft:gpt-4.1-2025-04-14:org::id', 'openai'), 'o200k_base');
  assert.equal(encodingOf(undefined, 'openai'), 'o200k_base');
  assert.equal(encodingOf(undefined, 'local'), undefined);
  for (const model of ['tunesmith-tiny', 'gpt-4-0613', 'gpt-3.5-turbo-0125', 'llama-3', 'o1foo']) {
    assert.equal(encodingOf(model, 'openai'), undefined, model);
  }
});
