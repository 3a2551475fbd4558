import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCheckpoint, parseEvent, parseFile, parseJob, parseModel, parsePage } from '../../../src/api/answers.ts';
import { parseRetryAfter } from '../../../src/api/errors.ts';
import { ServiceError } from '../../../src/core/providers/port.ts';

describe('jobs of services that keep the contract loosely', () => {
  const noError: readonly unknown[] = [undefined, null, {}, { code: null, message: null, param: null }, ''];
  for (const error of noError) {
    it(`error ${JSON.stringify(error)} is no error`, () => assert.equal(parseJob({ id: 'j', error }).error, null));
  }

  it('an error keeps what it says', () => {
    const error = { code: 'server_error', message: 'The job failed', param: null };
    assert.deepEqual(parseJob({ id: 'j', error }).error, error);
    assert.deepEqual(parseJob({ id: 'j', error: 'boom' }).error, { code: null, message: 'boom', param: null });
  });

  it('an unknown status and other numbers are kept', () => {
    const job = parseJob({ id: 'j', status: 'pending', hyperparameters: { n_epochs: 'auto' }, trained_tokens: 0 });
    assert.equal(job.status, 'pending');
    assert.deepEqual(job.hyperparameters, { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' });
    assert.equal(job.trained_tokens, 0);
  });

  it('hyperparameters stand in the method or beside it, and -1 is auto', () => {
    const given = { n_epochs: 3, batch_size: -1, learning_rate_multiplier: 0.5 };
    const known = { n_epochs: 3, batch_size: 'auto', learning_rate_multiplier: 0.5 };
    const places = [{ hyperparameters: given }, { method: { type: 'supervised', supervised: { hyperparameters: given } } }];
    for (const place of places) assert.deepEqual(parseJob({ id: 'j', ...place }).hyperparameters, known);
    assert.equal(parseJob({ id: 'j' }).hyperparameters, null);
  });

  it('result files may be null, an empty model name is none, a finish of 0 is none', () => {
    const job = parseJob({ id: 'j', result_files: null, fine_tuned_model: '', estimated_finish: 0, finished_at: null });
    assert.deepEqual([job.result_files, job.fine_tuned_model, job.estimated_finish, job.finished_at], [[], null, null, null]);
  });

  it('times come as seconds, milliseconds or text', () => {
    for (const created_at of [1_700_000_000, 1_700_000_000_000, '2023-11-14T22:13:20Z']) {
      assert.equal(parseJob({ id: 'j', created_at }).created_at, 1_700_000_000);
    }
  });

  it('without an id it is no job', () => {
    for (const value of [null, 'job', [], {}, { id: '' }, { id: 5 }]) {
      assert.throws(() => parseJob(value), ServiceError);
    }
  });
});

describe('other answers', () => {
  it('an event without an id gets one that stays the same', () => {
    const event = { created_at: 3, message: 'Step 1' };
    assert.equal(parseEvent(event).id, parseEvent({ ...event }).id);
    assert.notEqual(parseEvent(event).id, parseEvent({ ...event, message: 'Step 2' }).id);
  });

  it('a checkpoint takes its step from its metrics, and only numbers are metrics', () => {
    const checkpoint = parseCheckpoint({ id: 'c', metrics: { step: 4, train_loss: 0.5, valid_loss: null } });
    assert.equal(checkpoint.step_number, 4);
    assert.deepEqual(checkpoint.metrics, { step: 4, train_loss: 0.5 });
  });

  it('a file without the deprecated status is usable; a model keeps its shutdown date', () => {
    assert.equal(parseFile({ id: 'f' }).status, 'processed');
    assert.equal(parseFile({ id: 'f', status: 'error' }).status, 'error');
    assert.equal(parseModel({ id: 'm', shutdown_date: '2027-01-14' }).shutdown_date, '2027-01-14');
  });

  it('pages end where has_more is missing, where nothing is new, and where the service ignores the cursor', () => {
    const data = [{ id: 'a' }, { id: 'b' }];
    assert.equal(parsePage({ data }, parseModel, undefined).has_more, false);
    assert.equal(parsePage({ data: [], has_more: true }, parseModel, undefined).has_more, false);
    const repeated = parsePage({ data, has_more: true }, parseModel, 'b');
    assert.deepEqual([repeated.data.length, repeated.has_more], [0, false]);
    const next = parsePage({ data, has_more: true }, parseModel, 'z');
    assert.deepEqual([next.data.length, next.has_more], [2, true]);
  });

  it('a bare array is a page, anything else is not', () => {
    assert.equal(parsePage([{ id: 'a' }, null, 'x'], parseModel, undefined).data.length, 1);
    for (const value of ['<html>', null, {}, { data: null }]) {
      assert.throws(() => parsePage(value, parseModel, undefined), ServiceError);
    }
  });

  it('Retry-After is seconds or a date', () => {
    const now = Date.UTC(2026, 0, 1);
    const table: readonly [string | null, number | undefined][] = [
      [null, undefined],
      ['', undefined],
      ['12', 12],
      ['-1', undefined],
      ['soon', undefined],
      ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
      ['Thu, 01 Jan 2025 00:00:30 GMT', 0],
    ];
    for (const [value, seconds] of table) assert.equal(parseRetryAfter(value, now), seconds, String(value));
  });
});
