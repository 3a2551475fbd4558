import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rounds } from '../../../src/engine/generate/rounds.ts';
import { TimeShare } from '../../../src/engine/generate/timeShare.ts';
import { shareOfGenerator, sharedWithChats } from '../../../src/engine/server/computeShare.ts';
import { Random } from '../../support/random.ts';

function* counting(name: string, steps: number, log: string[]): Generator<void, void, undefined> {
  for (let step = 1; step <= steps; step += 1) {
    log.push(`${name}${step}`);
    yield;
  }
}

test('nobody gets a second step while another waits for one', async () => {
  const log: string[] = [];
  const rounds = new Rounds();
  await Promise.all([rounds.run('a', counting('a', 4, log)), rounds.run('b', counting('b', 2, log)), rounds.run('c', counting('c', 3, log))]);
  assert.deepEqual(log, ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'c3', 'a4']);
});

test('one that throws fails alone', async () => {
  const log: string[] = [];
  const rounds = new Rounds();
  const failing = rounds.run('bad', (function* () {
    yield;
    throw new Error('no weights');
  })());
  const good = rounds.run('good', counting('g', 3, log));
  await assert.rejects(failing, /no weights/);
  await good;
  assert.deepEqual(log, ['g1', 'g2', 'g3']);
  await rounds.run('later', counting('l', 1, log));
  assert.equal(log.at(-1), 'l1');
});

test('one that is held makes no step, and the others go on', async () => {
  const log: string[] = [];
  const rounds = new Rounds();
  rounds.pause('a');
  const held = rounds.run('a', counting('a', 2, log));
  await rounds.run('b', counting('b', 2, log));
  assert.deepEqual(log, ['b1', 'b2']);
  rounds.resume('a');
  await held;
  assert.deepEqual(log, ['b1', 'b2', 'a1', 'a2']);
});

/** A thread on a clock of its own, in which others may hold it up. */
function simulated(share: number) {
  let [now, computed] = [0, 0];
  const time = new TimeShare({ now: () => now, computed: () => computed });
  time.set(share);
  return {
    compute: (ms: number, heldUpMs = 0) => {
      now += ms + heldUpMs;
      computed += ms;
    },
    rest: (lateMs = 0) => {
      const ms = time.restMs();
      now += ms + (ms > 0 ? lateMs : 0);
    },
    idle: (ms: number) => {
      now += ms;
    },
    computed: () => computed,
    now: () => now,
  };
}

for (const [name, heldUp, late] of [['alone', 0, 0], ['on a core that others use too', 15, 0], ['with a timer that is late', 0, 9]] as const) {
  test(`a share of the time is kept in every stretch of it, ${name}`, () => {
    const thread = simulated(0.3);
    const random = new Random(1);
    const marks: { readonly now: number; readonly computed: number }[] = [];
    for (let round = 0; round < 500; round += 1) {
      thread.compute(10 + random.below(4), random.below(heldUp + 1));
      marks.push({ now: thread.now(), computed: thread.computed() });
      thread.rest(random.below(late + 1));
      if (random.below(20) === 0) thread.idle(random.below(5000));
    }
    for (const [index, from] of marks.entries()) {
      for (const to of marks.slice(index + 1, index + 40)) {
        assert.ok(to.computed - from.computed <= 0.3 * (to.now - from.now) + 5 + 13, `${from.now} to ${to.now}`);
      }
    }
  });
}

test('what a share allows is used, and a whole core is no limit', () => {
  const [third, whole] = [simulated(0.3), simulated(1)];
  for (let round = 0; round < 100; round += 1) {
    for (const thread of [third, whole]) {
      thread.compute(10);
      thread.rest();
    }
  }
  assert.equal(Math.round(100 * (third.computed() / third.now())), 30);
  assert.equal(whole.now(), whole.computed());
});

test('with a share of the time, all of it is still computed', async () => {
  const log: string[] = [];
  const rounds = new Rounds();
  rounds.setShare(0.5);
  const busy = (function* () {
    for (let step = 0; step < 3; step += 1) {
      const end = performance.now() + 12;
      while (performance.now() < end);
      log.push(`busy${step}`);
      yield;
    }
  })();
  await rounds.run('a', busy);
  assert.equal(log.length, 3);
});

test('while a job trains, handing out answers counts as a part of what chats may use', () => {
  for (const [busy, left] of [[0, 0.3], [0.1, 0.2], [0.25, 0.05], [0.9, 0.05]] as const) {
    assert.equal(shareOfGenerator(busy), left);
  }
});

test('chats have their share while a trainer lives, and all of it afterwards', async () => {
  const shares: number[] = [];
  const ends: ((reason: string) => void)[] = [];
  const start = sharedWithChats(
    () => ({
      post: () => undefined,
      onEvent: () => undefined,
      onEnd: (listener) => void ends.push(listener),
      terminate: () => Promise.resolve(),
    }),
    { setShare: (share) => void shares.push(share) },
  );
  const first = start();
  first.onEnd(() => undefined);
  const second = start();
  await first.terminate();
  ends[0]?.('it ended');
  assert.deepEqual(shares, [0.3], 'one trainer still lives');
  await second.terminate();
  assert.equal(shares.at(-1), 1);
});
