import { parse } from 'csv-parse/sync';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJobs } from '../../../src/core/jobs/jobExport.ts';
import { job } from './builders.ts';

const jobs = [
  job('ftjob-1', 1_725_289_250, { status: 'running', model: 'gpt-4o-mini-2024-07-18', training_file: 'file-1' }),
  job('ftjob-2', 1_725_287_195, { status: 'succeeded', fine_tuned_model: 'ft:gpt-4o-mini-2024-07-18:personal::A32qtJOo' }),
  job('=cmd()', 0, { status: 'failed', error: { code: 'x', message: 'A "quoted", |piped|\nline <b>', param: null } }),
];

test('the table has seven columns and comes back from CSV', () => {
  const rows = parse(exportJobs(jobs, 'csv'), { columns: true }) as Readonly<Record<string, string>>[];
  assert.deepEqual(Object.keys(rows[0] ?? {}), ['Job ID', 'Created At', 'Status', 'Model', 'Training File', 'Error Message', 'Fine-Tuned Model']);
  assert.equal(rows[0]?.['Created At'], '2024-09-02T15:00:50.000Z');
  assert.equal(rows[1]?.['Fine-Tuned Model'], 'ft:gpt-4o-mini-2024-07-18:personal::A32qtJOo');
  assert.equal(rows[2]?.['Error Message'], 'A "quoted", |piped|\nline <b>');
  assert.equal(rows[2]?.['Job ID'], "'=cmd()", 'no spreadsheet runs it');
});

test('Markdown has one line per job and JSON the same cells', () => {
  const lines = exportJobs(jobs, 'markdown').trimEnd().split('\n');
  assert.equal(lines.length, 2 + jobs.length);
  assert.match(lines[4] ?? '', /A "quoted", \\\|piped\\\| line &lt;b\\>/);
  const read = JSON.parse(exportJobs(jobs, 'json')) as readonly Readonly<Record<string, string>>[];
  assert.equal(read.length, jobs.length);
  assert.equal(read[2]?.['Created At'], '');
  assert.equal(exportJobs([], 'json'), '[]\n');
});
