import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeStatus } from '../../../src/core/jobs/jobStatus.ts';
import { terminalJobStatuses } from '../../../src/core/providers/wire.ts';
import { statusText } from '../../../src/messages/jobs.ts';

const table: [status: string, text: string, terminal: boolean, cancelable: boolean][] = [
  ['validating_files', 'Validating files', false, true],
  ['queued', 'Queued', false, true],
  ['running', 'Running', false, true],
  ['pausing', 'Pausing', false, true],
  ['paused', 'Paused', false, true],
  ['succeeded', 'Succeeded', true, false],
  ['failed', 'Failed', true, false],
  ['cancelled', 'Cancelled', true, false],
  ['pending', 'Created', false, true],
  ['created', 'Created', false, true],
  ['cancelling', 'Cancelling', false, false],
  ['compressing', 'compressing', false, true],
  ['constructor', 'constructor', false, true],
  ['', 'Unknown', false, true],
];

for (const [status, text, terminal, cancelable] of table) {
  test(`status «${status}»`, () => {
    const described = describeStatus(status);
    assert.equal(statusText(described), text);
    assert.equal(described.terminal, terminal);
    assert.equal(described.terminal, terminalJobStatuses.has(status));
    assert.equal(described.cancelable, cancelable);
    assert.match(described.icon, /^[a-z~-]+$/);
  });
}
