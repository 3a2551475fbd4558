import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkBytes } from '../../../src/core/dataset/checkBytes.ts';
import { graderFieldsOf } from '../../../src/core/dataset/grader.ts';

test('the fields that a grader refers to are found in templates and in Python', () => {
  const table: readonly (readonly [grader: unknown, fields: readonly string[]])[] = [
    [{ type: 'string_check', input: '{{ item.answer }}', reference: '{{sample.output_text}}' }, ['answer']],
    [{ graders: { one: { input: '{{item.a}} and {{ item.b.c }}' }, two: { input: '{{item.a}}' } } }, ['a', 'b']],
    [{ type: 'python', source: 'def grade(sample, item):\n  return item["x"] == item.get(\'y\')' }, ['x', 'y']],
    [{ type: 'score_model', input: [{ role: 'user', content: 'no field' }] }, []],
    [null, []],
  ];
  for (const [grader, fields] of table) {
    assert.deepEqual(graderFieldsOf(grader), fields);
  }
});

const rft = join(import.meta.dirname, '../../../../shared/data/rft');

test('a real grader that names what no example has is told', { skip: existsSync(rft) ? false : 'the shared data is not here' }, async () => {
  const graderFields = graderFieldsOf(JSON.parse(readFileSync(join(rft, 'stringcheck_grader.json'), 'utf8')));
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield readFileSync(join(rft, 'countdown_train_100.jsonl'));
  }
  const { problems } = await checkBytes(bytes(), { limit: 100, file: { graderFields } });
  assert.deepEqual(
    problems.map((problem) => (problem.code === 'file.reinforcement.graderField' ? [problem.key, problem.without, problem.examples] : problem.code)),
    [['reference_answer', 100, 100]],
  );
});
