import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import type { WireModel } from '../../../src/core/providers/wire.ts';
import { isDeleted, tunedRows } from '../../../src/features/jobs/tunedList.ts';
import { job, page } from './builders.ts';

const model = (id: string, created = 1): WireModel => ({ id, object: 'model', created, owned_by: 'x' });
const store = new JobStore();
const done = { status: 'succeeded', finished_at: 100 };
store.applyPage('c', page([job('b', 20, { ...done, fine_tuned_model: 'ft:base:o::b' }), job('a', 10, { ...done, fine_tuned_model: 'mine' })]), store.ask(1));
const records = store.list('c');
const listing = { items: [model('base'), model('mine', 11), model('ft:other:o::z', 5), model('ft:base:o::b:ckpt-step-9', 6)], lists: false, at: 10_000_000 };

test('tuned models are those that look so and those that jobs made, newest first', () => {
  const rows = tunedRows(listing, records);
  assert.deepEqual(rows.map((row) => [row.model, row.record?.job.id]), [['ft:base:o::b', 'b'], ['mine', 'a'], ['ft:other:o::z', undefined]]);
});

test('a service that lists tuned models is believed when one is missing, unless it is too new', () => {
  const full = { ...listing, lists: true };
  assert.deepEqual(tunedRows(full, records).map((row) => row.model), ['mine', 'ft:other:o::z']);
  assert.deepEqual(records.map((record) => isDeleted(record, full)), [true, false]);
  assert.deepEqual(records.map((record) => isDeleted(record, { ...full, at: 200_000 })), [false, false]);
});
