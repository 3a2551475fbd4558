import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { WireFile } from '../../../src/core/providers/wire.ts';
import { dropExpired } from '../../../src/engine/server/expiry.ts';
import type { Change, StoredJob } from '../../../src/engine/store/changes.ts';
import { newJob } from '../../../src/engine/server/jobRecord.ts';
import { findModel, knownModels } from '../../../src/engine/store/models.ts';
import { Store } from '../../../src/engine/store/store.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-store-'));
  store = await Store.open(folder);
});
afterEach(async () => {
  await store.close().catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

async function reopen(): Promise<Store> {
  await store.close();
  store = await Store.open(folder);
  return store;
}

const wireOf = (id: string, bytes: number, expires: number | null): WireFile => ({
  id, object: 'file', bytes, created_at: 1, filename: 'a.jsonl', purpose: 'fine-tune', status: 'processed', expires_at: expires, status_details: null,
});

async function addFile(text: string, expires: number | null = null): Promise<string> {
  const incoming = await store.fileBytes.receive();
  await incoming.write(Buffer.from(text));
  const { bytes, sha256 } = await incoming.finish();
  const wire = wireOf(incoming.id, bytes, expires);
  await store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined }));
  return incoming.id;
}

function job(trainingFile: string): StoredJob {
  const hyperparameters = { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' } as const;
  return newJob(
    { model: 'tunesmith-tiny', baseDirectory: null, trainingFile, validationFile: null, suffix: null, seed: 1, hyperparameters, metadata: null },
    2,
    100,
  );
}

const commit = (...changes: readonly Change[]): Promise<void> => store.commit(() => ({ changes, result: undefined }));

describe('the store', () => {
  it('is readable by its owner alone', async () => {
    const id = await addFile('x');
    assert.equal((await stat(join(folder, 'files'))).mode & 0o777, 0o700);
    assert.equal((await stat(store.fileBytes.path(id))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'journal-1.log'))).mode & 0o777, 0o600);
  });

  it('has everything again after opening, in order', async () => {
    const ids = [await addFile('one'), await addFile('two'), await addFile('three')];
    const added = job(ids[0] ?? '');
    await commit({ kind: 'jobAdded', job: added });
    await store.commitLazily(() => [
      { kind: 'eventAdded', jobId: added.wire.id, event: { id: 'ftevent-1', object: 'fine_tuning.job.event', created_at: 1, level: 'info', message: 'm', type: 'metrics', data: { step: 1 } } },
    ]);
    await commit({ kind: 'jobChanged', id: added.wire.id, wire: { status: 'running' }, attempt: 1 });
    await commit({ kind: 'fileDeleted', id: ids[1] ?? '' });
    const { state } = await reopen();
    assert.deepEqual([...state.files.keys()], [ids[0], ids[2]]);
    assert.deepEqual(state.jobs.get(added.wire.id), { ...added, attempt: 1, wire: { ...added.wire, status: 'running' } });
    assert.equal(state.events(added.wire.id).length, 1);
    assert.equal(await readFile(store.fileBytes.path(ids[2] ?? ''), 'utf8'), 'three');
  });

  it('makes a list of changes wholly or not at all', async () => {
    const id = await addFile('x');
    await commit({ kind: 'jobAdded', job: job(id) }, { kind: 'fileDeleted', id });
    await store.close();
    const whole = await readFile(join(folder, 'journal-1.log'));
    await truncate(join(folder, 'journal-1.log'), whole.length - 1);
    store = await Store.open(folder);
    assert.equal(store.state.jobs.size, 0);
    assert.equal(store.state.files.size, 1);
    assert.match(store.notes.join(), /^cut \d+ bytes/);
  });

  it('decides on the state that the commit before it left', async () => {
    const id = await addFile('x');
    const takers = Array.from({ length: 5 }, () =>
      store.commit((state) =>
        state.files.has(id) ? { changes: [{ kind: 'fileDeleted', id }], result: true } : { changes: [], result: false },
      ),
    );
    assert.deepEqual((await Promise.all(takers)).filter(Boolean).length, 1);
  });

  it('keeps the state as it was when a decision is refused', async () => {
    await assert.rejects(store.commit(() => { throw new Error('no'); }), /no/);
    assert.match(await addFile('y'), /^file-/);
  });

  it('sweeps what a crash left without a record, and nothing else', async () => {
    const kept = await addFile('kept');
    const lost = await store.fileBytes.receive();
    await lost.write(Buffer.from('half'));
    const unnamed = await store.fileBytes.receive();
    await unnamed.finish();
    const done = job(kept);
    await commit(
      { kind: 'jobAdded', job: done },
      { kind: 'jobChanged', id: done.wire.id, modelDirectory: `${done.wire.id}/a1/step-9`, wire: { status: 'succeeded', fine_tuned_model: done.modelName } },
    );
    for (const name of ['a1/step-9', 'a1/step-3', 'a1/.step-9.tmp', 'a2/step-1']) {
      await mkdir(join(folder, 'models', done.wire.id, name), { recursive: true });
      await writeFile(join(folder, 'models', done.wire.id, name, 'weights'), 'w');
    }
    await mkdir(join(folder, 'models', 'ftjob-unknown', 'a1'), { recursive: true });
    await reopen();
    assert.deepEqual(await readdir(join(folder, 'files')), [kept]);
    assert.deepEqual(await readdir(join(folder, 'models')), [done.wire.id]);
    assert.deepEqual(await readdir(join(folder, 'models', done.wire.id)), ['a1']);
    assert.deepEqual(await readdir(join(folder, 'models', done.wire.id, 'a1')), ['step-9']);
    await lost.discard();
  });

  it('keeps the bytes that a job at work still needs', async () => {
    const id = await addFile('x');
    const added = job(id);
    await commit({ kind: 'jobAdded', job: added }, { kind: 'fileDeleted', id });
    await store.fileBytes.release([id]);
    await reopen();
    assert.deepEqual(await readdir(join(folder, 'files')), [id]);
    await commit({ kind: 'jobChanged', id: added.wire.id, wire: { status: 'failed' } });
    await store.fileBytes.release([id]);
    assert.deepEqual(await readdir(join(folder, 'files')), []);
  });

  it('knows models newest first, and forgets deleted ones', async () => {
    const first = job('file-a');
    const second = job('file-a');
    for (const added of [first, second]) {
      await commit(
        { kind: 'jobAdded', job: added },
        { kind: 'jobChanged', id: added.wire.id, modelDirectory: `${added.wire.id}/a1/step-9`, wire: { status: 'succeeded', fine_tuned_model: added.modelName } },
      );
    }
    await commit({ kind: 'modelDeleted', model: first.modelName });
    await reopen();
    assert.deepEqual(knownModels(store.state).map((model) => model.wire.id), [second.modelName, 'tunesmith-tiny']);
    assert.equal(findModel(store.state, first.modelName), undefined);
    assert.throws(() => store.modelFolders.directoryOf(join(folder, 'models-evil', 'x')), /outside/);
  });
});

describe('what expires', () => {
  it('is forgotten in pieces that the journal takes, however much it is', async () => {
    // A record that forgets all of them would be larger than a record may be.
    const ids = Array.from({ length: 25_000 }, (_, index) => `file-${'x'.repeat(22)}${index}`);
    for (let at = 0; at < ids.length; at += 1_000) {
      const changes = ids.slice(at, at + 1_000).map((id) => ({ kind: 'fileAdded', file: { wire: wireOf(id, 1, 5), sha256: '' } }) as const);
      await store.commit(() => ({ changes, result: undefined }));
    }
    const kept = await addFile('kept', 20);
    for (let pass = 0; pass < 25; pass += 1) await dropExpired({ store, expiryNow: () => 10 });
    assert.deepEqual([...store.state.files.keys()], [kept]);
    assert.deepEqual([...(await reopen()).state.files.keys()], [kept]);
  });
});
