import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { formatJobFile, isJobFileName, lockPathOf } from '../../../src/core/jobs/file/jobFile.ts';
import { formatJobLock, isSameRun, parseJobLock, type JobLock } from '../../../src/core/jobs/file/jobLock.ts';
import { parseGraderText, parseJobFile } from '../../../src/core/jobs/file/parseJobFile.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { localProfile } from '../../../src/core/providers/local.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';

const profiles = new Map([['local', localProfile], ['openai', openaiProfile], ['other', compatibleProfile]]);
const profileOf = (id: string | undefined) => profiles.get(id ?? 'local');
const parse = (text: string) => parseJobFile(text, profileOf);

const least = { version: 1, model: 'tunesmith-tiny', training: 'a.jsonl' };
const full = {
  version: 1,
  connection: 'openai',
  model: 'gpt-4o-mini-2024-07-18',
  training: 'data/a.jsonl',
  validation: 'data/b.jsonl',
  suffix: 'qa',
  method: 'dpo',
  hyperparameters: { epochs: 3, batchSize: 4, learningRateMultiplier: 0.5, beta: 0.1 },
  seed: 7,
  wandb: { project: 'p', name: 'n', entity: 'e', tags: ['t'] },
  metadata: { ticket: 'A-1' },
  maxCost: 5,
};
const graded = {
  ...least,
  connection: 'other',
  model: 'm',
  validation: 'b.jsonl',
  method: 'reinforcement',
  grader: { type: 'string_check', name: 'g', input: '{{sample.output_text}}', reference: '{{ item.answer }}', operation: 'eq' },
  hyperparameters: { computeMultiplier: 2, evalInterval: 5, evalSamples: 3, reasoningEffort: 'low' },
  responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
};
const schema = JSON.parse(readFileSync(new URL('../../../media/schemas/finetune.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

for (const [name, file] of Object.entries({ least, full, graded })) {
  test(`${name}: what is written is what was read, for us and for the schema`, () => {
    const { jobFile, problems } = parse(JSON.stringify(file));
    assert.deepEqual(problems, []);
    assert.ok(jobFile);
    assert.deepEqual(JSON.parse(formatJobFile(jobFile)), file);
    assert.ok(validate(file), JSON.stringify(validate.errors));
  });
}

/** A text with «» around the place that is complained about. */
const wrong: [text: string, code: string][] = [
  ['«[]»', 'jobFile.notObject'],
  ['«"x"»', 'jobFile.notObject'],
  ['{"version": 1, "model": "m" «"training"»: "a.jsonl"}', 'recipe.syntax'],
  ['«{»"model": "m", "training": "a.jsonl"}', 'recipe.keyMissing'],
  ['{"version": «2», "model": "m", "training": "a.jsonl"}', 'jobFile.versionUnknown'],
  ['{"version": 1, "model": «""», "training": "a.jsonl"}', 'recipe.valueEmpty'],
  ['{"version": 1, "model": "m", "training": «3»}', 'recipe.typeWrong'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", «"sufix"»: "x"}', 'recipe.keyUnknown'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "suffix": «"a b"»}', 'jobFile.suffix'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "validation": «"./A.jsonl"»}', 'jobFile.filesEqual'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "hyperparameters": {"epochs": «0»}}', 'recipe.numberOutOfRange'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "hyperparameters": {"epochs": «2.5»}}', 'recipe.typeWrong'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "hyperparameters": {"epochs": «"3"»}}', 'recipe.typeWrong'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "hyperparameters": {"beta": «1»}}', 'jobFile.settingUnused'],
  ['{"version": 1, "model": "tunesmith-tiny", "training": "a.jsonl", "method": «"dpo"»}', 'jobFile.methodUnsupported'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "method": «"sft"»}', 'recipe.valueUnknown'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "seed": «-1»}', 'recipe.numberOutOfRange'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "maxCost": «-1»}', 'recipe.numberOutOfRange'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "wandb": «{"project": "p"}»}', 'jobFile.unsupported'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "metadata": {"a": «1»}}', 'recipe.typeWrong'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "metadata": {«"tunesmith_request"»: "x"}}', 'jobFile.metadata'],
  ['«{»"version": 1, "model": "m", "training": "a.jsonl", "method": "reinforcement", "validation": "b.jsonl"}', 'recipe.keyMissing'],
  ['{"version": 1, "model": "m", "training": "a.jsonl", "grader": «{}»}', 'jobFile.settingUnused'],
];

for (const [marked, code] of wrong) {
  test(`${code}: ${marked}`, () => {
    const start = marked.indexOf('«');
    const end = marked.indexOf('»') - 1;
    const { problems } = parse(marked.replace(/[«»]/g, ''));
    const found = problems.map((problem) => `${problem.code} ${problem.range.start}-${problem.range.end}`);
    assert.ok(found.includes(`${code} ${start}-${end}`), `${code} ${start}-${end} in ${found.join(', ')}`);
  });
}

const part = { type: 'string_check', name: 'g', input: 'a', reference: 'b', operation: 'eq' };
const model = { name: 'm', model: 'gpt', input: [{ role: 'user', content: 'Rate {{sample.output_text}}' }] };
const goodGraders: object[] = [
  part,
  { type: 'text_similarity', name: 't', input: '{{sample.output_text}}', reference: '{{item.a}}', evaluation_metric: 'rouge_l' },
  { type: 'score_model', ...model, range: [0, 10], sampling_params: { temperature: 0 } },
  { type: 'label_model', ...model, labels: ['good', 'bad'], passing_labels: ['good'] },
  { type: 'python', name: 'p', source: 'def grade(sample, item):\n    return 1.0' },
  { type: 'multi', name: 'all', graders: { a: part, b: { ...part, name: 'b' } }, calculate_output: '0.5 * a + max(b, 0) - 1e-3' },
];

for (const grader of goodGraders) {
  test(`a grader: ${JSON.stringify(grader).slice(0, 60)}`, () => {
    const parsed = parseGraderText(JSON.stringify(grader));
    // Objects of the parser have no prototype, so that no key means anything else.
    assert.deepEqual(JSON.parse(JSON.stringify(parsed)), { grader, problems: [] });
  });
}

const badGraders: [grader: unknown, code: string][] = [
  [[], 'jobFile.notObject'],
  [{}, 'recipe.keyMissing'],
  [{ ...part, type: 'exact' }, 'recipe.valueUnknown'],
  [{ ...part, operation: 'equals' }, 'recipe.valueUnknown'],
  [{ ...part, input: '{{sample.output_text' }, 'grader.templateUnclosed'],
  [{ ...part, input: '{{answer}}' }, 'grader.templateRoot'],
  [{ ...part, reference: undefined }, 'recipe.keyMissing'],
  [{ ...part, extra: 1 }, 'recipe.keyUnknown'],
  [{ type: 'text_similarity', name: 't', input: 'a', reference: 'b', evaluation_metric: 'rouge_6' }, 'recipe.valueUnknown'],
  [{ type: 'score_model', ...model, range: [1, 0] }, 'grader.rangeReversed'],
  [{ type: 'score_model', ...model, input: [] }, 'grader.empty'],
  [{ type: 'label_model', ...model, labels: ['good'], passing_labels: ['fine'] }, 'grader.labelUnknown'],
  [{ type: 'python', name: 'p', source: 'return 1' }, 'grader.noGradeFunction'],
  [{ type: 'multi', name: 'all', graders: {}, calculate_output: '1' }, 'grader.empty'],
  [{ type: 'multi', name: 'all', graders: { a: part }, calculate_output: 'a + c' }, 'grader.formulaName'],
  [{ type: 'multi', name: 'all', graders: { a: { type: 'multi', name: 'x', graders: { a: part }, calculate_output: 'a' } }, calculate_output: 'a' }, 'grader.nested'],
];

for (const [grader, code] of badGraders) {
  test(`${code}: ${JSON.stringify(grader).slice(0, 70)}`, () => {
    const { problems } = parseGraderText(JSON.stringify(grader));
    assert.deepEqual([...new Set(problems.map((problem) => problem.code))], [code]);
  });
}

test('every beginning of a file is read without an exception', () => {
  const text = JSON.stringify(graded);
  for (let end = 0; end < text.length; end += 1) assert.equal(parse(text.slice(0, end)).jobFile, null);
});

test('names of a job file and of its record', () => {
  assert.ok(isJobFileName('/a/x.finetune.json') && !isJobFileName('/a/x.finetune.lock.json') && !isJobFileName('/a/x.json'));
  assert.equal(lockPathOf('/a/x.finetune.json'), '/a/x.finetune.lock.json');
});

const lock: JobLock = {
  version: 1,
  date: '2026-11-22T10:00:00.000Z',
  job: 'ftjob-1',
  connection: 'openai',
  provider: 'openai',
  baseURL: 'https://api.openai.com/v1',
  model: 'm',
  inputs: { jobFile: 'a', training: { file: 'a.jsonl', sha256: 'b', bytes: 1 }, validation: undefined },
};

test('a record comes back, and tells whether a run would be the same', () => {
  assert.deepEqual(parseJobLock(formatJobLock(lock)), lock);
  for (const text of ['', '{}', '[]', '{"version":1}']) assert.equal(parseJobLock(text), undefined);
  assert.ok(isSameRun(lock, lock.inputs, 'openai'));
  assert.ok(!isSameRun(lock, lock.inputs, 'local'));
  assert.ok(!isSameRun(lock, { ...lock.inputs, jobFile: 'x' }, 'openai'));
  assert.ok(!isSameRun(lock, { ...lock.inputs, validation: lock.inputs.training }, 'openai'));
  assert.ok(isSameRun(lock, { ...lock.inputs, training: { ...lock.inputs.training, file: 'moved.jsonl' } }, 'openai'));
});
