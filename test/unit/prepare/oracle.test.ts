import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import type { SourceSettings } from '../../../src/core/prepare/recipe.ts';
import { openSource } from '../../../src/workers/source.ts';
import { runRecipe } from '../../../src/workers/runRecipe.ts';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const skip = existsSync(data) ? false : 'the shared test data is not on this machine';
const sample = fileURLToPath(new URL('../../../media/sample/', import.meta.url));

const { signal } = new AbortController();
const automatic: SourceSettings = { file: 'x', format: 'auto', delimiter: 'auto', encoding: 'auto', trim: false };

/** The rule of the source workflow: sizes and bytes are known from its notebook's saved output. */
const bookRule = (source: string): object => ({
  version: 1,
  source: { file: source },
  keepWhere: { notEmpty: ['support', 'correct_answer'] },
  dropColumns: ['distractor3', 'distractor1', 'distractor2'],
  messages: [
    { role: 'system', content: 'Given a science question, provide the correct answer with a detailed explanation.' },
    { role: 'user', content: '{{question}}' },
    { role: 'assistant', content: '{{correct_answer}} Explanation: {{support}}' },
  ],
  dedupe: 'none',
  outputs: { training: 'out.jsonl' },
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-oracle-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('real files', { skip }, () => {
  for (const file of ['sciq/validation.csv', 'sciq/validation.jsonl']) {
    it(`${file} becomes the book's training file, byte for byte`, () =>
      inFolder(async (folder) => {
        const recipePath = join(folder, 'book.recipe.json');
        await writeFile(recipePath, JSON.stringify(bookRule(join(data, file))));
        const result = await runRecipe({ recipePath, force: false, keepNew: false }, { signal });
        assert.ok(result.kind === 'written', JSON.stringify(result));
        assert.equal(result.summary.rowsIn, 1000);
        assert.equal(result.summary.training.examples, 887);
        const expected = await readFile(join(data, 'sciq/chat.validation.book-format.jsonl'));
        assert.ok(expected.equals(await readFile(join(folder, 'out.jsonl'))));
      }));
  }

  const sources: readonly [file: string, rows: number, encoding: string, delimiter: string | null][] = [
    ['csv/nlbse_issues_test.csv', 1493, 'utf-8', ','],
    ['sciq/validation.semicolon.utf16.csv', 50, 'utf-16le', ';'],
    ['chat/robot_chat_dataset.array.json', 11, 'utf-8', null],
    ['metrics/openai_legacy_results.csv', 2889, 'utf-8', ','],
  ];
  for (const [file, rows, encoding, delimiter] of sources) {
    it(`${file} has ${rows} rows`, async () => {
      const source = await openSource(join(data, file), automatic);
      assert.ok(source);
      assert.deepEqual([source.facts.encoding, source.facts.delimiter], [encoding, delimiter]);
      let count = 0;
      for await (const row of source.rows()) if (row.cells.size > 0) count += 1;
      assert.equal(count, rows);
    });
  }
});

describe('the sample project', () => {
  it('shows what a recipe does: rows left out, rows repeated, a split', () =>
    inFolder(async (folder) => {
      for (const name of ['science.csv', 'science.recipe.json']) await copyFile(join(sample, name), join(folder, name));
      const recipePath = join(folder, 'science.recipe.json');
      const result = await runRecipe({ recipePath, force: false, keepNew: false }, { signal });
      assert.ok(result.kind === 'written', JSON.stringify(result));
      const { rowsIn, dropped, training, validation, warnings } = result.summary;
      assert.deepEqual(result.problems, []);
      assert.deepEqual(warnings, []);
      assert.ok(rowsIn >= 88);
      assert.deepEqual(dropped.map(({ reason }) => reason.kind), ['emptyColumn', 'duplicate']);
      assert.ok((dropped[0]?.rows ?? 0) >= 8);
      assert.equal(validation?.examples, 12);
      assert.equal(training.examples, 69);
    }));

  it('holds what tables hold: quotes, line breaks, letters of all kinds; short explanations, one answer a question', async () => {
    const source = await openSource(join(sample, 'science.csv'), automatic);
    assert.ok(source);
    assert.deepEqual(source.columns, ['question', 'distractor3', 'distractor1', 'distractor2', 'correct_answer', 'support']);
    const answers = new Map<string, string>();
    let text = '';
    for await (const { cells } of source.rows()) {
      const answer = `${cells.get('correct_answer')} ${cells.get('support')}`;
      const question = cells.get('question') ?? '';
      assert.equal(answers.get(question) ?? answer, answer);
      answers.set(question, answer);
      assert.ok((cells.get('support') ?? '').length <= 200);
      text += [...cells.values()].join(' ');
    }
    for (const char of ['"', '\n', ',', 'µ', 'é', '°', '₂']) assert.ok(text.includes(char), char);
  });
});
