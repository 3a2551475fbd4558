import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realSystem, type OpenFile, type System } from '../../../src/disk/files.ts';
import { chatLines } from '../../support/chatLines.ts';
import { ended, eventually, startTestEngine, stepsTold, upload } from './serverFixture.ts';

/** The real disk, behind a cable that can be pulled (`fail`) or that lets nothing through for a while (`hold`). */
class Drive {
  /** What every call, or those of which `when` says so, fails with. */
  fail: { readonly code: string; readonly message?: string; readonly when?: (call: string, path: string) => boolean } | undefined;
  waiting = 0;
  #held: Promise<void> | undefined;
  #release: () => void = () => undefined;
  readonly system: System = {
    ...realSystem,
    open: async (path, flags, mode) => {
      await this.#pass(flags === 'r' ? 'openRead' : 'open', path);
      return this.#watched(await realSystem.open(path, flags, mode), path);
    },
    rename: (from, to) => this.#pass('rename', to).then(() => realSystem.rename(from, to)),
    unlink: (path) => this.#pass('unlink', path).then(() => realSystem.unlink(path)),
    mkdir: (path, options) => this.#pass('mkdir', path).then(() => realSystem.mkdir(path, options)),
    readdir: (path) => this.#pass('readdir', path).then(() => realSystem.readdir(path)),
    stat: (path) => this.#pass('stat', path).then(() => realSystem.stat(path)),
    lstat: (path) => this.#pass('lstat', path).then(() => realSystem.lstat(path)),
    rm: (path, options) => this.#pass('rm', path).then(() => realSystem.rm(path, options)),
    freeBytes: (path) => this.#pass('statfs', path).then(() => realSystem.freeBytes(path)),
  };

  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  letThrough(): void {
    this.#held = undefined;
    this.#release();
  }

  async #pass(call: string, path: string): Promise<void> {
    if (this.#held !== undefined) {
      this.waiting += 1;
      await this.#held;
      this.waiting -= 1;
    }
    if (this.fail !== undefined && this.fail.when?.(call, path) !== false) {
      const { code, message = `${code}: the drive, ${call} '${path}'` } = this.fail;
      throw Object.assign(new Error(message), { code, path });
    }
  }

  #watched(file: OpenFile, path: string): OpenFile {
    return {
      read: (...given) => this.#pass('read', path).then(() => file.read(...given)),
      write: (...given) => this.#pass('write', path).then(() => file.write(...given)),
      truncate: (length) => this.#pass('truncate', path).then(() => file.truncate(length)),
      sync: () => this.#pass('sync', path).then(() => file.sync()),
      chmod: (mode) => file.chmod(mode),
      chown: (uid, gid) => file.chown(uid, gid),
      stat: () => file.stat(),
      close: () => file.close(),
    };
  }
}

const changes = (call: string): boolean => !['openRead', 'read', 'readdir', 'stat', 'lstat', 'statfs'].includes(call);

describe('a drive that is not there', () => {
  it('row 57: gone for a minute: what is known is told, uploads say why they fail, and all is well when it is back', async () => {
    const drive = new Drive();
    const engine = await startTestEngine({ system: drive.system });
    try {
      const { openai } = engine;
      const file = await upload(openai, chatLines(10));
      for (const code of ['ENODEV', 'ENXIO', 'ENOENT', 'ESTALE', 'ETIMEDOUT', 'EIO']) {
        drive.fail = { code };
        await assert.rejects(upload(openai, chatLines(10)), (error: { readonly status: number; readonly message: string }) => {
          assert.ok(error.status >= 500, code);
          assert.ok(!error.message.includes(engine.folder), 'no path of the machine');
          return true;
        });
        assert.ok(engine.log.some((line) => line.includes(code)), `${code} is in the log`);
        assert.deepEqual((await openai.files.list()).data.map(({ id }) => id), [file.id], code);
        await assert.rejects(openai.files.content(file.id), (error: { readonly status: number }) => error.status >= 500, code);
        drive.fail = undefined;
      }
      const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
      assert.equal((await ended(openai, job.id)).status, 'succeeded');
    } finally {
      drive.fail = undefined;
      await engine.remove();
    }
  });

  it('row 57: gone while something is stored: the engine ends and says so, and the next one has all that was acknowledged', async () => {
    for (const code of ['ENODEV', 'EACCES', 'ESTALE']) {
      const drive = new Drive();
      const engine = await startTestEngine({ system: drive.system, scripts: [{ hold: true }] });
      const file = await upload(engine.openai, chatLines(10));
      const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
      await eventually(() => engine.openai.fineTuning.jobs.retrieve(job.id), ({ status }) => status === 'running');
      drive.fail = { code };
      await assert.rejects(engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id }));
      await engine.run.closed;
      assert.match(engine.log.join('\n'), new RegExp(`ending: The disk failed, so nothing more is stored until the engine starts anew: .*${code}`));
      const next = await startTestEngine({ folder: engine.folder });
      try {
        assert.deepEqual((await next.openai.files.list()).data.map(({ id }) => id).filter((id) => id === file.id), [file.id]);
        assert.equal((await ended(next.openai, job.id)).status, 'succeeded');
      } finally {
        await next.remove();
      }
    }
  });

  it('row 57: of which nothing may be changed any more: everything can be seen, and every change is refused with the reason', async () => {
    const first = await startTestEngine({});
    const file = await upload(first.openai, chatLines(10));
    const job = await first.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
    await ended(first.openai, job.id);
    await first.close();
    for (const code of ['EACCES', 'EPERM', 'EROFS']) {
      const drive = new Drive();
      drive.fail = { code, when: changes };
      const engine = await startTestEngine({ folder: first.folder, system: drive.system });
      const { openai } = engine;
      assert.equal((await openai.fineTuning.jobs.retrieve(job.id)).status, 'succeeded');
      assert.equal(await (await openai.files.content(file.id)).text(), chatLines(10).map((line) => `${line}\n`).join(''));
      const refused = { status: 503, message: new RegExp(`read-only: the data folder .* cannot be written \\(${code}\\)`) };
      await assert.rejects(upload(openai, chatLines(10)), refused);
      await assert.rejects(openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id }), refused);
      await assert.rejects(openai.files.delete(file.id), refused);
      await engine.close();
      await engine.answers.assertClean();
    }
    await (await startTestEngine({ folder: first.folder })).remove();
  });
});

describe('an error that nobody expects', () => {
  it('is in the log by its name and its place, not by what it quotes, however many lines that has', async () => {
    const drive = new Drive();
    const engine = await startTestEngine({ system: drive.system });
    try {
      drive.fail = { code: 'EODD', message: 'odd\nsecret text of a user\n    and more of it\n    at secret places\n' };
      await assert.rejects(upload(engine.openai, chatLines(10)), { status: 500 });
      drive.fail = undefined;
      const log = engine.log.join('\n');
      assert.match(log, /internal error Error EODD .* at /);
      assert.doesNotMatch(log, /secret|and more of it/);
    } finally {
      drive.fail = undefined;
      await engine.remove();
    }
  });
});

describe('a disk that takes its time', () => {
  it('row 68: while it stands still everything else is answered, and nothing is told that is not on it', async () => {
    const drive = new Drive();
    const engine = await startTestEngine({ system: drive.system, scripts: [{ hold: true }] });
    try {
      const { openai } = engine;
      const file = await upload(openai, chatLines(10));
      const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
      await eventually(async () => engine.trainers.length, (count) => count === 1);
      drive.hold();
      let told = 0;
      const telling = upload(openai, chatLines(10)).then(() => (told += 1));
      const creating = openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id }).then(() => (told += 1));
      engine.trainers[0]?.release();
      await eventually(async () => drive.waiting, (waiting) => waiting >= 2);
      for (let round = 0; round < 20; round += 1) {
        assert.equal((await openai.models.list()).data[0]?.id, 'tunesmith-tiny');
        assert.deepEqual((await openai.files.list()).data.map(({ id }) => id), [file.id]);
        assert.equal((await openai.fineTuning.jobs.list()).data.length, 1);
        assert.deepEqual(await stepsTold(openai, job.id), [], 'no step that a crash could take back');
      }
      assert.equal(told, 0);
      drive.letThrough();
      await Promise.all([telling, creating]);
      assert.equal((await ended(openai, job.id)).status, 'succeeded');
      assert.deepEqual(await stepsTold(openai, job.id), [1, 2, 3, 4, 5, 6]);
    } finally {
      drive.letThrough();
      await engine.remove();
    }
  });
});
