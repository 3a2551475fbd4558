import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLine } from '../../../src/messages/events.ts';
import { event } from './builders.ts';

test('an event is one line, in UTC, whatever its text is', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['Step 1/3: training loss=2.1', 'Step 1/3: training loss=2.1'],
    ['two\r\nlines\u2028more', 'two ⏎ lines ⏎ more'],
    ['\u001b[31mred\u001b]8;;http://evil\u0007', '�[31mred�]8;;http://evil�'],
    ['tab\tstays', 'tab\tstays'],
    ['turned \u202e around', 'turned � around'],
  ];
  for (const [message, text] of cases) assert.equal(eventLine(event('e', 1_725_289_250, null, message)), `2024-09-02 15:00:50 [info] ${text}`);
  assert.match(eventLine(event('e', Number.NaN)), /^\? \[info\]/);
});
