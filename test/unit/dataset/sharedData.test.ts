import assert from 'node:assert/strict';
import { existsSync, createReadStream } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { extname } from 'node:path';

const data = join(import.meta.dirname, '../../../../shared/data');

/** What reading the files themselves shows is to be found: format, examples, and the number of each problem. */
const table: readonly (readonly [file: string, format: string | undefined, examples: number, problems: Readonly<Record<string, number>>])[] = [
  ['sciq/chat.validation.book-format.jsonl', 'chat', 887, {}],
  // Answers of this set start with a space, as the completion models of its time wanted.
  ['chat/gsm8k_chat_train.jsonl', 'chat', 449, { 'message.content.surroundingSpace': 449 }],
  ['chat/gsm8k_chat_validation.jsonl', 'chat', 50, { 'message.content.surroundingSpace': 50 }],
  ['chat/nlbse_facebook.jsonl', 'chat', 300, {}],
  ['chat/toy_chat_fine_tuning.jsonl', 'chat', 5, { 'file.tooFewExamples': 1, 'file.system.sometimes': 1, 'example.user.missing': 1 }],
  ['chat/robot_chat_dataset.array.json', undefined, 0, { 'file.jsonArray': 1, 'file.extension': 1 }],
  ['chat/sarcasm_qa.jsonl', undefined, 500, { 'file.format.unknown': 1 }],
  // "Question 1: …" is answered by "Answer 1: …" on every line.
  ['chat/nlbse_niche_dataset.jsonl', 'completion', 50, { 'file.format.legacy': 1, 'file.completion.leadingSpace': 1, 'file.completion.start': 1 }],
  ['tools/stock_toolcall_training.jsonl', 'chat', 86, {}],
  ['dpo/orca_dpo_pairs.validation.jsonl', 'preference', 284, {}],
  ['rft/countdown_train_100.jsonl', 'reinforcement', 100, {}],
  // Every prompt ends with the same question of 20 characters.
  ['legacy/QA.jsonl', 'completion', 10, { 'file.format.legacy': 1, 'file.fewExamples': 1, 'file.completion.separatorLong': 1, 'file.completion.leadingSpace': 1 }],
  ['legacy/cleaned.jsonl', 'completion', 107, { 'file.format.legacy': 1, 'file.completion.separator': 1, 'file.completion.leadingSpace': 1 }],
  // The same after the preparation tool: " ->" after each prompt, a line break after each completion.
  ['legacy/cleanedPrepared.jsonl', 'completion', 107, { 'file.format.legacy': 1, 'file.completion.leadingSpace': 1 }],
  ['sciq/validation.jsonl', undefined, 1000, { 'file.format.unknown': 1 }],
];

for (const [file, format, examples, expected] of table) {
  const path = join(data, file);
  test(`findings in ${file}`, { skip: existsSync(path) ? false : 'the shared data is not here' }, async () => {
    const result = await checkBytes(createReadStream(path), { limit: 1000, file: { extension: extname(path) } });
    const found: Record<string, number> = {};
    for (const { code } of result.problems) {
      found[code] = (found[code] ?? 0) + 1;
    }
    assert.deepEqual({ format: result.format, examples: result.examples, found }, { format, examples, found: expected });
  });
}
