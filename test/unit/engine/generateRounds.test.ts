import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rounds } from '../../../src/engine/generate/rounds.ts';

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
