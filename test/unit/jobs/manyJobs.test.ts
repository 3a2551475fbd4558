import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { JobPoll } from '../../../src/core/jobs/jobPoll.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import { StallWatch } from '../../../src/core/jobs/stallWatch.ts';
import { event, job } from './builders.ts';
import { ScriptedService } from './scriptedService.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('row 101: four windows over 200 jobs do not grow in 1,000 polls', async () => {
  const service = new ScriptedService();
  const running = 3;
  service.jobs = Array.from({ length: 200 }, (_, index) => job(`j${index}`, 1_000 - index, { status: index < running ? 'running' : 'succeeded' }));
  const windows = Array.from({ length: 4 }, () => {
    const store = new JobStore();
    return { store, poll: new JobPoll(store, 'c', Date.now), stalls: new StallWatch() };
  });
  const signal = new AbortController().signal;
  let step = 0;
  const poll = async (times: number): Promise<number> => {
    for (let count = 0; count < times; count += 1) {
      step += 1;
      // The service keeps few events here, so what grows would be ours.
      for (let index = 0; index < running; index += 1) service.events.set(`j${index}`, [event(`e${step}`, step, { step: step % 50, total_steps: 50 })]);
      service.asked.length = 0;
      for (const { store, poll: asking, stalls } of windows) {
        await asking.round(service, { watched: new Set(), unfinished: [] }, signal);
        for (const record of store.list('c')) stalls.observe(record);
        if (count % 100 === 0) store.clear('c');
      }
    }
    collect();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  const before = await poll(200);
  const after = await poll(1_000);
  assert.ok(after - before < 5, `${before.toFixed(1)} MB became ${after.toFixed(1)} MB`);
});
