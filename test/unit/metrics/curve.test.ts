import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeEvents } from '../../../src/core/jobs/jobEvents.ts';
import { Curve } from '../../../src/core/metrics/curve.ts';
import { diagnose } from '../../../src/core/metrics/diagnosis.ts';
import { EventPoints, toPointsFromEvents } from '../../../src/core/metrics/eventPoints.ts';
import { summarize } from '../../../src/core/metrics/summary.ts';
import type { WireEvent } from '../../../src/core/providers/wire.ts';
import { createRandom, event } from '../jobs/builders.ts';

/** An event whose numbers count how often they are read. */
function counted(step: number, read: { times: number }): WireEvent {
  const data = { step, train_loss: 1 / step };
  const known = event(`e${step}`, step);
  return Object.defineProperty({ ...known }, 'data', {
    enumerable: true,
    get: () => {
      read.times += 1;
      return data;
    },
  });
}

describe('a curve that grows', () => {
  it('reads each event once, also after the oldest ones are no longer kept', () => {
    const read = { times: 0 };
    const all = Array.from({ length: 20_010 }, (_, index) => counted(index + 1, read));
    let events = mergeEvents([], all.slice(0, 20_000).reverse());
    const points = new EventPoints();
    assert.equal(points.update(events).length, 20_000);
    read.times = 0;
    for (let next = 20_000; next < all.length; next += 1) {
      events = mergeEvents(events, all.slice(next - 20, next + 1).reverse());
      assert.equal(events.length, 20_000);
      assert.equal(points.update(events).length, next + 1);
    }
    assert.equal(read.times, 10);
  });

  it('keeps the points that did not change as the same objects', () => {
    const all = Array.from({ length: 50 }, (_, index) => event(`e${index}`, index, { step: index + 1, train_loss: 1 }));
    const points = new EventPoints();
    const before = points.update(all.slice(0, 49));
    const after = points.update(all);
    assert.ok(before.every((point, index) => point === after[index]));
    assert.equal(before.length, 49);
  });

  it('is at every moment what it would be if it were read afresh', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = createRandom(seed);
      const events: WireEvent[] = [];
      const points = new EventPoints();
      const curve = new Curve();
      for (let round = 0, step = 0; round < 40; round += 1) {
        // Now and then a run goes back, a late value comes, or an event is put in between.
        step = random() < 0.1 ? Math.floor(step / 2) : step + 1;
        const data = random() < 0.1 ? { step: Math.max(1, step - 2), full_valid_loss: random() } : { step, train_loss: random() * 3 };
        const at = random() < 0.05 ? Math.floor(random() * events.length) : events.length;
        events.splice(at, 0, event(`e${seed}-${round}`, round, random() < 0.03 ? { step, train_loss: 'nan' } : data));
        const grown = points.update([...events]);
        assert.deepEqual(grown, toPointsFromEvents(events), `seed ${seed}`);
        curve.update(grown);
        const fresh = new Curve(grown);
        assert.deepEqual(summarize(curve), summarize(fresh), `seed ${seed}`);
        assert.deepEqual(diagnose(curve), diagnose(fresh), `seed ${seed}`);
      }
    }
  });
});
