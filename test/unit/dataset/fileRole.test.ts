import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { roleOfName, type FileRole } from '../../../src/core/dataset/fileRole.ts';

for (const [name, role] of [
  ['science.validation.jsonl', 'validation'],
  ['rows_val.jsonl', 'validation'],
  ['dev.jsonl', 'validation'],
  ['science.train.jsonl', 'training'],
  ['retrieval.jsonl', 'training'],
  ['validation/rows.jsonl', 'training'],
] as const) {
  test(`${name} is a ${role} file`, () => assert.equal(roleOfName(name), role));
}

const example = '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}\n';

async function codes(examples: number, role: FileRole): Promise<readonly string[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(example.repeat(examples));
  }
  const result = await checkBytes(bytes(), { limit: 100, file: { role } });
  return result.problems.filter(({ code }) => /fewExamples/i.test(code)).map(({ code }) => code);
}

test('what is learned from needs examples, what is measured on needs one', async () => {
  assert.deepEqual(await codes(9, 'training'), ['file.tooFewExamples']);
  assert.deepEqual(await codes(10, 'training'), ['file.fewExamples']);
  assert.deepEqual(await codes(1, 'validation'), []);
});
