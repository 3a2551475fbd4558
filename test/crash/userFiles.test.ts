import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeFolder } from '../../src/disk/folders.ts';
import { makeFolder, replaceFile } from '../../src/disk/files.ts';
import { quarantine } from '../../src/disk/quarantine.ts';
import { syncTree } from '../../src/disk/syncTree.ts';
import { crashStates } from '../support/crashStates.ts';
import { ModelDisk, type Image } from '../support/modelDisk.ts';
import { Random } from '../support/random.ts';
import { content } from './killStore.ts';

const old = content('old', 1300);
const fresh = content('new', 2100);

/** A folder with one file, all of it durable. */
async function disk(): Promise<ModelDisk> {
  const before = new ModelDisk();
  await before.mkdir('/w');
  await replaceFile('/w/data.jsonl', old, { system: before });
  return new ModelDisk(before.live);
}

function* everyState(after: ModelDisk): Generator<{ readonly image: Image; readonly done: boolean }, void, undefined> {
  for (let count = 0; count <= after.ops.length; count += 1) {
    for (const image of crashStates(after.base, after.ops, count, new Random(1))) {
      yield { image, done: count === after.ops.length };
    }
  }
}

describe('a power loss while a file of the user is written', () => {
  it('leaves the whole old or the whole new content, and the new one once it was said to be saved', async () => {
    const now = await disk();
    await replaceFile('/w/data.jsonl', fresh, { system: now });
    for (const { image, done } of everyState(now)) {
      const found = image.tree().get('/w/data.jsonl');
      assert.ok(found?.equals(fresh) === true || (!done && found?.equals(old) === true));
    }
  });

  it('leaves a whole copy of the old content beside a file that had to be written in place', async () => {
    const now = await disk();
    now.links = 2;
    await replaceFile('/w/data.jsonl', fresh, { system: now });
    for (const { image, done } of everyState(now)) {
      const found = image.tree().get('/w/data.jsonl');
      const whole = found?.equals(fresh) === true || (!done && found?.equals(old) === true);
      const backup = [...image.tree()].some(([path, bytes]) => path.endsWith('.old') && bytes?.equals(old) === true);
      assert.ok(whole || (!done && backup));
    }
  });

  it('leaves a folder whole or not at all, and whole once it was said to be written', async () => {
    const now = await disk();
    await writeFolder('/w/model', { a: old, b: fresh }, now);
    for (const { image, done } of everyState(now)) {
      const tree = image.tree();
      const whole = tree.get('/w/model/a')?.equals(old) === true && tree.get('/w/model/b')?.equals(fresh) === true;
      assert.ok(whole || (!done && !tree.has('/w/model')));
    }
  });

  it('leaves every file of a tree whole once it was synced, also of one that somebody else wrote', async () => {
    const now = await disk();
    await makeFolder('/w/tree/inner', { system: now });
    for (const [path, bytes] of [['/w/tree/a', old], ['/w/tree/inner/b', fresh]] as const) {
      const file = await now.open(path, 'w');
      await file.write(bytes, 0, bytes.length, null);
      await file.close();
    }
    await syncTree('/w/tree', now);
    let states = 0;
    for (const { image, done } of everyState(now)) {
      if (!done) continue;
      states += 1;
      const tree = image.tree();
      assert.ok(tree.get('/w/tree/a')?.equals(old) === true && tree.get('/w/tree/inner/b')?.equals(fresh) === true);
    }
    assert.ok(states > 0);
  });

  it('leaves what goes to quarantine in one of the two places', async () => {
    const now = await disk();
    const kept = await quarantine('/w/data.jsonl', '/w/quarantine', now);
    for (const { image, done } of everyState(now)) {
      const tree = image.tree();
      assert.ok(tree.get(kept)?.equals(old) === true || (!done && tree.get('/w/data.jsonl')?.equals(old) === true));
      assert.ok(!done || !tree.has('/w/data.jsonl'));
    }
  });
});
