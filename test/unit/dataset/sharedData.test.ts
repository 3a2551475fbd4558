import assert from 'node:assert/strict';
import { createReadStream, existsSync, globSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { datasetProfiles } from '../../../src/core/dataset/profile.ts';
import { createRuleset } from '../../../src/core/dataset/ruleset.ts';

const data = join(import.meta.dirname, '../../../../shared/data');

/** What reading the files themselves shows is to be found: format, examples, and the number of each problem. */
const table: readonly (readonly [file: string, format: string | undefined, examples: number, problems: Readonly<Record<string, number>>])[] = [
  ['sciq/chat.validation.book-format.jsonl', 'chat', 887, {}],
  // Answers of this set start with a space, as the completion models of its time wanted.
  ['chat/gsm8k_chat_train.jsonl', 'chat', 449, { 'message.content.surroundingSpace': 449 }],
  ['chat/gsm8k_chat_validation.jsonl', 'chat', 50, { 'message.content.surroundingSpace': 50 }],
  // A byte-order mark inside a text, from some editor.
  ['chat/nlbse_facebook.jsonl', 'chat', 300, { 'line.invisibleCharacter': 1 }],
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
  // Zero-width spaces at the end of some answers.
  ['sciq/test.no-support.jsonl', undefined, 1000, { 'file.format.unknown': 1, 'line.invisibleCharacter': 1 }],
  ['sciq/train.no-support.jsonl', undefined, 11_679, { 'file.format.unknown': 1, 'line.invisibleCharacter': 8 }],
  // One object over several lines each.
  ['rft/stringcheck_grader.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['sciq/dataset_info.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['jobs/azure_checkpoints_list.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['jobs/azure_job_pending.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['jobs/book_chat_completion.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['jobs/book_file_object.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  ['jobs/book_jobs_list.json', undefined, 0, { 'file.prettyPrinted': 1, 'file.extension': 1 }],
  // No JSON at all, should somebody call them a dataset.
  ['sciq/validation.snappy.parquet', undefined, 0, { 'file.notText': 1 }],
  ['sciq/validation.zstd.parquet', undefined, 0, { 'file.notText': 1 }],
  ['sciq/validation.semicolon.utf16.csv', undefined, 0, { 'file.encoding': 1, 'file.extension': 1 }],
  ['sciq/validation.csv', undefined, 0, { 'file.table': 1, 'file.crlf': 1, 'file.extension': 1 }],
  ['metrics/openai_step_metrics.robot.csv', undefined, 0, { 'file.table': 1, 'file.extension': 1 }],
  ['metrics/openai_legacy_results.csv', undefined, 0, { 'file.table': 1, 'file.extension': 1 }],
  // Rows over many lines each.
  ['csv/nlbse_issues_test.csv', undefined, 0, { 'file.table': 1, 'file.crlf': 1, 'file.extension': 1 }],
  ['rag/human_feedback.txt', undefined, 0, { 'file.extension': 1, 'file.tooFewExamples': 1, 'json.syntax': 1 }],
  // Two of its 17 lines are headings, which look like comments.
  ['dpo/LICENSE.orca.md', undefined, 0, { 'file.extension': 1, 'file.fewExamples': 1, 'line.blank': 3, 'json.syntax': 15, 'json.comment': 2 }],
];

/** Left out: the list of the files, which lies beside them. */
const notRead = ['MANIFEST.md'];

/** Files that the services took, or that their own repositories train with. */
const accepted: readonly string[] = [
  'sciq/chat.validation.book-format.jsonl',
  'chat/gsm8k_chat_train.jsonl',
  'chat/gsm8k_chat_validation.jsonl',
  'chat/nlbse_facebook.jsonl',
  'tools/stock_toolcall_training.jsonl',
  'dpo/orca_dpo_pairs.validation.jsonl',
  'rft/countdown_train_100.jsonl',
  'legacy/cleaned.jsonl',
  'legacy/cleanedPrepared.jsonl',
];
const skip = existsSync(data) ? false : 'the shared data is not here';

test('the table names every file there', { skip }, () => {
  const files = globSync('**/*', { cwd: data }).filter((file) => statSync(join(data, file)).isFile());
  const named = [...table.map(([file]) => file), ...notRead];
  assert.deepEqual(files.map((file) => file.replaceAll('\\', '/')).sort(), named.sort());
});

test('nothing that a service accepts has an error, by the rules of any service', { skip }, async () => {
  for (const file of accepted) {
    for (const profile of Object.values(datasetProfiles)) {
      const { errors } = await checkBytes(createReadStream(join(data, file)), { limit: 10, ruleset: createRuleset(profile) });
      assert.equal(errors, 0, `${file} for ${profile.id}`);
    }
  }
});

for (const [file, format, examples, expected] of table) {
  const path = join(data, file);
  test(`findings in ${file}`, { skip: existsSync(path) ? false : 'the shared data is not here' }, async () => {
    const result = await checkBytes(createReadStream(path), { limit: 5000, file: { extension: extname(path) } });
    const found: Record<string, number> = {};
    for (const { code } of result.problems) {
      found[code] = (found[code] ?? 0) + 1;
    }
    assert.deepEqual({ format: result.format, examples: result.examples, found }, { format, examples, found: expected });
  });
}
