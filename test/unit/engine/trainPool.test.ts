import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanced, checked } from '../../../src/engine/train/poolHere.ts';
import { PoolThread } from '../../../src/engine/train/poolThread.ts';

/** Worker code with the messages of jax-js: a "kernel" adds its share to the shared memory. */
const code = `
let memory;
self.onmessage = ({ data }) => {
  if (data.type === 'init') {
    memory = new Int32Array(data.memory);
    postMessage({ type: 'ready' });
  } else if (data.type === 'routine') {
    postMessage({ type: 'done', ok: false, error: data.routine.name });
  } else {
    memory[data.ptrs[0]] += data.module.factor * (data.end - data.begin) + data.ptrs.length;
    postMessage({ type: 'done', ok: true });
  }
};`;

async function started(): Promise<{ thread: PoolThread; memory: Int32Array }> {
  const thread = await PoolThread.start(code);
  const memory = new Int32Array(new SharedArrayBuffer(64));
  thread.post({ type: 'init', memory: memory.buffer });
  assert.deepEqual(thread.waitForAnswer(), { type: 'ready' });
  return { thread, memory };
}

function kernel(kernelHash: string, factor: number, ptrs: readonly number[], begin: number, end: number): unknown {
  return { type: 'kernel', kernelHash, module: { factor }, ptrs, begin, end };
}

test('kernels are computed while the caller waits, each with its own code, again and again', async () => {
  const { thread, memory } = await started();
  for (let round = 1; round <= 200; round += 1) {
    thread.post(kernel('a', 2, [3], 10, 15));
    assert.deepEqual(thread.waitForAnswer(), { type: 'done', ok: true });
    thread.post(kernel('b', 100, [4, 1, 1], 0, 1));
    assert.deepEqual(thread.waitForAnswer(), { type: 'done', ok: true });
    assert.equal(memory[3], round * 11);
    assert.equal(memory[4], round * 103);
  }
  await thread.stop();
});

test('other messages and failures come through', async () => {
  const { thread } = await started();
  thread.post({ type: 'routine', routine: { name: 'Scatter' } });
  assert.deepEqual(thread.waitForAnswer(), { type: 'done', ok: false, error: 'Scatter' });
  thread.post(kernel('a', 1, [0], 0, 1));
  assert.deepEqual(thread.waitForAnswer(), { type: 'done', ok: true });
  await thread.stop();
});

test('a thread that ends is an error, not an endless wait', async () => {
  const thread = await PoolThread.start('self.onmessage = () => process.exit(0);');
  thread.post({ type: 'init' });
  assert.throws(() => thread.waitForAnswer(), /has ended/);
});

test('shares are evened out in steps that stay aligned, and cover the same range', () => {
  const shares = (ranges: readonly (readonly [number, number])[]): unknown[] =>
    ranges.map(([begin, end]) => kernel('a', 1, [0], begin, end));
  const rows = 128;
  const cases: readonly [given: [number, number][], even: [number, number][]][] = [
    // 576 rows, cut by jax-js at a multiple of 128 rows.
    [[[0, 384 * rows], [384 * rows, 576 * rows]], [[0, 288 * rows], [288 * rows, 576 * rows]]],
    [
      [[0, 256], [256, 512], [512, 600]],
      [[0, 208], [208, 416], [416, 600]],
    ],
    // Even already, or too small to cut.
    [[[0, 100], [100, 200]], [[0, 100], [100, 200]]],
    [[[0, 8], [8, 10]], [[0, 8], [8, 10]]],
    [[[0, 512]], [[0, 512]]],
  ];
  for (const [given, even] of cases) {
    assert.deepEqual(balanced(shares(given)), shares(even));
  }
  const other = [{ type: 'init' }, { type: 'init' }];
  assert.equal(balanced(other), other);
});

test('a failed computation is thrown, whatever the library makes of it', () => {
  assert.deepEqual(checked({ type: 'done', ok: true }), { type: 'done', ok: true });
  assert.deepEqual(checked({ type: 'ready' }), { type: 'ready' });
  assert.throws(() => checked({ type: 'done', ok: false, error: 'unreachable' }), /A computation failed: unreachable/);
});
