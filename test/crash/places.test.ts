import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Store } from '../../src/engine/store/store.ts';
import { content, openReal } from './killStore.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-places-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function upload(store: Store): Promise<string> {
  const incoming = await store.fileBytes.receive();
  await incoming.write(content(incoming.id, 3000));
  const { bytes, sha256 } = await incoming.finish();
  const wire = { id: incoming.id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: null, status_details: null } as const;
  await store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined }));
  return incoming.id;
}

async function check(root: string, ids: readonly string[]): Promise<void> {
  const store = await openReal(root);
  assert.deepEqual(store.status, { kind: 'ready' });
  assert.deepEqual([...store.state.files.keys()], ids);
  for (const file of store.state.files.values()) {
    assert.deepEqual(await readFile(await store.fileBytes.checked(file)), content(file.wire.id, 3000));
  }
  await store.close();
}

const windows = process.platform === 'win32';

describe('a data folder', () => {
  const names = ['with  spaces ', 'ğüş 日本 👩‍🚀', '100%20%', '#1 & #2', "it's; $HOME `x`", '-rf', ...(windows ? [] : ['a:b*?"<>|\\'])];
  for (const name of [...names, join(...Array.from({ length: 4 }, () => 'x'.repeat(75)))]) {
    it(`row 62: at ${name.length > 100 ? `a path of ${name.length} characters` : JSON.stringify(name)}`, { skip: windows && name.length > 100 }, async () => {
      const root = join(folder, name);
      await mkdir(root, { recursive: true });
      const store = await openReal(root);
      const ids = [await upload(store)];
      await store.compact();
      ids.push(await upload(store));
      await store.close();
      await check(root, ids);
    });
  }

  it('row 62: moved to another place, and on a disk that does not tell upper from lower case', async () => {
    const [root, moved] = [join(folder, 'engine'), join(folder, 'elsewhere', 'under another name')];
    const store = await openReal(root);
    const ids = [await upload(store), await upload(store)];
    await store.compact();
    ids.push(await upload(store));
    await store.close();
    await mkdir(join(folder, 'elsewhere'));
    await rename(root, moved);
    await check(moved, ids);
    const names = await readdir(moved, { recursive: true });
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length, 'no two names differ in case alone');
  });

  for (const compactions of [0, 1, 3]) {
    for (const over of [true, false]) {
      it(`row 62: an older copy put back ${over ? 'over' : 'in the place of'} the newer one, ${compactions} generations later`, async () => {
        const [root, copy] = [join(folder, 'engine'), join(folder, 'copy')];
        const store = await openReal(root);
        const ids = [await upload(store), await upload(store)];
        await store.compact();
        await cp(root, copy, { recursive: true });
        const [first = ''] = ids;
        await store.commit(() => ({ changes: [{ kind: 'fileDeleted', id: first }], result: undefined }));
        await store.fileBytes.release([first]);
        for (let count = 0; count < compactions; count += 1) {
          await upload(store);
          await store.compact();
        }
        await upload(store);
        await store.close();
        if (!over) await rm(root, { recursive: true });
        await cp(copy, root, { recursive: true });
        await check(root, ids);
        await check(root, ids);
      });
    }
  }
});
