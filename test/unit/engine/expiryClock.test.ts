import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { toFile } from 'openai';
import { ExpiryClock } from '../../../src/engine/server/expiryClock.ts';
import { startTestEngine } from './serverFixture.ts';

const [hour, day, year] = [3600, 86_400, 31_557_600];
const start = 1_800_000_000;

describe('the clock by which things expire', () => {
  it('row 66: is the system\'s, also over a sleep of weeks', () => {
    let wall = start;
    const clock = new ExpiryClock(() => wall);
    for (const passed of [0, 1, hour, day, 30 * day, 59 * day]) {
      wall += passed;
      assert.equal(clock.now(), wall);
    }
  });

  it('row 66: does not follow a jump of years, and goes on from where it was', () => {
    for (const jump of [10 * year, 61 * day]) {
      let wall = start;
      const clock = new ExpiryClock(() => wall);
      wall += jump;
      assert.equal(clock.now(), start);
      wall += hour;
      assert.equal(clock.now(), start + hour);
      wall -= jump;
      assert.equal(clock.now(), start + hour, 'mended');
      wall += day;
      assert.equal(clock.now(), start + hour + day);
    }
  });

  it('row 66: believes a new time that has been kept for a week', () => {
    let wall = start;
    const clock = new ExpiryClock(() => wall);
    wall += 10 * year;
    clock.now();
    for (let hours = 1; hours < 7 * 24; hours += 1) {
      wall += hour;
      assert.equal(clock.now(), start + hours * hour);
    }
    wall += hour;
    assert.equal(clock.now(), wall);
  });

  it('row 66: is never ahead of the system, wherever that jumps', () => {
    let wall = start;
    const clock = new ExpiryClock(() => wall);
    for (const jump of [-10 * year, 3, 10 * year, 5, -56 * year, 20 * year, 7, -1, 12 * year]) {
      wall += jump;
      assert.ok(clock.now() <= wall);
    }
  });

  it('row 66: tells the next engine what it knows; what is no mark says nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-clock-'));
    const path = join(folder, 'clock.json');
    try {
      let wall = start;
      const open = (): Promise<ExpiryClock> => ExpiryClock.open(() => wall, path);
      await (await open()).keep(path);
      wall += 10 * year;
      const second = await open();
      assert.equal(second.now(), start);
      await second.keep(path);
      wall += hour;
      assert.equal((await open()).now(), start + hour);
      for (const text of ['', 'null', '[]', '{"seen":-1,"lag":0,"steady":0}', '{"seen":"1"}', '{"seen":1e400,"lag":0,"steady":0}']) {
        await writeFile(path, text);
        assert.equal((await open()).now(), wall, text);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('an engine whose clock jumps', () => {
  it('row 66: expires no file and no unfinished upload, while it runs and when it starts again', async () => {
    let wall = start;
    let engine = await startTestEngine({ now: () => wall });
    try {
      const kept = await engine.openai.files.create({
        file: await toFile(Buffer.from('{}\n'), 'a.jsonl'),
        purpose: 'fine-tune',
        expires_after: { anchor: 'created_at', seconds: 30 * day },
      });
      const upload = await engine.openai.uploads.create({ bytes: 3, filename: 'b.jsonl', mime_type: 'text/jsonl', purpose: 'fine-tune' });
      const { id } = await engine.openai.uploads.parts.create(upload.id, { data: await toFile(Buffer.from('{}\n'), 'b') });
      for (const years of [10, -10, 13, -56, 68]) {
        wall += years * year;
        for (const restart of [false, true]) {
          if (restart) {
            await engine.run.close();
            engine = await startTestEngine({ now: () => wall, folder: engine.folder });
          }
          assert.deepEqual((await engine.openai.files.list()).data.map((file) => file.id), [kept.id], `${years} years`);
          assert.equal(await (await engine.openai.files.content(kept.id)).text(), '{}\n');
        }
      }
      assert.equal((await engine.openai.uploads.complete(upload.id, { part_ids: [id] })).status, 'completed');
    } finally {
      await engine.remove();
    }
  });
});
