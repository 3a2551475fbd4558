import assert from 'node:assert/strict';
import { built, linesOf, opened, withFile } from './images.ts';
import { root } from './world.ts';

/** One bit of one byte after another is another one; what is found is right, or said to be damaged. */
export async function everyByte(): Promise<void> {
  const { disk, state } = await built('upload', 'job', 'compact', 'checkpoint', 'end');
  const lastRecord = /"status":"cancelled"/;
  for (const name of ['journal-1.log', 'journal-2.log', 'snapshot-2', 'CURRENT']) {
    const length = disk.live.tree().get(`${root}/${name}`)?.length ?? 0;
    // What the present generation does not need is tried at fewer places.
    for (let index = 0; index < length; index += name === 'journal-1.log' ? 7 : 1) {
      const what = `${name}, byte ${index}`;
      const image = withFile(disk, name, (bytes) => {
        bytes[index] = (bytes[index] ?? 0) ^ (1 << (index % 8));
        return bytes;
      });
      const { store, state: found } = await opened(image);
      if (name === 'journal-1.log') {
        // The generation before: not needed while the present one is whole.
        assert.equal(found, state, what);
      } else if (name === 'journal-2.log') {
        assert.notEqual(store.notes.length, 0, what);
        const kept = new Set(linesOf(state));
        const isPrefix = store.status.kind === 'readOnly' || !lastRecord.test(found);
        assert.ok(isPrefix && linesOf(found).filter((line) => !line.includes('"jobAdded"')).every((line) => kept.has(line)), what);
      } else {
        assert.deepEqual([store.status.kind, found], ['ready', state], what);
        assert.match(store.notes.join(), /was damaged; everything was found/, what);
      }
      await store.close();
    }
  }
}
