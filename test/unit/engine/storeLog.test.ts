import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppendLog, LogDamagedError, maxRecordBytes } from '../../../src/disk/appendLog.ts';
import { realSystem, type OpenFile, type System } from '../../../src/disk/system.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-log-'));
  path = join(folder, 'journal.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(system?: System): Promise<{ log: AppendLog; records: string[] }> {
  const records: string[] = [];
  const log = await AppendLog.open(path, {
    quarantineFolder: join(folder, 'quarantine'),
    onRecord: (payload) => records.push(Buffer.from(payload).toString()),
    ...(system === undefined ? {} : { system }),
  });
  return { log, records };
}

async function read(): Promise<readonly string[]> {
  const { log, records } = await open();
  await log.close();
  return records;
}

async function write(...texts: readonly string[]): Promise<void> {
  const { log } = await open();
  for (const text of texts) await log.append(Buffer.from(text), true);
  await log.close();
}

describe('the journal', () => {
  it('gives back what was appended, in order, across openings', async () => {
    await write('one', '', 'drei ✓');
    await write('four');
    assert.deepEqual(await read(), ['one', '', 'drei ✓', 'four']);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('cut at any byte gives a prefix of the records, keeps the rest in quarantine and takes new ones', async () => {
    await write('alpha', 'beta');
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await rm(folder, { recursive: true, force: true });
      folder = await mkdtemp(join(tmpdir(), 'tunesmith-log-'));
      path = join(folder, 'journal.log');
      await writeFile(path, whole.subarray(0, length));
      const records = await read();
      assert.deepEqual(records, ['alpha', 'beta'].slice(0, records.length));
      assert.deepEqual(await read(), records, 'opening again changes nothing');
      await write('new');
      assert.deepEqual(await read(), [...records, 'new']);
      const kept = await readdir(join(folder, 'quarantine')).catch(() => []);
      const bytes = await Promise.all(kept.map(async (name) => (await stat(join(folder, 'quarantine', name))).size));
      const intact = records.length === 0 ? (Math.min(length, 8)) : 8 + 16 + 5;
      assert.equal(bytes.reduce((sum, size) => sum + size, 0), length - intact);
    }
  });

  it('with rubbish behind it is cut where the rubbish begins', async () => {
    await write('alpha');
    const whole = await readFile(path);
    const tails = [Buffer.alloc(100), Buffer.alloc(5000, 0xff), Buffer.from('{"not": "a record"}'.repeat(20)), whole.subarray(8)];
    for (const tail of tails) {
      await writeFile(path, Buffer.concat([whole, tail]));
      assert.deepEqual(await read(), ['alpha']);
    }
  });

  it('never reads a flipped bit as something else, and never cuts in front of readable records', async () => {
    await write('alpha', 'beta', 'gamma');
    const whole = await readFile(path);
    const lastStart = whole.length - (16 + 5);
    for (let index = 0; index < whole.length; index += 1) {
      const flipped = Buffer.from(whole);
      flipped[index] = (flipped[index] ?? 0) ^ 0x10;
      await writeFile(path, flipped);
      if (index < lastStart) {
        await assert.rejects(read(), LogDamagedError, `byte ${index}`);
        assert.deepEqual(await readFile(path), flipped, 'it was left as it is');
      } else {
        assert.deepEqual(await read(), ['alpha', 'beta'], `byte ${index}`);
      }
    }
  });

  it('of a newer layout or of somebody else is refused untouched', async () => {
    for (const text of ['TSLOG002 and more', 'something else entirely', '{"a":1}']) {
      await writeFile(path, text);
      await assert.rejects(read(), LogDamagedError);
      assert.equal(await readFile(path, 'utf8'), text);
    }
  });

  it('takes no record beyond the limit', async () => {
    const { log } = await open();
    await assert.rejects(log.append(Buffer.alloc(maxRecordBytes + 1), true), RangeError);
    await log.append(Buffer.alloc(maxRecordBytes, 65), true);
    await log.close();
    assert.equal((await read())[0]?.length, maxRecordBytes);
  });
});

describe('a disk that fails', () => {
  /** The real disk, with the n-th call of one kind on the journal replaced. */
  const failing = (kind: 'write' | 'sync' | 'truncate', at: number, how: (file: OpenFile, args: unknown[]) => Promise<unknown>): System => {
    let calls = 0;
    return {
      ...realSystem,
      open: async (name, flags, mode) => {
        const file = await realSystem.open(name, flags, mode);
        if (name !== path || flags !== 'a') return file;
        return new Proxy(file, {
          get: (target, key: keyof OpenFile) => {
            const method = target[key] as ((...values: unknown[]) => unknown) | undefined;
            return method && ((...args: unknown[]) => (key === kind && (calls += 1) === at ? how(target, args) : method.apply(target, args)));
          },
        });
      },
    };
  };
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  it('takes back a record that was written half, and takes the next one', async () => {
    const halfThenFull = failing('write', 2, async (file, [bytes, offset, length]) => {
      await file.write(bytes as Uint8Array, offset as number, Math.floor((length as number) / 2), null);
      throw full;
    });
    const { log } = await open(halfThenFull);
    await log.append(Buffer.from('one'), true);
    await assert.rejects(log.append(Buffer.from('two'), true), { code: 'ENOSPC' });
    await log.append(Buffer.from('three'), true);
    await log.close();
    assert.deepEqual(await read(), ['one', 'three']);
  });

  it('writes on after a short write', async () => {
    const short = failing('write', 1, (file, [bytes, offset]) => file.write(bytes as Uint8Array, offset as number, 1, null));
    const { log } = await open(short);
    await log.append(Buffer.from('one'), true);
    await log.close();
    assert.deepEqual(await read(), ['one']);
  });

  it('is trusted with nothing more after a failed sync', async () => {
    const { log } = await open(failing('sync', 2, () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))));
    await log.append(Buffer.from('one'), true);
    await assert.rejects(log.append(Buffer.from('two'), true), { code: 'EIO' });
    await assert.rejects(log.append(Buffer.from('three'), true), /Nothing more can be stored since: EIO/);
    await log.close();
    assert.deepEqual((await read())[0], 'one');
  });
});
