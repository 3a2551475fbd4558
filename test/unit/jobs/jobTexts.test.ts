import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNamed, jobLabel } from '../../../src/core/jobs/jobName.ts';
import { ageText, durationText, staleText, timeText } from '../../../src/messages/jobs.ts';
import { job } from './builders.ts';

/** Noon in UTC: the same day nearly everywhere. */
const now = 1_800_014_400;

const ages: [secondsAgo: number, text: string][] = [
  [-500, 'just now'],
  [0, 'just now'],
  [59, 'just now'],
  [60, '1 min ago'],
  [3_599, '59 min ago'],
  [3_600, '1 h ago'],
  [86_400, '1 d ago'],
  [29 * 86_400, '29 d ago'],
  [30 * 86_400, 'Dec 16, 2026'],
];

for (const [ago, text] of ages) test(`${ago} s ago`, () => assert.equal(ageText(now - ago, now, 'en-US'), text));

const durations: [seconds: number, text: string][] = [
  [-3, '0 s'],
  [59.4, '59 s'],
  [90, '2 min'],
  [3_600, '1 h'],
  [9_000, '2 h 30 min'],
];

for (const [seconds, text] of durations) test(`for ${seconds} s`, () => assert.equal(durationText(seconds), text));

test('a time is told here and in UTC', () => {
  assert.match(timeText(1_725_289_250, 'en-US'), /^Sep [123], 2024, .* \(2024-09-02 15:00:50 UTC\)$/);
});

const stale: [answeredMinutesAgo: number | undefined, offline: boolean, text: string][] = [
  [undefined, true, 'Offline. Why.'],
  [undefined, false, 'Why.'],
  [0, true, 'Offline; state of less than a minute ago. Why.'],
  [1, true, 'Offline; state of 1 minute ago. Why.'],
  [3, true, 'Offline; state of 3 minutes ago. Why.'],
  [3, false, 'State of 3 minutes ago. Why.'],
  [125, true, 'Offline; state of 2 hours ago. Why.'],
];

for (const [minutes, offline, text] of stale) {
  test(text, () => {
    const answeredAt = minutes === undefined ? undefined : now * 1_000 - minutes * 60_000;
    assert.equal(staleText(answeredAt, now * 1_000, offline, 'Why.'), text);
  });
}

test('a job without a name of its own is told by its base model', () => {
  assert.equal(jobLabel(job('ftjob-O1OEE7eEyFNJsO2Eu5otzWA8')), 'O1OEE7eE · base-1');
  assert.equal(jobLabel(job('ftjob-O1', 0, { user_provided_suffix: 'mine' })), 'mine');
  assert.equal(jobLabel(job('ftjob-O1', 0, { fine_tuned_model: 'ft:base-1:org::XYZ' })), 'XYZ');
  assert.equal(isNamed(job('ftjob-O1')), false);
});
