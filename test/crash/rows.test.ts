import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBytes, syncFolder } from '../../src/disk/files.ts';
import { frame } from '../../src/disk/logRecords.ts';
import { repairStore } from '../../src/engine/store/repair.ts';
import { BytesLostError } from '../../src/engine/store/blobs.ts';
import { currentText } from '../../src/engine/store/generation.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { crashStates } from '../support/crashStates.ts';
import { ModelDisk, systemError, type Fault, type Image } from '../support/modelDisk.ts';
import { Random } from '../support/random.ts';
import { apart } from './apart.ts';
import { built, linesOf, opened, withFile } from './images.ts';
import { describeState, openStore, root, steps } from './world.ts';

describe('a disk that lost or changed something', () => {
  it('row 59: a tail that is torn, zero, random or doubled is cut and kept, whatever its length', async () => {
    const { disk, state } = await built('upload', 'job', 'checkpoint');
    const random = new Random(1);
    const journal = disk.live.tree().get(`${root}/journal-1.log`) ?? Buffer.alloc(0);
    const last = journal.length - 700;
    const tails: Buffer[] = [Buffer.alloc(5000), journal.subarray(last), journal.subarray(8), journal];
    for (const length of [1, 7, 8, 15, 16, 17, 100, 513, 4097]) {
      tails.push(Buffer.alloc(length), Buffer.from(Array.from({ length }, () => random.below(256))));
    }
    for (const tail of tails) {
      const { store, state: found, disk: now } = await opened(withFile(disk, 'journal-1.log', (bytes) => Buffer.concat([bytes, tail])));
      assert.equal(store.status.kind, 'ready');
      assert.equal(found, state);
      assert.match(store.notes.join(), new RegExp(`^cut ${tail.length} bytes`));
      const kept = [...now.live.tree()].find(([path]) => path.includes('/quarantine/'));
      assert.deepEqual(kept?.[1], Buffer.from(tail));
    }
    // Any length of the last record.
    const { disk: before, state: earlier } = await built('upload', 'job');
    const start = before.live.tree().get(`${root}/journal-1.log`)?.length ?? 0;
    for (let length = start; length < start + 40; length += 1) {
      const image = withFile(before, 'journal-1.log', (bytes) => Buffer.concat([bytes, journal.subarray(start, length)]));
      const { state: found, store } = await opened(image);
      assert.equal(store.status.kind, 'ready');
      assert.equal(found, earlier);
    }
  });

  it('row 60: one flipped bit in any byte of journal, snapshot and CURRENT is never used silently', () =>
    apart('flips.ts', 'everyByte'));

  it('row 60: a snapshot that ends at the border of a record, or holds one too many, is not taken for a whole one', async () => {
    const { disk, state } = await built('upload', 'job', 'compact', 'checkpoint');
    const snapshot = disk.live.tree().get(`${root}/snapshot-2`) ?? Buffer.alloc(0);
    const borders: number[] = [];
    // 16 bytes before each payload, its length first; 8 bytes before the first of them.
    for (let at = 8; at < snapshot.length; at += 16 + snapshot.readUInt32LE(at)) borders.push(at);
    assert.equal(borders.length, 3);
    const extra = frame(Buffer.from('[]'), BigInt(borders.length + 1));
    for (const bytes of [...borders.map((at) => snapshot.subarray(0, at)), Buffer.concat([snapshot, extra.subarray(0, 9)])]) {
      const { store, state: found } = await opened(withFile(disk, 'snapshot-2', () => bytes));
      assert.deepEqual([store.status.kind, found], ['ready', state], `${bytes.length} of ${snapshot.length} bytes`);
      assert.match(store.notes.join(), /snapshot-2 was damaged; everything was found in the generation before it/);
      await store.close();
    }
  });

  it('row 60: files of another generation under the name of the present one are damage', async () => {
    const { disk, state } = await built('upload', 'compact', 'job', 'compact', 'checkpoint');
    for (const [from, to, all] of [
      ['snapshot-2', 'snapshot-3', true],
      ['snapshot-3', 'snapshot-2', true],
      ['journal-3.log', 'journal-2.log', true],
      ['journal-2.log', 'journal-3.log', false],
    ] as const) {
      const bytes = disk.live.tree().get(`${root}/${from}`);
      assert.ok(bytes !== undefined, from);
      const { store, state: found } = await opened(withFile(disk, to, () => bytes));
      assert.equal(store.status.kind, all ? 'ready' : 'readOnly', `${from} as ${to}`);
      assert.ok(all ? found === state : linesOf(found).every((line) => state.includes(line)), `${from} as ${to}`);
      await store.close();
    }
  });

  it('row 60: what the generation before has lost is missed when the present snapshot is damaged too', async () => {
    const { disk } = await built('upload', 'compact', 'job', 'upload', 'compact', 'checkpoint');
    const image = withFile(disk, 'snapshot-3', () => Buffer.from('rubbish'));
    const length = disk.live.tree().get(`${root}/journal-2.log`)?.length ?? 0;
    for (const lost of [0, 1, 300, 700]) {
      const { store } = await opened(withFile(new ModelDisk(image), 'journal-2.log', (bytes) => bytes.subarray(0, length - lost)));
      assert.equal(store.status.kind, lost === 0 ? 'ready' : 'readOnly', `${lost} bytes lost`);
      await store.close();
    }
  });

  it('row 60: a journal that lost its header, which was durable, is damage and no new journal', async () => {
    const { disk } = await built('upload', 'compact', 'job');
    const header = 8 + 16 + (disk.live.tree().get(`${root}/journal-2.log`)?.readUInt32LE(8) ?? 0);
    for (let length = 0; length < header; length += 1) {
      const { store } = await opened(withFile(disk, 'journal-2.log', (bytes) => bytes.subarray(0, length)));
      assert.ok(store.status.kind === 'readOnly' && store.status.repairable, `${length} bytes`);
      assert.equal(store.state.files.size, 1);
    }
  });

  it('row 60: one flipped bit in the bytes of a file or a model is found when they are read, and they are kept', async () => {
    const { disk } = await built('upload', 'job');
    const store = await openStore(new ModelDisk(disk.live));
    const [file] = store.state.files.values();
    assert.ok(file !== undefined);
    assert.equal((await readBytes(await store.fileBytes.checked(file), { system: disk })).length, file.wire.bytes);
    for (let index = 0; index < file.wire.bytes; index += 97) {
      const image = withFile(disk, file.wire.id, (bytes) => {
        bytes[index] = (bytes[index] ?? 0) ^ 4;
        return bytes;
      });
      const now = await opened(image);
      await assert.rejects(now.store.fileBytes.checked(file), (error) => error instanceof BytesLostError && /damaged on the disk.*quarantine/.test(error.message));
      assert.ok(now.disk.live.tree().has(`${root}/quarantine/${file.wire.id}`));
      await assert.rejects(now.store.fileBytes.checked(file), /no longer on the disk/);
    }
  });

  it('row 60: wrong bytes in a store that is read-only are told and left where they are', async () => {
    const { disk, state } = await built('upload', 'job', 'upload', 'checkpoint');
    const broken = withFile(disk, 'journal-1.log', (bytes) => bytes.fill(0xee, bytes.length - 900, bytes.length - 890));
    const id = /"id":"(file-\w+)"/.exec(state)?.[1] ?? '';
    const now = new ModelDisk(withFile(new ModelDisk(broken), id, (bytes) => bytes.fill(0, 10, 20)));
    const store = await openStore(now);
    assert.equal(store.status.kind, 'readOnly');
    const file = store.state.files.get(id);
    assert.ok(file !== undefined);
    await assert.rejects(store.fileBytes.checked(file), (error) => error instanceof BytesLostError && error.keptAt === store.fileBytes.path(id));
    assert.deepEqual(now.ops, [], 'nothing was changed');
    await store.close();
  });

  it('row 61: CURRENT empty, missing or pointing nowhere is mended; without any journal nothing is invented', async () => {
    const { disk, state } = await built('upload', 'compact', 'job', 'compact', 'checkpoint');
    const texts = [undefined, '', '\n', 'tunesmith-store 1 3', currentText(9), currentText(1).repeat(2), '\0'.repeat(29)];
    for (const text of texts) {
      const image = withFile(disk, 'CURRENT', () => (text === undefined ? undefined : Buffer.from(text)));
      const { store, state: found, disk: now } = await opened(image);
      assert.deepEqual([store.status, found], [{ kind: 'ready' }, state], String(text));
      assert.equal(now.live.tree().get(`${root}/CURRENT`)?.toString(), currentText(4));
      await store.close();
      assert.equal((await opened(now.live)).state, state);
    }
    const bare = new ModelDisk();
    await bare.mkdir(root);
    const file = await bare.open(`${root}/CURRENT`, 'w');
    await file.write(Buffer.from('?'), 0, 1, null);
    await file.close();
    const { store } = await opened(bare.live);
    assert.equal(store.status.kind, 'readOnly');
  });

  it('row 61: the store of a newer version is refused with its number, and nothing is touched', async () => {
    const { disk } = await built('upload', 'job');
    const image = withFile(disk, 'CURRENT', () => Buffer.from(currentText(1, 12)));
    const now = new ModelDisk(image);
    await assert.rejects(openStore(now), /store version 12/);
    await assert.rejects(repairStore(root, now), /store version 12/);
    assert.deepEqual(now.ops, []);
    assert.equal(now.openFiles, 0);
  });

  it('row 61: damage in the middle opens read-only and says so; the repair copies and loses no byte', async () => {
    const { disk, state } = await built('upload', 'job', 'upload', 'checkpoint');
    const image = withFile(disk, 'journal-1.log', (bytes) => bytes.fill(0xee, 600, 620));
    const now = new ModelDisk(image);
    const store = await openStore(now);
    assert.ok(store.status.kind === 'readOnly' && store.status.repairable);
    assert.match(store.status.reason, /journal-1\.log is damaged at byte \d+.*--repair/);
    assert.ok(linesOf(describeState(store.state)).length > 0 && linesOf(describeState(store.state)).every((line) => state.includes(line)));
    await assert.rejects(store.commit(() => ({ changes: [], result: 1 })), { name: 'StoreUnavailableError' });
    await assert.rejects(store.fileBytes.receive(), { name: 'StoreUnavailableError' });
    await store.close();
    assert.deepEqual(now.ops, [], 'nothing was changed');

    const bytesBefore = [...now.live.tree().values()].filter((bytes) => bytes !== undefined);
    const repair = await repairStore(root, now);
    assert.match(repair?.keptIn ?? '', /quarantine\/repair$/);
    const after = [...now.live.tree().values()];
    for (const bytes of bytesBefore) {
      assert.ok(bytes.length === 29 || after.some((other) => other?.equals(bytes)), 'every byte is still somewhere');
    }
    assert.equal(await repairStore(root, now), undefined);
    const mended = await openStore(now);
    assert.deepEqual(mended.status, { kind: 'ready' });
    assert.equal(describeState(mended.state), describeState(store.state));
    await steps[0]?.run(mended, now);
    await mended.close();
  });

  it('row 62: a copy made while the store is written, at any moment between two calls, opens', async () => {
    const disk = new ModelDisk();
    const copies: Image[] = [];
    const store = await openStore(disk);
    disk.fault = (): Fault => {
      copies.push(disk.live.clone());
      return undefined;
    };
    for (const name of ['upload', 'job', 'checkpoint', 'compact', 'end']) await steps.find((step) => step.name === name)?.run(store, disk);
    for (const image of copies) assert.equal((await opened(image)).store.status.kind, 'ready');
  });
});

describe('a disk that does not do what it is asked', () => {
  it('row 57: a folder that cannot be written is opened read-only, with the reason', async () => {
    const { disk, state } = await built('upload', 'job');
    for (const code of ['EROFS', 'EACCES', 'EPERM']) {
      const now = new ModelDisk(disk.live);
      const open = now.open.bind(now);
      now.open = (path, flags, mode) => (flags === 'r' ? open(path, flags, mode) : Promise.reject(systemError(code, 'open', path)));
      const store = await openStore(now);
      assert.ok(store.status.kind === 'readOnly' && !store.status.repairable);
      assert.match(store.status.reason, new RegExp(code));
      assert.equal(describeState(store.state), state);
      await store.close();
    }
  });

  it('row 57: a folder that is gone, and a drive that comes back after a minute, give named errors', async () => {
    const { disk } = await built('upload');
    const now = new ModelDisk(disk.live);
    const store = await openStore(now);
    for (const code of ['ENOENT', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'ESTALE']) {
      now.fault = (call) => (call.kind === 'open' ? { code } : undefined);
      await assert.rejects(store.fileBytes.receive(), { code });
    }
    now.fault = () => undefined;
    await steps[0]?.run(store, now);
    assert.equal(store.state.files.size, 2);
    await store.close();
  });

  it('row 56: on a full disk a job still fails in writing, thanks to the reserve, and space can be freed', async () => {
    const { disk } = await built('upload', 'job', 'upload');
    const now = new ModelDisk(disk.live);
    const store = await openStore(now);
    now.fault = (call) => (call.kind === 'write' && now.live.tree().has(`${root}/reserve`) ? { code: 'ENOSPC' } : undefined);
    const [job] = store.state.jobs.values();
    assert.ok(job !== undefined);
    const add = store.commit(() => ({ changes: [{ kind: 'jobAdded', job: { ...job, modelName: 'x' } }], result: 1 }));
    await assert.rejects(add, { code: 'ENOSPC' });
    assert.ok(now.live.tree().has(`${root}/reserve`), 'new work does not get the reserve');
    await store.commit(() => ({ changes: [{ kind: 'jobChanged', id: job.wire.id, wire: { status: 'failed' } }], result: 1 }));
    assert.equal(store.state.jobs.get(job.wire.id)?.wire.status, 'failed');
    now.fault = () => undefined;
    await store.close();
    const again = await opened(now.live);
    assert.equal(again.store.state.jobs.get(job.wire.id)?.wire.status, 'failed');
    assert.ok(again.disk.live.tree().has(`${root}/reserve`), 'it is taken again');
  });

  it('row 68: a slow disk delays answers and changes none of them', async () => {
    const { disk } = await built('upload');
    const slow = new ModelDisk(disk.live);
    const write = slow.open.bind(slow);
    slow.open = async (path, flags, mode) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return write(path, flags, mode);
    };
    const store = await openStore(slow);
    const work = async (name: string): Promise<void> => {
      await steps.find((step) => step.name === name)?.run(store, slow);
    };
    await Promise.all(['upload', 'job', 'upload', 'metrics'].map(work));
    assert.equal(store.state.files.size, 3);
    const state = describeState(store.state);
    await store.close();
    assert.equal((await opened(slow.live)).state, state);
  });
});

describe('metrics', () => {
  const events = (store: Store): number => [...store.state.jobs.keys()].flatMap((id) => store.state.events(id)).length;

  it('survive a power loss a second later, and the end of the engine', async () => {
    for (const how of ['a second later', 'at the end'] as const) {
      const disk = new ModelDisk();
      const store = await openStore(disk);
      for (const name of ['job', 'metrics', 'metrics']) await steps.find((step) => step.name === name)?.run(store, disk);
      if (how === 'at the end') await store.close();
      for (const timer of [...disk.timers]) timer();
      await store.compact().catch(() => undefined);
      const durable = disk.ops.findIndex((op) => op.kind === 'link' && op.name.includes('snapshot'));
      const ops = disk.ops.slice(0, durable < 0 ? disk.ops.length : durable);
      const image = [...crashStates(disk.base, ops, ops.length, new Random(1), 9)][1];
      assert.equal(events((await opened(image ?? disk.base)).store), 3, how);
    }
  });
});

describe('a kill and then a power loss', () => {
  it('row 54, row 65: what the next process shows is still there', async () => {
    const work = async (disk: ModelDisk): Promise<void> => {
      const store = await openStore(disk);
      for (const name of ['job', 'metrics', 'compact', 'metrics']) await steps.find((step) => step.name === name)?.run(store, disk);
    };
    const whole = new ModelDisk();
    await work(whole);
    for (let at = 0; at <= whole.calls.length; at += 1) {
      const disk = new ModelDisk();
      disk.fault = (call) => (call.index >= at ? { code: 'KILLED' } : undefined);
      await work(disk).catch(() => undefined);
      disk.fault = () => undefined;
      const state = describeState((await openStore(disk)).state);
      const image = [...crashStates(disk.base, disk.ops, disk.ops.length, new Random(1), 9)][1];
      assert.equal((await opened(image ?? disk.base)).state, state, `killed at call ${at}`);
    }
  });

  it('row 54: a folder that the process before made, but not durable, is there once something was promised', async () => {
    const disk = new ModelDisk();
    await disk.mkdir('/data');
    await syncFolder('/', disk);
    await disk.mkdir(root);
    const store = await openStore(disk);
    await steps[0]?.run(store, disk);
    const state = describeState(store.state);
    for (const image of crashStates(disk.base, disk.ops, disk.ops.length, new Random(1))) {
      assert.equal((await opened(image)).state, state);
    }
    await store.close();
  });
});

describe('clocks and foreign holders', () => {
  it('row 66: order and life of everything are the same whatever the clock says', async () => {
    const real = Date.now;
    try {
      const disk = new ModelDisk();
      let store = await openStore(disk);
      const ids: string[] = [];
      for (const years of [0, -10, 10, -56, 12.2, 0]) {
        Date.now = () => real() + years * 365.25 * 86_400_000;
        await steps[0]?.run(store, disk);
        ids.push([...store.state.files.keys()].at(-1) ?? '');
        await store.compact();
        await store.close();
        store = await openStore(disk);
        assert.deepEqual([...store.state.files.keys()], ids);
      }
    } finally {
      Date.now = real;
    }
  });

  it('row 67: on Windows a holder of CURRENT for five seconds is waited for; for a minute it is named', async () => {
    for (const [refusals, works] of [[15, true], [1000, false]] as const) {
      const disk = new ModelDisk((await built('upload')).disk.live, 'win32');
      const store = await openStore(disk);
      let left: number = refusals;
      disk.fault = (call) => (call.kind === 'rename' && call.path.includes('CURRENT') && (left -= 1) >= 0 ? { code: 'EPERM' } : undefined);
      if (works) {
        await store.compact();
        await steps[0]?.run(store, disk);
      } else {
        await assert.rejects(store.compact(), { code: 'EPERM' });
        assert.equal(store.status.kind, 'failed');
      }
      disk.fault = () => undefined;
      await store.close();
      assert.equal((await opened(disk.live)).store.state.files.size, works ? 2 : 1);
    }
  });
});
