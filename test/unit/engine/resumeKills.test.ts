import assert from 'node:assert/strict';
import { it } from 'node:test';
import { killAndResume } from '../../support/resumeKills.ts';

it('row 70: after 20 kills at random moments and in the middle of writing a checkpoint, the weights are those of a run that was never broken', async (t) => {
  const report = await killAndResume({ kills: 20, seed: 7, threads: 1, saveEveryMs: 50 });
  t.diagnostic(`${report.kills} kills, ${report.inWriting} of them in writing, ${report.stops} clean ends, ${report.jobs} job(s), resumed at steps ${report.resumedAt.join(' ')}`);
  assert.ok(report.inWriting >= 5, 'kills in the middle of writing');
  assert.ok(report.resumedAt.length >= 3, 'some of the kills came while there was something to go on from');
});
