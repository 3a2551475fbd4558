import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { spendings, withoutJob, type LedgerEntry } from '../../../src/core/cost/ledger.ts';
import { requestIdKey } from '../../../src/core/jobs/jobOrigin.ts';
import { JobStore } from '../../../src/core/jobs/jobStore.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { BillWatch } from '../../../src/features/jobs/create/billWatch.ts';
import { job } from './builders.ts';

/** The ledger in memory; its next `failures` readings fail. */
class Ledger {
  readonly entries: LedgerEntry[] = [];
  failures = 0;
  readonly all = async () => spendings(this.#read());
  readonly withoutJob = async () => withoutJob(this.#read());
  readonly append = async (entry: LedgerEntry): Promise<void> => void this.entries.push(entry);
  kinds(): readonly string[] {
    return this.entries.map(({ kind }) => kind);
  }
  #read(): readonly LedgerEntry[] {
    this.failures -= 1;
    if (this.failures >= 0) throw new Error('the disk is away');
    return this.entries;
  }
}

let ledger: Ledger;
let store: JobStore;
let watch: BillWatch;
let errors: string[];

beforeEach(() => {
  [ledger, store, errors] = [new Ledger(), new JobStore(), []];
  watch = new BillWatch({ jobStore: store, spending: ledger, log: { error: (message) => void errors.push(message) } });
});
afterEach(() => watch.dispose());

function reserve(id: string, price: number | undefined): void {
  ledger.entries.push({ kind: 'reserved', id, at: Date.now(), connection: 'c', model: 'm', likely: 1, high: 2, price });
}
function see(fields: Partial<WireJob>): Promise<void> {
  store.applyJob('c', job('j', 1, { metadata: { [requestIdKey]: 'r' }, ...fields }), store.ask(1));
  return watch.settled();
}
const billed = (): number | undefined => spendings(ledger.entries)[0]?.billed;

test('a job whose answer was lost is recognized and billed, each once, however often it changes', async () => {
  reserve('r', 2);
  store.applyJob('c', job('other', 1), store.ask(1));
  void see({ status: 'running' });
  await see({ status: 'succeeded', trained_tokens: 500_000 });
  assert.deepEqual([ledger.kinds(), billed()], [['reserved', 'created', 'billed'], 1]);
  await see({ status: 'succeeded', trained_tokens: 500_000, user_provided_suffix: 'new' });
  assert.equal(ledger.entries.length, 3);
});

test('a job that was given up is recognized when it appears', async () => {
  reserve('r', 2);
  ledger.entries.push({ kind: 'released', id: 'r', at: Date.now() });
  await see({ status: 'running' });
  assert.deepEqual(spendings(ledger.entries).map(({ job: id }) => id), ['j']);
});

test('a ledger that could not be read is read again at the next change', async () => {
  reserve('r', 2);
  ledger.failures = 1;
  await see({ status: 'running' });
  assert.deepEqual([ledger.kinds(), errors.length], [['reserved'], 1]);
  ledger.failures = 0;
  await see({ status: 'queued' });
  assert.deepEqual(ledger.kinds(), ['reserved', 'created']);
  ledger.failures = 1;
  await see({ status: 'succeeded', trained_tokens: 500_000 });
  assert.deepEqual([ledger.kinds(), errors.length], [['reserved', 'created'], 2]);
  store.applyJob('c', job('another', 2), store.ask(1));
  await watch.settled();
  assert.equal(billed(), 1);
});

test('the sum of the service is the bill, also when it comes alone and late', async () => {
  reserve('r', undefined);
  await see({ status: 'succeeded', trained_tokens: 500_000 });
  assert.equal(billed(), undefined, 'nobody can tell yet');
  await see({ status: 'succeeded', trained_tokens: 500_000, total_price: 3.2 });
  assert.equal(billed(), 3.2);
  await see({ status: 'succeeded', trained_tokens: 500_000, total_price: 3.5 });
  assert.equal(billed(), 3.5);
});
