import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readTrainingFacts } from '../../../src/core/chat/trainingFacts.ts';

const line = (...messages: readonly [role: string, content: unknown][]): string =>
  JSON.stringify({ messages: messages.map(([role, content]) => ({ role, content })) });
const pair = line(['system', 'S'], ['user', 'q'], ['assistant', 'a']);

const cases: readonly [string, string, unknown][] = [
  ['question and answer', `${pair}\n${pair}\n`, { system: 'S', singleTurn: true }],
  ['several turns', `${pair}\n${line(['user', 'q'], ['assistant', 'a'], ['user', 'r'], ['assistant', 'b'])}`, { system: 'S', singleTurn: false }],
  ['no system prompt in most', [pair, line(['user', 'q']), line(['user', 'r'])].join('\n'), { system: '', singleTurn: true }],
  ['a developer prompt', line(['developer', 'D'], ['user', 'q']), { system: 'D', singleTurn: true }],
  ['a byte order mark and broken lines', `\ufeff${pair}\r\n{"messages":[\n\nnull\n5\n{"messages":5}`, { system: 'S', singleTurn: true }],
  ['content in parts', line(['system', [{ type: 'text', text: 'S' }]], ['user', 'q']), { system: '', singleTurn: true }],
  ['another format', '{"prompt":"p","completion":"c"}', undefined],
  ['nothing', '', undefined],
];

describe('readTrainingFacts', () => {
  for (const [name, jsonl, expected] of cases) {
    it(name, () => assert.deepEqual(readTrainingFacts(jsonl), expected));
  }
  const real = new URL('../../../../shared/data/sciq/chat.validation.book-format.jsonl', import.meta.url);
  it('the science questions', { skip: !existsSync(real) && 'the shared data is absent' }, () => {
    assert.deepEqual(readTrainingFacts(readFileSync(real, 'utf8')), {
      system: 'Given a science question, provide the correct answer with a detailed explanation.',
      singleTurn: true,
    });
  });
});
