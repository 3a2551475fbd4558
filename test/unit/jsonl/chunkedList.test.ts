import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedList } from '../../../src/core/jsonl/chunkedList.ts';
import { Random } from '../../support/random.ts';

const sum = (items: readonly number[]): number => items.reduce((total, item) => total + item, 0);
const sums = { of: sum, sum };

function contentOf(list: ChunkedList<number, number>): { readonly items: number[]; readonly total: number } {
  const items: number[] = [];
  let total = 0;
  for (const chunk of list.runs()) {
    assert.equal(chunk.start, items.length);
    assert.ok(chunk.items.length > 0 && chunk.items.length <= 64);
    items.push(...chunk.items);
    total += chunk.summary;
  }
  assert.equal(list.summary(), total);
  assert.deepEqual([...list.items()], items);
  return { items, total };
}

test('it behaves like an array under random edits, and its summaries stay right', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Random(seed);
    const list = new ChunkedList<number, number>(sums);
    const array: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      const start = random.below(array.length + 1);
      const removed = random.pick([0, 1, random.below(20), random.below(3000)]);
      const items = Array.from({ length: random.pick([0, 1, 1, 700, random.below(3000)]) }, () => random.below(100));
      array.splice(start, removed, ...items);
      list.splice(start, removed, items);
      if (array.length > 0) {
        const index = random.below(array.length);
        assert.equal(list.get(index), array[index]);
        array[index] = step;
        list.set(index, step);
      }
      if (random.next() < 0.3) {
        const { items: found, total } = contentOf(list);
        assert.deepEqual(found, array, `seed ${seed}, step ${step}`);
        assert.equal(total, sum(array));
      }
    }
    assert.equal(list.length, array.length);
    assert.deepEqual(contentOf(list).items, array);
  }
});

test('deleting almost everything leaves few chunks', () => {
  const list = new ChunkedList<number, number>(sums);
  list.splice(0, 0, Array.from({ length: 50_000 }, () => 1));
  while (list.length > 300) {
    list.splice(Math.floor(list.length / 2), 150, []);
  }
  assert.ok([...list.runs()].length <= 12);
});

test('items are replaced where the summary asks for it, and the work can stop in between', () => {
  const list = new ChunkedList<number, number>(sums);
  list.splice(0, 0, Array.from({ length: 2000 }, () => 0));
  list.set(1500, 1);
  const visited: number[] = [];
  const replace = (item: number, index: number): number => {
    visited.push(index);
    return item === 1 ? 0 : item;
  };
  assert.equal(list.replaceWhere((total) => total > 0, replace, () => true), false);
  assert.ok(visited.length <= 64, 'only one chunk is looked through');
  assert.equal(list.replaceWhere((total) => total > 0, replace, () => true), true);
  assert.equal(list.get(1500), 0);
});

test('a list of many groups is an array too, and what is not wanted is not looked at', () => {
  const random = new Random(7);
  const array = Array.from({ length: 60_000 }, () => 0);
  const list = new ChunkedList<number, number>(sums);
  list.splice(0, 0, array);
  for (let step = 0; step < 40; step += 1) {
    const start = random.below(array.length + 1);
    const removed = random.pick([0, 1, random.below(300), random.below(20_000)]);
    const items = Array.from({ length: random.pick([0, 1, random.below(300), random.below(20_000)]) }, () => 0);
    array.splice(start, removed, ...items);
    list.splice(start, removed, items);
    const marked = random.below(array.length);
    array[marked] = 1;
    list.set(marked, 1);
    assert.equal(list.length, array.length);
    assert.deepEqual(contentOf(list).items, array, `step ${step}`);
    let looks = 0;
    const runs = [...list.runs((total) => (looks++, total > 0))];
    const found = runs.flatMap(({ start: first, items: here }) => here.flatMap((item, offset) => (item > 0 ? [first + offset] : [])));
    assert.deepEqual(found, array.flatMap((item, index) => (item > 0 ? [index] : [])));
    assert.ok(looks <= [...list.runs()].length + 20);
    array[marked] = 0;
    list.set(marked, 0);
  }
  let looks = 0;
  assert.deepEqual([...list.runs((total) => (looks++, total > 0))], []);
  assert.ok(looks < 40, `${looks} looks at ${list.length} items`);
});

test('ten million items are put in at once', () => {
  const list = new ChunkedList<number, number>(sums);
  list.splice(0, 0, [5, 5]);
  list.splice(1, 0, Array.from<number>({ length: 10_000_000 }).fill(0));
  assert.equal(list.length, 10_000_002);
  assert.equal(list.get(10_000_001), 5);
});

test('nothing is found beyond the ends', () => {
  const list = new ChunkedList<number, number>(sums);
  assert.equal(list.get(0), undefined);
  list.splice(5, 3, [1, 2]);
  assert.equal(list.get(2), undefined);
  assert.deepEqual(contentOf(list).items, [1, 2]);
});
