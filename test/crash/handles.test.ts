import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { realSystem, waitingForHandles, type System } from '../../src/disk/system.ts';
import { Store } from '../../src/engine/store/store.ts';
import { ModelDisk } from '../support/modelDisk.ts';
import { checkBytes, openStore, root, steps } from './world.ts';
import { openReal } from './killStore.ts';

/** The disk's calls as an object of functions, which may be taken over one by one. */
function callsOf(disk: ModelDisk): System {
  const calls = Object.keys(realSystem).map((name) => {
    const call: unknown = Reflect.get(disk, name);
    return [name, typeof call === 'function' ? (call.bind(disk) as unknown) : call];
  });
  return Object.fromEntries(calls) as System;
}

describe('a process without a free handle', () => {
  it('row 58: waits for one at every call that needs it, and goes on', async () => {
    for (const code of ['EMFILE', 'ENFILE']) {
      const disk = new ModelDisk();
      const times = new Map<string, number>();
      // Each call is refused five times.
      disk.fault = ({ kind, path }) => {
        if (!['open', 'readdir', 'rm', 'copyFile'].includes(kind)) return undefined;
        const count = (times.get(`${kind} ${path}`) ?? 0) + 1;
        times.set(`${kind} ${path}`, count);
        return count % 6 === 0 ? undefined : { code };
      };
      let store = await Store.open(root, { system: waitingForHandles(callsOf(disk)), reserveBytes: 600 });
      for (const name of ['upload', 'job', 'part', 'complete', 'compact', 'upload', 'delete', 'end']) {
        store = (await steps.find((step) => step.name === name)?.run(store, disk)) ?? store;
      }
      assert.deepEqual(store.status, { kind: 'ready' });
      await store.close();
      disk.fault = () => undefined;
      const again = await openStore(disk);
      assert.equal(again.state.files.size, 2);
      checkBytes(again, disk);
      await again.close();
    }
  });

  it('row 58: waits ten seconds at the most, then says what failed, and works once there is one', async () => {
    const disk = new ModelDisk();
    const calls = callsOf(disk);
    let slept = 0;
    const store = await Store.open(root, {
      system: waitingForHandles({ ...calls, sleep: async (milliseconds) => void (slept += milliseconds) }),
      reserveBytes: 600,
    });
    disk.fault = ({ kind }) => (kind === 'open' ? { code: 'EMFILE' } : undefined);
    await assert.rejects(store.fileBytes.receive(), { code: 'EMFILE' });
    assert.ok(slept >= 10_000 && slept < 11_000, String(slept));
    disk.fault = () => undefined;
    await steps[0]?.run(store, disk);
    assert.equal(store.state.files.size, 1);
    await store.close();
  });

  it('row 58: on the real disk', { skip: process.platform === 'win32' }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-handles-'));
    try {
      const command = 'ulimit -n 80 && exec "$0" --disable-warning=MODULE_TYPELESS_PACKAGE_JSON "$1" "$2" 200';
      const child = join(import.meta.dirname, 'handlesChild.ts');
      const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, child, folder]);
      assert.equal(stdout, 'EMFILE 1');
      const store = await openReal(folder);
      assert.equal(store.state.files.size, 1);
      await store.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
