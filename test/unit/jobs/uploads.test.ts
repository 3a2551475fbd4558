import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { markChange, withMarkChange } from '../../../src/core/jobs/uploads/byteOrderMark.ts';
import { uploadFile } from '../../../src/core/jobs/uploads/uploadFile.ts';
import { parseUploadState, partBytesFor, partCount, withPart, type UploadState } from '../../../src/core/jobs/uploads/uploadState.ts';
import { ServiceError, type Service, type Uploads } from '../../../src/core/providers/port.ts';
import { mebibyte, UploadNotes, uploadTask } from '../../support/uploadTask.ts';
import { startTestEngine, type TestEngine } from '../engine/serverFixture.ts';

const signal = new AbortController().signal;
let engine: TestEngine;
let service: Service;
let folder: string;
let path: string;

before(async () => {
  engine = await startTestEngine();
  service = createService({ baseURL: engine.run.address.baseURL, apiKey: engine.run.apiKey });
});
after(() => engine.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tunesmith-upload-'));
  path = join(folder, 'train.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const contentOf = async (fileId: string): Promise<Buffer> => Buffer.from(await service.fileContent(fileId, signal, 256 * mebibyte));

/** Bytes that differ everywhere, so that parts in a wrong order show. */
function write(bytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE(Math.imul(at + seed, 0x9e3779b1) >>> 0, at);
  writeFileSync(path, content);
  return content;
}

function need(uploads: Uploads | undefined): Uploads {
  assert.ok(uploads);
  return uploads;
}

/** The service with some of its uploads replaced. */
function altered(change: (own: Uploads) => Partial<Uploads>): Service {
  const own = need(service.uploads);
  return { ...service, uploads: { ...own, ...change(own) } };
}

const bom = Buffer.from([0xef, 0xbb, 0xbf]);
const text = Buffer.from('{"a":1}\n');
const marks: [what: string, wanted: 'wanted' | 'unwanted', file: Buffer, sent: Buffer][] = [
  ['added', 'wanted', text, Buffer.concat([bom, text])],
  ['kept', 'wanted', Buffer.concat([bom, text]), Buffer.concat([bom, text])],
  ['taken off', 'unwanted', Buffer.concat([bom, text]), text],
  ['left out', 'unwanted', text, text],
  ['of a file that is nothing else taken off', 'unwanted', bom, Buffer.alloc(0)],
  ['of a file of two bytes added', 'wanted', Buffer.from('{}'), Buffer.concat([bom, Buffer.from('{}')])],
];

for (const [what, wanted, file, sent] of marks) {
  test(`the mark is ${what}, however the file is cut`, async () => {
    const change = markChange(wanted, file.subarray(0, 3), file.length);
    assert.equal(change.sentBytes, sent.length);
    for (const size of [1, 2, 3, 4, 100]) {
      const seen: Uint8Array[] = [];
      const out: Uint8Array[] = [];
      const chunks = async function* () {
        for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
      };
      for await (const chunk of withMarkChange(chunks(), change, (chunk) => void seen.push(chunk))) out.push(chunk);
      assert.deepEqual([Buffer.concat(out), Buffer.concat(seen)], [sent, file]);
    }
  });
}

test('a small file goes whole, with its mark as the service wants it; the file of the person stays as it is', async () => {
  writeFileSync(path, text);
  const { task, events } = uploadTask(service, path, { mark: 'wanted' });
  const result = await uploadFile(task, signal);
  assert.deepEqual(await contentOf(result.fileId), Buffer.concat([bom, text]));
  assert.deepEqual([result.how, result.sha256, result.sentBytes, events], ['whole', sha256(text), text.length + 3, ['sending']]);
});

test('the same bytes are not sent twice, also under another name; other bytes of the same size are', async () => {
  writeFileSync(path, text);
  const first = uploadTask(service, path);
  const { fileId } = await uploadFile(first.task, signal);
  const { memory } = first.task;
  path = join(folder, 'renamed.jsonl');
  writeFileSync(path, text);
  const again = uploadTask(service, path, { memory });
  assert.deepEqual(await uploadFile(again.task, signal), { fileId, how: 'reused', sentBytes: text.length, sha256: sha256(text) });
  assert.deepEqual(again.events, ['hashing']);
  writeFileSync(path, '{"a":2}\n');
  assert.equal((await uploadFile(uploadTask(service, path, { memory }).task, signal)).how, 'whole');
});

test('what lies at another service, was deleted there, or shall be fresh is sent', async () => {
  writeFileSync(path, text);
  const { task } = uploadTask(service, path);
  const { fileId } = await uploadFile(task, signal);
  const elsewhere = { ...task, place: { ...task.place, baseURL: 'http://other/v1' } };
  assert.equal((await uploadFile(elsewhere, signal)).how, 'whole');
  assert.equal((await uploadFile({ ...task, reuse: false }, signal)).how, 'whole');
  const memory = new UploadNotes();
  await memory.remember({ ...task.place, fileId, sha256: sha256(text), sentBytes: text.length, at: 1 });
  await service.deleteFile(fileId, signal);
  assert.equal((await uploadFile({ ...task, memory }, signal)).how, 'whole');
  assert.ok(!memory.known.some((file) => file.fileId === fileId), 'and forgotten');
});

test('a large file goes in parts, three at a time, and is the same there', async () => {
  const content = write(18 * mebibyte + 5);
  let [now, most] = [0, 0];
  const counting = altered((own) => ({
    addPart: async (...given) => {
      most = Math.max(most, (now += 1));
      try {
        return await own.addPart(...given);
      } finally {
        now -= 1;
      }
    },
  }));
  const { task, events } = uploadTask(counting, path, { mark: 'wanted' });
  const result = await uploadFile(task, signal);
  assert.deepEqual([result.how, result.sha256, events, most], ['parts', sha256(content), ['sending'], 3]);
  assert.equal(sha256(await contentOf(result.fileId)), sha256(Buffer.concat([bom, content])));
  assert.equal((task.memory as UploadNotes).states.size, 0);
});

/** Breaks off an upload after some parts, as a reload does: nothing is cancelled, nothing is forgotten. */
async function breakOff(parts: number, memory: UploadNotes): Promise<void> {
  let sent = 0;
  const broken = altered((own) => ({
    addPart: async (...given) => {
      if (sent >= parts) throw new ServiceError('gone', { kind: 'forbidden' });
      sent += 1;
      return own.addPart(...given);
    },
  }));
  await assert.rejects(uploadFile(uploadTask(broken, path, { memory }).task, signal), { message: 'gone' });
}

test('88: a reload in the middle of an upload: only what is missing is sent', async () => {
  const content = write(15 * mebibyte);
  const memory = new UploadNotes();
  await breakOff(2, memory);
  const [state] = memory.states.values();
  assert.ok(state);
  // It is read back from text, as another window would.
  memory.states.set(state.file.uri, parseUploadState(JSON.stringify(state)) ?? assert.fail());
  let added = 0;
  const counting = altered((own) => ({ addPart: (...given) => ((added += 1), own.addPart(...given)) }));
  const { task, events } = uploadTask(counting, path, { memory });
  const result = await uploadFile(task, signal);
  assert.deepEqual([added, events], [partCount(state) - 2, ['sending']]);
  assert.equal(sha256(await contentOf(result.fileId)), sha256(content));
});

const stale: [what: string, why: string, age: (state: UploadState) => UploadState | Promise<UploadState>][] = [
  ['a file that is younger', 'changed', (state) => (utimesSync(path, 1, 1), state)],
  ['a file of another size', 'changed', (state) => (write(14 * mebibyte), state)],
  ['a file with other bytes but the same size and time', 'changed', (state) => ({ ...state, parts: state.parts.map((part) => part && { ...part, sha256: 'x' }) })],
  ['an upload that has expired by the clock', 'expired', (state) => ({ ...state, expiresAt: 1 })],
  ['an upload that the service has ended', 'expired', async (state) => (await need(service.uploads).cancel(state.uploadId, signal), state)],
  ['an upload that the service does not know', 'expired', (state) => ({ ...state, uploadId: 'upload_nothing' })],
];

for (const [what, why, age] of stale) {
  test(`${what} is uploaded anew, and that is said`, async () => {
    write(15 * mebibyte);
    const memory = new UploadNotes();
    await breakOff(2, memory);
    const [state] = memory.states.values();
    assert.ok(state);
    memory.states.set(state.file.uri, await age(state));
    const { task, events } = uploadTask(service, path, { memory });
    const result = await uploadFile(task, signal);
    assert.ok(events.includes(`restart ${why}`), events.join());
    assert.equal((await contentOf(result.fileId)).length, result.sentBytes);
    assert.equal(memory.states.size, 0);
  });
}

test('a person who cancels: the service forgets the upload, and so do we', async () => {
  write(15 * mebibyte);
  const stop = new AbortController();
  const memory = new UploadNotes();
  let uploadId = '';
  const stopping = altered((own) => ({
    create: async (...given) => {
      const upload = await own.create(...given);
      uploadId = upload.id;
      return upload;
    },
    addPart: async (...given) => {
      const part = await own.addPart(...given);
      stop.abort();
      return part;
    },
  }));
  await assert.rejects(uploadFile(uploadTask(stopping, path, { memory }).task, stop.signal));
  assert.equal(memory.states.size, 0);
  await assert.rejects(need(service.uploads).addPart(uploadId, new Uint8Array(3), signal), /cancelled/);
});

test('87: a part that is lost on the way is sent again, and the file is whole', async () => {
  const content = write(15 * mebibyte);
  // Each part once: which of several at a time comes first is chance.
  const lost = new Set<string>();
  const losing = altered((own) => ({
    addPart: async (uploadId, bytes, ...given) => {
      const hash = sha256(bytes);
      const part = await own.addPart(uploadId, bytes, ...given);
      if (lost.has(hash)) return part;
      // Taken by the service, its answer lost.
      lost.add(hash);
      throw new ServiceError('cut', { kind: 'cutOff' });
    },
  }));
  const result = await uploadFile(uploadTask(losing, path).task, signal);
  assert.equal(sha256(await contentOf(result.fileId)), sha256(content));
  assert.ok(lost.size > 1);
});

test('87: the answer to the end of an upload is lost: the file is found, not sent again', async () => {
  write(9 * mebibyte);
  let made = '';
  const losing = altered((own) => ({
    complete: async (...given) => {
      const upload = await own.complete(...given);
      made = upload.file?.id ?? '';
      throw new ServiceError('cut', { kind: 'cutOff' });
    },
  }));
  const result = await uploadFile(uploadTask(losing, path).task, signal);
  assert.deepEqual([result.fileId, made !== ''], [made, true]);
});

for (const bytes of [10, 15 * mebibyte]) {
  test(`a file of ${bytes} bytes that grows or shrinks meanwhile is not what was asked for`, async () => {
    write(bytes);
    const { task } = uploadTask(service, path);
    for (const source of [{ ...task.source, bytes: bytes + 1 }, { ...task.source, bytes: bytes - 1 }]) {
      await assert.rejects(uploadFile({ ...task, source }, signal), /changed while it was uploaded/);
    }
    assert.equal((task.memory as UploadNotes).states.size, 0);
  });
}

test('parts are small, and at most about a thousand', () => {
  const gibibyte = 1024 * mebibyte;
  assert.equal(partBytesFor(600 * mebibyte, 64 * mebibyte), 2 * mebibyte);
  assert.equal(partBytesFor(8 * gibibyte, 64 * mebibyte), 9 * mebibyte);
  assert.equal(partBytesFor(8 * gibibyte, mebibyte), mebibyte);
  const state = { sentBytes: 9, partBytes: 4, parts: [] } as unknown as UploadState;
  assert.deepEqual(withPart(withPart(state, 2, { id: 'b', sha256: 'y' }), 0, { id: 'a', sha256: 'x' }).parts, [
    { id: 'a', sha256: 'x' },
    null,
    { id: 'b', sha256: 'y' },
  ]);
});

test('a damaged note is none', () => {
  for (const damaged of ['', '[]', '{}', '{"version":1,"file":{},"parts":[]}', '{"version":2}']) {
    assert.equal(parseUploadState(damaged), undefined);
  }
});
