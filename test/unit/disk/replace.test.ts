import assert from 'node:assert/strict';
import { link, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileHeldError, realSystem, removeLeftovers, replaceFile, startReplacement } from '../../../src/disk/files.ts';
import type { OpenFile, System } from '../../../src/disk/files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunesmith-replace-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** A system on which the n-th call of an operation fails, or is only written down. */
function faulty(fails: (operation: string, nth: number) => string | undefined, platform = 'linux') {
  const calls: string[] = [];
  const counts = new Map<string, number>();
  const pass = (operation: string): void => {
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    calls.push(operation);
    const code = fails(operation, nth);
    if (code !== undefined) throw fault(code);
  };
  const wrap = (file: OpenFile): OpenFile =>
    new Proxy(file, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const call = (): unknown => (value as (...all: unknown[]) => unknown).apply(target, args);
          // A close that fails has closed the file all the same.
          if (name === 'close') await call();
          if (name !== 'stat') pass(`file.${String(name)}`);
          return name === 'close' ? undefined : call();
        };
      },
    });
  const system: System = {
    ...realSystem,
    platform,
    async open(path, flags, mode) {
      pass(flags === 'r' ? 'openRead' : 'open');
      return wrap(await realSystem.open(path, flags, mode));
    },
    async rename(from, to) {
      pass('rename');
      await realSystem.rename(from, to);
    },
    sleep: async (_ms, signal) => {
      pass('sleep');
      signal?.throwIfAborted();
    },
  };
  return { system, calls };
}

describe('replaceFile', () => {
  it('syncs the content, then renames, then syncs the folder', async () => {
    const { system, calls } = faulty(() => undefined);
    await replaceFile(join(folder, 'a.txt'), 'new', { system });
    assert.deepEqual(calls, ['open', 'file.write', 'file.sync', 'file.close', 'rename', 'openRead', 'file.sync', 'file.close']);
    assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), 'new');
  });

  it('leaves the old content and nothing else after a fault at any step before the rename', async () => {
    const path = join(folder, 'a.txt');
    for (const [operation, code] of [['open', 'EACCES'], ['file.write', 'ENOSPC'], ['file.sync', 'EIO'], ['file.close', 'EIO'], ['rename', 'EXDEV']] as const) {
      await writeFile(path, 'old');
      const { system } = faulty((name, nth) => (name === operation && nth === 1 ? code : undefined));
      await assert.rejects(replaceFile(path, 'new', { system }), { code }, operation);
      assert.equal(await readFile(path, 'utf8'), 'old', operation);
      assert.deepEqual(await readdir(folder), ['a.txt'], operation);
    }
  });

  it('leaves nothing when the content cannot be produced or is not accepted', async () => {
    const path = join(folder, 'a.txt');
    async function* broken(): AsyncGenerator<string> {
      yield 'half';
      throw new Error('source gone');
    }
    await assert.rejects(replaceFile(path, broken()), /source gone/);
    const verify = async (temporary: string): Promise<void> => {
      assert.equal(await readFile(temporary, 'utf8'), 'complete');
      throw new Error('not accepted');
    };
    await assert.rejects(replaceFile(path, 'complete', { verify }), /not accepted/);
    assert.deepEqual(await readdir(folder), []);
  });

  it('stops and cleans up when cancelled between chunks', async () => {
    const controller = new AbortController();
    async function* endless(): AsyncGenerator<string> {
      for (let chunk = 0; ; chunk++) {
        if (chunk === 3) controller.abort();
        yield 'more';
      }
    }
    const replacing = replaceFile(join(folder, 'a.txt'), endless(), { signal: controller.signal });
    await assert.rejects(replacing, { name: 'AbortError' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('repeats a rename that Windows refuses for a moment, and only that', async () => {
    const path = join(folder, 'a.txt');
    for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
      const { system, calls } = faulty((name, nth) => (name === 'rename' && nth < 4 ? code : undefined), 'win32');
      await replaceFile(path, code, { system });
      assert.equal(await readFile(path, 'utf8'), code);
      assert.equal(calls.filter((call) => call === 'sleep').length, 3);
    }
    const other = faulty((name) => (name === 'rename' ? 'ENOSPC' : undefined), 'win32');
    await assert.rejects(replaceFile(path, 'x', { system: other.system }), { code: 'ENOSPC' });
    assert.ok(!other.calls.includes('sleep'));
    const always = faulty((name) => (name === 'rename' ? 'EBUSY' : undefined), 'win32');
    await assert.rejects(replaceFile(path, 'x', { system: always.system, renamePatienceMs: 100 }), { code: 'EBUSY' });
    assert.deepEqual(await readdir(folder), ['a.txt']);
    const linux = faulty((name) => (name === 'rename' ? 'EACCES' : undefined));
    await assert.rejects(replaceFile(path, 'x', { system: linux.system }), { code: 'EACCES' });
    assert.ok(!linux.calls.includes('sleep'));
  });

  it('row 67: what cannot be written because a program holds the file for a minute is kept, named, and swept by nobody', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    const kept = join(folder, 'a.txt.unsaved');
    for (const content of ['new', 'newer']) {
      const { system: windows } = faulty(() => undefined, 'win32');
      const rename: System['rename'] = (from, to) => (to === path ? Promise.reject(fault('EBUSY')) : windows.rename(from, to));
      const system = { ...windows, rename };
      await assert.rejects(replaceFile(path, content, { system, renamePatienceMs: 60_000, keepIfHeld: true }), (error) => {
        assert.ok(error instanceof FileHeldError);
        assert.deepEqual([error.code, error.path, error.keptAt], ['EBUSY', path, kept]);
        assert.match(error.message, /a\.txt is held open by another program \(EBUSY\)\. What was to be written is kept in .*a\.txt\.unsaved/);
        return true;
      });
      assert.deepEqual([await readFile(path, 'utf8'), await readFile(kept, 'utf8')], ['old', content]);
    }
    await removeLeftovers(path, -1_000);
    assert.deepEqual((await readdir(folder)).toSorted(), ['a.txt', 'a.txt.unsaved']);
    // Not even the other name is free: then it stays under its own.
    const always = faulty((name) => (name === 'rename' ? 'EPERM' : undefined), 'win32');
    await assert.rejects(replaceFile(path, 'newest', { system: always.system, renamePatienceMs: 60_000, keepIfHeld: true }), (error) => {
      assert.ok(error instanceof FileHeldError && error.keptAt.endsWith('.tmp'));
      return true;
    });
    assert.equal((await readdir(folder)).length, 3);
    // Held for five seconds, it is waited for.
    const moment = faulty((name, nth) => (name === 'rename' && nth <= 14 ? 'EACCES' : undefined), 'win32');
    await replaceFile(path, 'newest', { system: moment.system, keepIfHeld: true });
    assert.equal(await readFile(path, 'utf8'), 'newest');
  });

  it('writes through a symbolic link, also one that points to nothing yet, and keeps the mode', async () => {
    const target = join(folder, 'target.txt');
    await symlink(target, join(folder, 'link'));
    await replaceFile(join(folder, 'link'), 'first', { mode: 0o640 });
    assert.equal((await stat(target)).mode & 0o777, 0o640);
    await replaceFile(join(folder, 'link'), 'second');
    assert.equal(await readFile(target, 'utf8'), 'second');
    assert.equal((await stat(target)).mode & 0o777, 0o640);
    assert.ok((await lstat(join(folder, 'link'))).isSymbolicLink());
  });

  it('keeps the other names of a hard-linked file, and its old content if that fails', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'a long old content');
    await link(path, join(folder, 'b.txt'));
    await replaceFile(path, 'new');
    assert.equal(await readFile(join(folder, 'b.txt'), 'utf8'), 'new');
    const { system } = faulty((name, nth) => (name === 'file.truncate' && nth === 1 ? 'EIO' : undefined));
    await assert.rejects(replaceFile(path, 'newest', { system }), { code: 'EIO' });
    assert.equal(await readFile(join(folder, 'b.txt'), 'utf8'), 'new');
    assert.deepEqual((await readdir(folder)).toSorted(), ['a.txt', 'b.txt']);
  });

  it('finishes a write that takes less than it was given', async () => {
    const path = join(folder, 'a.txt');
    const system: System = {
      ...realSystem,
      async open(name, flags, mode) {
        const file = await realSystem.open(name, flags, mode);
        return new Proxy(file, {
          get(target, key) {
            if (key === 'write') {
              return (buffer: Uint8Array, offset: number, length: number) =>
                target.write(buffer, offset, Math.min(length, 7), null);
            }
            const value: unknown = Reflect.get(target, key);
            return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
          },
        });
      },
    };
    await replaceFile(path, 'x'.repeat(50), { system });
    assert.equal(await readFile(path, 'utf8'), 'x'.repeat(50));
  });

  it('does not replace a folder', async () => {
    await assert.rejects(replaceFile(folder, 'x'), { code: 'EISDIR' });
  });
});

describe('removeLeftovers', () => {
  it('removes old temporary files of this file and nothing else', async () => {
    const path = join(folder, 'a.jsonl');
    const young = await startReplacement(path);
    const names = ['.a.jsonl.0123456789ab.tmp', '.a.jsonl.tmp', '.b.jsonl.0123456789ab.tmp', 'a.jsonl'];
    for (const name of names) {
      await writeFile(join(folder, name), '');
      await utimes(join(folder, name), 1, 1);
    }
    await removeLeftovers(path, 60_000);
    const left = await readdir(folder);
    assert.ok(!left.includes('.a.jsonl.0123456789ab.tmp'));
    assert.equal(left.length, 4);
    await young.discard();
    assert.deepEqual((await readdir(folder)).toSorted(), names.slice(1).toSorted());
  });
});
