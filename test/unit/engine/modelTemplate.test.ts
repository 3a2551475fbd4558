import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conversationOf } from '../../../src/engine/model/messageText.ts';
import { encodeConversation, encodePrompt, lastTurns } from '../../../src/engine/model/template.ts';
import { specialTokens, Vocabulary } from '../../../src/engine/model/vocabulary.ts';

const vocabulary = new Vocabulary([]);

/** The tokens as text with their special tokens; what is trained stands in brackets. */
function shown(tokens: readonly number[], trained: readonly number[] = []): string {
  return tokens
    .map((token, index) => {
      const text = specialTokens[token] ?? vocabulary.decode([token]);
      return trained[index] === 1 ? `[${text}]` : text;
    })
    .join('')
    .replaceAll('][', '');
}

function encoded(messages: readonly unknown[]): string {
  const tokens: number[] = [];
  const trained: number[] = [];
  encodeConversation(conversationOf({ messages }), vocabulary, tokens, trained);
  assert.equal(tokens.length, trained.length);
  return shown(tokens, trained);
}

test('a conversation is role, text, end for each message; answers and their ends are trained', () => {
  assert.equal(
    encoded([
      { role: 'system', content: 'S' },
      { role: 'user', content: 'q?' },
      { role: 'assistant', content: 'yes' },
    ]),
    '<|system|>S<|end|><|user|>q?<|end|><|assistant|>[yes<|end|>]',
  );
});

test('weight 0 is context, weight 1 and none are trained', () => {
  assert.equal(
    encoded([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', weight: 0 },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: 'd', weight: 1 },
    ]),
    '<|user|>a<|end|><|assistant|>b<|end|><|user|>c<|end|><|assistant|>[d<|end|>]',
  );
});

test('other roles, parts, refusals, calls and images read as text', () => {
  assert.equal(
    encoded([
      { role: 'developer', content: [{ type: 'text', text: 'one ' }, { type: 'text', text: 'two' }] },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }, { type: 'text', text: '?' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'blue' },
      { role: 'function', name: 'f', content: null },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
    ]),
    '<|system|>one two<|end|><|user|>[image]?<|end|>' +
      '<|assistant|>[{"name": "look", "arguments": {"at":"sky"}}<|end|>]' +
      '<|tool|>blue<|end|><|tool|><|end|><|assistant|>[no<|end|>]',
  );
});

test('what is no example has no messages', () => {
  for (const value of [null, 3, 'x', [], {}, { messages: 'x' }, { messages: [1, null] }]) {
    assert.deepEqual(conversationOf(value), []);
  }
});

test('a prompt ends where the assistant begins', () => {
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: '<|end|>' },
  ];
  assert.equal(shown(encodePrompt(messages, vocabulary)), '<|system|>S<|end|><|user|><|end|><|end|><|assistant|>');
  // The text "<|end|>" looks the same here, but is seven bytes.
  assert.equal(encodePrompt(messages, vocabulary).length, 3 + 1 + 7 + 1 + 1);
});

test('of a long chat the instructions and the last turns remain', () => {
  const roles = (text: string): { role: string }[] =>
    [...text].map((letter) => ({ role: { s: 'system', d: 'developer', u: 'user', a: 'assistant', t: 'tool' }[letter] ?? '' }));
  const cases: readonly [chat: string, turns: number, read: string][] = [
    ['su', 1, 'su'],
    ['suauau', 1, 'su'],
    ['suauau', 2, 'suau'],
    ['suauau', 3, 'suauau'],
    ['suauau', 9, 'suauau'],
    ['uauatat', 1, 'uatat'],
    ['sdaua', 1, 'sdaua'],
    ['s', 1, 's'],
    ['', 1, ''],
    ['au', 1, 'au'],
  ];
  for (const [chat, turns, read] of cases) {
    const messages = roles(chat);
    const kept = lastTurns(messages, turns);
    assert.deepEqual(kept, roles(read), `${chat} with ${turns}`);
    assert.equal(kept.at(-1), messages.at(-1));
  }
});
