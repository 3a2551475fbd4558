import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import { StallWatch } from '../../../src/core/jobs/stallWatch.ts';
import { event, job, page } from './builders.ts';

const ref = { connectionId: 'c', jobId: 'a' };
const second = 1_000;
const minute = 60 * second;

/** A service that is looked at every 10 s; its own clock is `skew` seconds off. */
function follow(skew = 0) {
  const store = new JobStore();
  const watch = new StallWatch();
  let now = 1_000_000 * second;
  const look = (step: number, status = 'running') => {
    store.applyPage('c', page([job('a', 1, { status })]), store.ask(now));
    if (step > 0) store.applyEvents(ref, [event(`e${step}`, now / second + skew, { step, total_steps: 500 })]);
    const record = store.get(ref);
    assert.ok(record);
    watch.observe(record);
    return watch.stalledMs(record);
  };
  return {
    look,
    /** Looks every 10 s for a while without news. */
    still: (milliseconds: number, step: number, status?: string) => {
      let stalled: number | undefined;
      for (let passed = 0; passed < milliseconds; passed += 10 * second) {
        now += 10 * second;
        stalled = look(step, status);
      }
      return stalled;
    },
    sleep: (milliseconds: number) => void (now += milliseconds),
    advance: (milliseconds: number) => void (now += milliseconds),
  };
}

for (const skew of [0, 86_400, -86_400]) {
  test(`a job without a new step is found by its own speed, with a clock ${skew} s off`, () => {
    const service = follow(skew);
    for (let step = 1; step <= 10; step += 1) {
      service.advance(20 * second);
      assert.equal(service.look(step), undefined);
    }
    // Twenty of its steps are 400 s.
    assert.equal(service.still(400 * second, 10), undefined);
    assert.ok((service.still(20 * second, 10) ?? 0) > 400 * second);
    assert.equal(service.look(11), undefined, 'a new step ends it');
  });
}

test('quick steps are given three minutes, and a job whose steps nobody timed an hour', () => {
  const quick = follow();
  for (let step = 1; step <= 10; step += 1) {
    quick.advance(second);
    quick.look(step);
  }
  assert.equal(quick.still(3 * minute, 10), undefined);
  assert.ok(quick.still(minute, 10));
  const untimed = follow();
  untimed.look(0);
  assert.equal(untimed.still(59 * minute, 0), undefined);
  assert.ok(untimed.still(2 * minute, 0));
});

test('row 76: eight hours of sleep are not counted as a stall', () => {
  const service = follow();
  for (let step = 1; step <= 10; step += 1) {
    service.advance(20 * second);
    service.look(step);
  }
  service.sleep(8 * 60 * minute);
  assert.equal(service.look(10), undefined);
  assert.equal(service.still(2 * minute, 10), undefined);
  assert.ok(service.still(6 * minute, 10), 'what comes after it is');
});

test('row 78: a machine that becomes ten times slower does not stall', () => {
  const service = follow();
  for (let step = 1; step <= 60; step += 1) {
    service.advance(20 * second);
    service.look(step);
  }
  for (let step = 61; step <= 90; step += 1) {
    assert.equal(service.still(190 * second, step - 1), undefined);
    service.advance(10 * second);
    service.look(step);
  }
});

test('a job that waits or is paused stalls never', () => {
  const service = follow();
  service.look(1, 'queued');
  assert.equal(service.still(5 * 60 * minute, 1, 'queued'), undefined);
  assert.equal(service.still(5 * 60 * minute, 1, 'paused'), undefined);
});
