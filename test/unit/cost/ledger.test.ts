import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  breachOf,
  breachOfReserved,
  formatEntry,
  monthOf,
  parseEntries,
  spendings,
  spentIn,
  withoutJob,
  type Caps,
  type LedgerEntry,
} from '../../../src/core/cost/ledger.ts';

const november = Date.UTC(2026, 10, 30, 23, 59, 59);
const december = Date.UTC(2026, 11, 1);
const free: Caps = { perJob: undefined, perMonth: undefined };

function reserved(id: string, high: number, at = november): LedgerEntry {
  return { kind: 'reserved', id, at, connection: 'openai', model: 'm', likely: high / 2, high, price: 3 };
}

test('months are those of UTC', () => {
  assert.deepEqual([monthOf(november), monthOf(december)], ['2026-11', '2026-12']);
});

test('a bill takes the place of the estimate, and what was taken back costs nothing', () => {
  const entries: LedgerEntry[] = [
    reserved('a', 10),
    { kind: 'created', id: 'a', at: november, job: 'j' },
    { kind: 'billed', id: 'a', at: december, dollars: 4, tokens: 99 },
    reserved('b', 7),
    { kind: 'released', id: 'b', at: november },
    reserved('c', 5, december),
    { kind: 'released', id: 'a', at: december },
  ];
  const all = spendings(entries);
  assert.deepEqual(all.map(({ id, job, billed }) => [id, job, billed]), [['a', 'j', 4], ['c', undefined, undefined]]);
  assert.deepEqual([spentIn('2026-11', all), spentIn('2026-12', all)], [4, 5]);
});

const cases: [what: string, caps: Caps, spent: readonly LedgerEntry[], high: number, kind: string | undefined][] = [
  ['no caps', free, [reserved('a', 1000)], 1000, undefined],
  ['exactly the cap of a job', { ...free, perJob: 5 }, [], 5, undefined],
  ['above the cap of a job', { ...free, perJob: 5 }, [], 5.01, 'job'],
  ['a cap of nothing', { ...free, perJob: 0 }, [], 0.01, 'job'],
  ['exactly the cap of a month', { ...free, perMonth: 10 }, [reserved('a', 5)], 5, undefined],
  ['above the cap of a month', { ...free, perMonth: 10 }, [reserved('a', 6)], 5, 'month'],
  ['another month does not count', { ...free, perMonth: 10 }, [reserved('a', 9, december)], 9, undefined],
];

for (const [what, caps, spent, high, kind] of cases) {
  test(what, () => assert.equal(breachOf(caps, spendings(spent), high, november)?.kind, kind));
}

test('two windows that reserve at once: whatever the order of reading, one of them is refused', () => {
  const caps: Caps = { ...free, perMonth: 10 };
  const both = [reserved('first', 6), reserved('second', 6)];
  assert.equal(breachOfReserved(caps, both.slice(0, 1), 'first'), undefined);
  assert.equal(breachOfReserved(caps, both, 'first'), undefined, 'the later one is no reason');
  assert.equal(breachOfReserved(caps, both, 'second')?.kind, 'month');
  const withdrawn: LedgerEntry[] = [...both, { kind: 'released', id: 'second', at: november }];
  assert.equal(breachOfReserved(caps, withdrawn, 'first'), undefined);
});

test('entries come back as they were written, and half a line hides none of the others', () => {
  const entries: LedgerEntry[] = [
    reserved('a', 1),
    { kind: 'created', id: 'a', at: 1, job: 'j' },
    { kind: 'billed', id: 'a', at: 2, dollars: 1, tokens: 5 },
    { kind: 'released', id: 'b', at: 3 },
  ];
  const text = entries.map(formatEntry).join('');
  assert.deepEqual(parseEntries(text), entries);
  assert.deepEqual(parseEntries(`${text}{"kind":"rese${formatEntry(reserved('c', 1))}`), [...entries, reserved('c', 1)]);
  const unpriced = { kind: 'reserved', id: 'd', at: november, connection: 'together', model: 'm', likely: 3.2, high: 3.2, price: undefined } as const;
  assert.deepEqual(parseEntries(formatEntry(unpriced)), [unpriced], 'the service named the sum');
  assert.deepEqual(parseEntries('nonsense\n{"kind":"reserved"}\n[]\n{"kind":"other","id":"x","at":1}\n'), []);
});

test('a job that appears after its request was given up is paid for, and counts again', () => {
  const entries: LedgerEntry[] = [reserved('a', 10), { kind: 'released', id: 'a', at: november }, reserved('b', 1)];
  assert.deepEqual([spentIn('2026-11', spendings(entries)), [...withoutJob(entries)]], [1, ['a', 'b']]);
  entries.push({ kind: 'created', id: 'a', at: november, job: 'j' }, { kind: 'released', id: 'a', at: november });
  assert.deepEqual([spentIn('2026-11', spendings(entries)), [...withoutJob(entries)]], [11, ['b']]);
});
