import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterJobs, groupJobs, noFilter, readJobFilter, type JobFilter, type JobGrouping } from '../../../src/core/jobs/jobFilter.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import { job, page } from './builders.ts';

const store = new JobStore();
const jobs = [
  job('run', 6, { status: 'running', training_file: 'f1' }),
  job('wait', 5, { status: 'queued', training_file: 'f2', model: 'base-2' }),
  job('new', 4, { status: 'hibernating', training_file: 'f1' }),
  job('good', 3, { status: 'succeeded', training_file: 'f1' }),
  job('bad', 2, { status: 'failed', training_file: 'f2' }),
  job('still', 1, { status: 'paused', training_file: 'f2', model: 'base-2' }),
];
store.applyPage('c', page(jobs), store.ask(1));
const records = store.list('c');
const datasetOf = ({ job: { training_file: file } }: (typeof records)[number]) => file;
const ids = (found: readonly (typeof records)[number][]) => found.map((record) => record.job.id).join(' ');

test('a filter lets through what fits one word of each of its lists', () => {
  const cases: readonly (readonly [Partial<JobFilter>, string])[] = [
    [{}, 'run wait new good bad still'],
    [{ statuses: ['active'] }, 'run wait'],
    [{ statuses: ['failed', 'paused'] }, 'bad still'],
    [{ statuses: ['unknown'] }, 'new'],
    [{ models: ['base-2'] }, 'wait still'],
    [{ statuses: ['active'], datasets: ['f1'] }, 'run'],
    [{ datasets: ['gone'] }, ''],
  ];
  for (const [filter, expected] of cases) assert.equal(ids(filterJobs(records, { ...noFilter, ...filter }, datasetOf)), expected);
});

test('groups hold every job once, in the order of its list', () => {
  const cases: readonly (readonly [JobGrouping, string])[] = [
    ['none', ': run wait new good bad still'],
    ['status', 'active: run wait | paused: still | succeeded: good | failed: bad | unknown: new'],
    ['model', 'base-1: run new good bad | base-2: wait still'],
    ['dataset', 'f1: run new good | f2: wait bad still'],
  ];
  for (const [grouping, expected] of cases) {
    const groups = groupJobs(records, grouping, datasetOf);
    assert.equal(groups.map(({ key, records: members }) => `${key}: ${ids(members)}`).join(' | '), expected);
  }
});

test('a stored filter of another version counts as far as it fits', () => {
  assert.deepEqual(readJobFilter({ statuses: ['failed', 'lost', 1], models: 'x', datasets: ['d'] }), { statuses: ['failed'], models: [], datasets: ['d'] });
  for (const stored of [undefined, null, 3, 'x', []]) assert.deepEqual(readJobFilter(stored), noFilter);
});
