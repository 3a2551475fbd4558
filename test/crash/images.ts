import assert from 'node:assert/strict';
import type { Store } from '../../src/engine/store/store.ts';
import { ModelDisk, type Image } from '../support/modelDisk.ts';
import { describeState, openStore, steps } from './world.ts';

/** A store after some steps, closed. */
export async function built(...names: readonly string[]): Promise<{ readonly disk: ModelDisk; readonly state: string }> {
  const disk = new ModelDisk();
  let store = await openStore(disk);
  for (const name of names) store = (await steps.find((step) => step.name === name)?.run(store, disk)) ?? store;
  const state = describeState(store.state);
  await store.close();
  return { disk, state };
}

/** A copy of the disk in which one file is another one, or gone. */
export function withFile(disk: ModelDisk, name: string, change: (bytes: Buffer) => Buffer | undefined): Image {
  const image = disk.live.clone();
  const found = [...image.folders.values()].find((entries) => entries.has(name));
  const node = found?.get(name);
  assert.ok(found !== undefined && node !== undefined, name);
  const bytes = change(Buffer.from(image.files.get(node.id) ?? []));
  if (bytes === undefined) found.delete(name);
  else image.files.set(node.id, bytes);
  return image;
}

/** A store opened on a copy of an image. */
export const opened = async (image: Image): Promise<{ readonly disk: ModelDisk; readonly store: Store; readonly state: string }> => {
  const disk = new ModelDisk(image);
  const store = await openStore(disk);
  return { disk, store, state: describeState(store.state) };
};

export const linesOf = (state: string): readonly string[] => state.split('\n').filter((line) => line !== '');
