import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { spendings, withoutJob, type LedgerEntry } from '../../../src/core/cost/ledger.ts';
import type { PendingJob } from '../../../src/core/jobs/pendingJob.ts';
import { ServiceError } from '../../../src/core/providers/port.ts';
import { askNoted, noteMade, written, type RequestSteps } from '../../../src/features/jobs/create/bookkeeping.ts';
import { PendingNotes } from '../../../src/platform/pendingNotes.ts';

const root = await mkdtemp(join(tmpdir(), 'tunesmith-books-'));
after(() => rm(root, { recursive: true, force: true }));

/** The ledger in memory; `broken` as a full disk is. */
class Ledger {
  readonly entries: LedgerEntry[] = [];
  broken = false;
  readonly settle = async (entry: LedgerEntry): Promise<void> => {
    if (this.broken) throw new Error('no space left');
    if (withoutJob(this.entries).has(entry.id)) this.entries.push(entry);
  };
  reserve(id: string): void {
    this.entries.push({ kind: 'reserved', id, at: Date.now(), connection: 'c', model: 'm', likely: 1, high: 2, price: 1 });
  }
  get held(): readonly string[] {
    return spendings(this.entries).map(({ id, job }) => `${id} ${job ?? 'no job'}`);
  }
}

let folder: string;
let ledger: Ledger;
let notes: PendingNotes;
let logged: string[];
let calls: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'one-'));
  ledger = new Ledger();
  notes = new PendingNotes(folder, ledger);
  [logged, calls] = [[], []];
});

const books = () => ({ pendingNotes: notes, spending: ledger, log: { error: (message: string) => void logged.push(message) } });
const pending = (requestId: string, at = Date.now()): PendingJob => ({
  ...{ requestId, connectionId: 'c', freshFile: true, trainingFile: 'file:///a.train.jsonl', at },
  request: { model: 'm', training_file: 'file-1' },
});
const noted = async () => (await notes.all()).map(({ requestId }) => requestId);
const never = new AbortController().signal;

function steps(changed: Partial<RequestSteps<string>> = {}): RequestSteps<string> {
  const all: RequestSteps<string> = {
    note: () => notes.expect(pending('r')),
    reserve: async () => ledger.reserve('r'),
    ask: async () => 'answer',
    ...changed,
  };
  const told = <T>(name: string, run: () => Promise<T>) => () => (calls.push(name), run());
  return { note: told('note', all.note), reserve: told('reserve', all.reserve), ask: told('ask', all.ask) };
}

test('money is reserved only once the note is there, and both stay until the job is known', async () => {
  const reserve = async (): Promise<void> => {
    assert.deepEqual(await noted(), ['r'], 'a window that ends now leaves a note');
    ledger.reserve('r');
  };
  assert.equal(await askNoted(books(), 'r', steps({ reserve }), never), 'answer');
  assert.deepEqual([calls, await noted(), ledger.held], [['note', 'reserve', 'ask'], ['r'], ['r no job']]);
  await noteMade(books(), 'r', 'job-1');
  assert.deepEqual([await noted(), ledger.held, logged], [[], ['r job-1'], []]);
});

for (const at of ['note', 'reserve'] as const) {
  test(`who cancels during the step «${at}» is not asked for a job, and nothing is left`, async () => {
    const cancel = new AbortController();
    const { [at]: usual } = steps();
    const cancelled = async (): Promise<void> => {
      await usual();
      cancel.abort(new Error('cancelled'));
    };
    await assert.rejects(askNoted(books(), 'r', steps({ [at]: cancelled }), cancel.signal), /cancelled/);
    assert.ok(!calls.includes('ask'));
    assert.deepEqual([await noted(), ledger.held], [[], []]);
  });
}

test('a reservation that fails takes the note with it, also when the money stood in the ledger already', async () => {
  const reserve = async (): Promise<void> => {
    ledger.reserve('r');
    throw new Error('the ledger could not be read back');
  };
  await assert.rejects(askNoted(books(), 'r', steps({ reserve }), never), /read back/);
  assert.deepEqual([await noted(), ledger.held], [[], []]);
});

const ends: [what: string, error: Error, noted: string[], held: string[]][] = [
  ['a refusal leaves nothing', new ServiceError('no', { kind: 'forbidden', status: 403 }), [], []],
  ['after anything but a refusal there may be a job', new TypeError('no'), ['r'], ['r no job']],
];
for (const [what, error, notesLeft, held] of ends) {
  test(what, async () => {
    await assert.rejects(askNoted(books(), 'r', steps({ ask: () => Promise.reject(error) }), never), error);
    assert.deepEqual([await noted(), ledger.held], [notesLeft, held]);
  });
}

test('a disk that fails hides neither the answer nor the refusal, and the note stays', async () => {
  await askNoted(books(), 'r', steps(), never);
  ledger.broken = true;
  await noteMade(books(), 'r', 'job-1');
  assert.deepEqual([await noted(), logged.length], [['r'], 1], 'the next request finds the job by it');
  const refused = steps({ ask: () => Promise.reject(new ServiceError('no', { kind: 'forbidden', status: 403 })) });
  await assert.rejects(askNoted(books(), 'r', refused, never), /no/);
  assert.deepEqual([await noted(), logged.length], [['r'], 2]);
  await written(books().log, 'what', () => Promise.reject(new Error('why')));
  assert.equal(logged.at(-1), 'what');
});

test('wherever a note ends without a job its money is free: given up, too old, its connection removed, or no note at all', async () => {
  const day = 24 * 3_600_000;
  for (const id of ['given', 'old', 'removed', 'torn', 'kept']) ledger.reserve(id);
  await notes.expect(pending('given'));
  await notes.expect(pending('old', Date.now() - day));
  await notes.expect({ ...pending('removed'), connectionId: 'gone' });
  await notes.expect(pending('kept'));
  await writeFile(join(folder, 'pending', 'torn.json'), '{"requestId":');
  assert.deepEqual(await noted(), ['given', 'kept', 'removed']);
  await notes.giveUp('given');
  await notes.giveUpOld();
  await notes.forgetConnection('gone');
  assert.deepEqual([await noted(), ledger.held], [['kept'], ['kept no job']]);
  await ledger.settle({ kind: 'created', id: 'given', at: 1, job: 'late' });
  assert.deepEqual(ledger.held, ['given late', 'kept no job'], 'a job that appears after all counts again');
});

test('a request that ended without an answer stays noted, but is on its way no more', async () => {
  await notes.expect(pending('r'));
  await notes.end('r');
  assert.deepEqual((await notes.all()).map(({ requestId, isOver }) => [requestId, isOver]), [['r', true]]);
  await notes.end('settled meanwhile');
  assert.deepEqual(await noted(), ['r']);
});

test('money that cannot be freed keeps its note', async () => {
  ledger.reserve('r');
  await notes.expect(pending('r'));
  ledger.broken = true;
  await assert.rejects(notes.giveUp('r'), /no space/);
  assert.deepEqual(await noted(), ['r']);
});

test('a note that cannot be read is no sign that nothing was asked for', async () => {
  await notes.expect(pending('r'));
  await mkdir(join(folder, 'pending', 'folder.json'));
  await assert.rejects(notes.all(), { code: 'EISDIR' });
  await rm(join(folder, 'pending', 'folder.json'), { recursive: true });
  assert.deepEqual(await noted(), ['r']);
});
