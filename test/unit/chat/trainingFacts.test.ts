import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readTrainingFacts, readTrainingFactsOfBytes } from '../../../src/core/chat/trainingFacts.ts';

const line = (...messages: readonly [role: string, content: unknown][]): string =>
  JSON.stringify({ messages: messages.map(([role, content]) => ({ role, content })) });
const pair = line(['system', 'S'], ['user', 'q'], ['assistant', 'a']);

const cases: readonly [string, string, unknown][] = [
  ['question and answer', `${pair}\n${pair}\n`, { system: 'S', singleTurn: true }],
  ['several turns', `${pair}\n${line(['user', 'q'], ['assistant', 'a'], ['user', 'r'], ['assistant', 'b'])}`, { system: 'S', singleTurn: false }],
  ['no system prompt in most', [pair, line(['user', 'q']), line(['user', 'r'])].join('\n'), { system: '', singleTurn: true }],
  ['a developer prompt', line(['developer', 'D'], ['user', 'q']), { system: 'D', singleTurn: true }],
  ['a byte order mark and broken lines', `\ufeff${pair}\r\n{"messages":[\n\nnull\n5\n{"messages":5}`, { system: 'S', singleTurn: true }],
  ['content in parts', line(['system', [{ type: 'text', text: 'S' }]], ['user', 'q']), { system: 'S', singleTurn: true }],
  ['another format', '{"prompt":"p","completion":"c"}', undefined],
  ['nothing', '', undefined],
];

async function* piecesOf(text: string): AsyncIterable<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.slice(at, at + 7);
}

describe('readTrainingFacts', () => {
  for (const [name, jsonl, expected] of cases) {
    it(name, async () => {
      assert.deepEqual(readTrainingFacts(jsonl.split('\n')), expected);
      assert.deepEqual(await readTrainingFactsOfBytes(piecesOf(jsonl)), expected);
    });
  }
  const real = new URL('../../../../shared/data/sciq/chat.validation.book-format.jsonl', import.meta.url);
  it('the science questions', { skip: !existsSync(real) && 'the shared data is absent' }, () => {
    assert.deepEqual(readTrainingFacts(readFileSync(real, 'utf8').split('\n')), {
      system: 'Given a science question, provide the correct answer with a detailed explanation.',
      singleTurn: true,
    });
  });

  it('no more of a large file is read than is needed', async () => {
    let read = 0;
    async function* large(): AsyncIterable<Uint8Array> {
      for (; read < 10_000; read += 1) yield new TextEncoder().encode(`${pair}\n`);
    }
    assert.deepEqual(await readTrainingFactsOfBytes(large()), { system: 'S', singleTurn: true });
    assert.ok(read < 1000);
  });
});
