import assert from 'node:assert/strict';
import { it } from 'node:test';
import { killAndResume } from '../../support/resumeKills.ts';

it('row 70: after 20 kills at random moments, the weights are those of a run that was never broken', async (t) => {
  const report = await killAndResume({ kills: 20, seed: 7, threads: 1, saveEveryMs: 50 });
  t.diagnostic(`${report.kills} kills, ${report.stops} clean ends, ${report.jobs} job(s), resumed at steps ${report.resumedAt.join(' ')}`);
  assert.ok(report.resumedAt.length >= 3, 'some of the kills came while there was something to go on from');
});
