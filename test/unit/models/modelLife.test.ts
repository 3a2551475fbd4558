import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daysLeft, modelLife } from '../../../src/core/models/modelLife.ts';
import { compatibleProfile } from '../../../src/core/providers/compatible.ts';
import { openaiProfile } from '../../../src/core/providers/openai.ts';

test('the service knows best, then the base model of the profile', () => {
  const tuned = { id: 'ft:gpt-4o-mini-2024-07-18:acme::1' };
  assert.deepEqual(modelLife(openaiProfile, tuned, { shutdown_date: '2027-03-01' }), { endsOn: '2027-03-01', from: 'service' });
  assert.equal(modelLife(openaiProfile, tuned)?.from, 'profile');
  assert.equal(modelLife(openaiProfile, tuned, { shutdown_date: null })?.from, 'profile');
  assert.equal(modelLife(openaiProfile, tuned, { shutdown_date: 'soon' })?.from, 'profile');
  assert.equal(modelLife(openaiProfile, { id: 'mine', base: 'gpt-4.1-2025-04-14' })?.from, 'profile');
  assert.equal(modelLife(openaiProfile, { id: 'mine' }), undefined);
  assert.equal(modelLife(compatibleProfile, tuned), undefined);
});

test('days are those before the day of the end begins', () => {
  const life = { endsOn: '2027-01-14', from: 'service' } as const;
  const cases: readonly (readonly [string, number])[] = [
    ['2027-01-04T00:00:00Z', 10],
    ['2027-01-13T23:59:00Z', 1],
    ['2027-01-14T00:00:00Z', 0],
    ['2027-01-15T12:00:00Z', -1],
  ];
  for (const [now, days] of cases) assert.equal(daysLeft(life, Date.parse(now)), days);
});
