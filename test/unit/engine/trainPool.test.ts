import assert from 'node:assert/strict';
import { test } from 'node:test';
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
