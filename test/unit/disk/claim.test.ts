import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { claimFile } from '../../../src/disk/claim.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-claim-'));
  path = join(folder, 'chat.json');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a claim', () => {
  it('is given once, and again after its release', async () => {
    const first = await claimFile(path);
    assert.ok(first);
    assert.equal(await claimFile(path), undefined);
    await first.release();
    assert.deepEqual(await readdir(folder), []);
    const second = await claimFile(path);
    assert.ok(second);
    await first.release();
    assert.equal(await claimFile(path), undefined, 'an old claim releases nothing');
  });

  it('of a dead process is taken over', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(`${path}.owner`, `${pid} x`);
    assert.ok(await claimFile(path));
  });

  it('of another living process stands', async () => {
    await writeFile(`${path}.owner`, `${process.ppid} x`);
    assert.equal(await claimFile(path), undefined);
  });

  it('that was never written down stands for a moment only', async () => {
    await writeFile(`${path}.owner`, '');
    assert.equal(await claimFile(path), undefined);
    const before = new Date(Date.now() - 60_000);
    await utimes(`${path}.owner`, before, before);
    assert.ok(await claimFile(path));
  });
});
