import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '../../../src/core/providers/port.ts';

test('an error of another bundle is recognised, and nothing else is', async () => {
  // A query makes Node evaluate the module again, as a second bundle would.
  const path = '../../../src/core/providers/port.ts?again';
  const other = (await import(path)) as typeof import('../../../src/core/providers/port.ts');
  const error: unknown = new other.ServiceError('no', { kind: 'forbidden' });
  assert.notEqual(other.ServiceError, ServiceError);
  assert.ok(error instanceof ServiceError);
  assert.equal(error.facts.kind, 'forbidden');
  for (const value of [new Error('no'), { name: 'ServiceError', facts: {} }, null, undefined, 'ServiceError']) {
    assert.ok(!(value instanceof ServiceError));
  }
});
