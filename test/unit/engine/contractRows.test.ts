import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type OpenAI from 'openai';
import { realSystem, type OpenFile, type System } from '../../../src/disk/files.ts';
import { chatLines } from '../../support/chatLines.ts';
import { ended, eventually, startTestEngine, upload, type TestEngine } from './serverFixture.ts';

/** Bad requests and faults of files, by the rows of the project's checklist. */
const mebibyte = 1024 * 1024;
const part = (disposition: string, value: string, more = ''): string =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${value}\r\n`;
const named = (name: string, filename: string): string => part(`name="${name}"; filename="${filename}"`, '{}\n');
const file = named('file', 'a.jsonl');
const purpose = part('name="purpose"', 'fine-tune');
const end = '--b--\r\n';
const good = file + purpose + end;

let engine: TestEngine;
let openai: OpenAI;
const disk = { full: false, free: Number.POSITIVE_INFINITY, failSync: false, swallow: false };
before(async () => {
  engine = await startTestEngine({ system: diskOf(disk) });
  openai = engine.openai;
});
after(() => engine.remove());

const onDisk = async (): Promise<string[]> => (await readdir(join(engine.folder, 'files'))).toSorted();
const inList = async (): Promise<number> => (await openai.files.list()).data.length;
const authorization = (): { authorization: string } => ({ authorization: `Bearer ${engine.run.apiKey}` });
type Sent = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>>; readonly duplex?: 'half' };
const send = (path: string, init: Sent = {}): Promise<Response> =>
  engine.answers.fetch(`${engine.run.address.baseURL}${path}`, { ...init, headers: { ...authorization(), ...init.headers } });
const sendForm = (body: string | Buffer, type = 'multipart/form-data; boundary=b'): Promise<Response> =>
  send('/files', { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(Buffer.from(body)) });
const sendJson = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  send(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

/** The request is refused with an envelope, nothing stays behind, and the next good one is taken. */
async function assertRefused(ask: () => Promise<Response>, status: number, what: string): Promise<string | null> {
  const [files, listed] = [await onDisk(), await inList()];
  const response = await ask();
  const text = await response.text();
  assert.equal(response.status, status, `${what}: ${text}`);
  assert.deepEqual(await onDisk(), files, what);
  assert.equal(await inList(), listed, what);
  return (JSON.parse(text) as { error: { param: string | null } }).error.param;
}

describe('requests', () => {
  it('row 12: a body shorter than announced, then the end: no file, nothing left', async () => {
    const [files, listed] = [await onDisk(), await inList()];
    const { host } = new URL(engine.run.address.baseURL);
    const head = `POST /v1/files HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization().authorization}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${good.length + 1000}\r\n\r\n`;
    for (const finish of ['end', 'destroy'] as const) {
      const socket = connect(Number(new URL(engine.run.address.baseURL).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(head + file);
      await eventually(onDisk, (names) => names.length > files.length);
      socket[finish]();
      await eventually(onDisk, (names) => names.length === files.length);
    }
    assert.deepEqual(await onDisk(), files);
    assert.equal(await inList(), listed);
    assert.equal((await sendForm(good)).status, 200);
  });

  it('row 22: fields and parameters nobody knows are ignored', async () => {
    const training = await upload(openai, chatLines(10));
    const odd = { favourite: 'blue', nested: { a: [1, { b: null }] }, '': 1 };
    const job = await sendJson('/fine_tuning/jobs', { model: 'tunesmith-tiny', training_file: training.id, ...odd });
    assert.equal(job.status, 200);
    await ended(openai, ((await job.json()) as { id: string }).id);
    const begun = await sendJson('/uploads', { filename: 'a.jsonl', purpose: 'fine-tune', bytes: 3, mime_type: 'text/jsonl', ...odd });
    assert.equal(begun.status, 200);
    const { id } = (await begun.json()) as { id: string };
    assert.equal((await sendJson(`/uploads/${id}/cancel`, odd)).status, 200);
    assert.equal((await sendForm(file + part('name="favourite"', 'blue') + purpose + end)).status, 200);
    for (const path of ['/files', '/models', '/fine_tuning/jobs', `/files/${training.id}`]) {
      assert.equal((await send(`${path}?favourite=blue&nested[a]=1`)).status, 200);
    }
  });

  it('row 24: ids of another kind, of deleted objects, in other letters: 404', async () => {
    const training = await upload(openai, chatLines(10));
    const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: training.id });
    const { fine_tuned_model: model } = await ended(openai, job.id);
    const begun = await openai.uploads.create({ filename: 'a.jsonl', purpose: 'fine-tune', bytes: 3, mime_type: 'text/jsonl' });
    const gone = await upload(openai, ['{}']);
    await openai.files.delete(gone.id);
    const other = (id: string): string => id.replace(/.$/, (last) => (last === last.toUpperCase() ? last.toLowerCase() : last.toUpperCase()));
    const random = (id: string): string => `${id.slice(0, -1)}${id.endsWith('x') ? 'y' : 'x'}`;
    const refused = async (path: string, method = 'GET'): Promise<void> => {
      const response = await send(path, method === 'GET' ? {} : { method });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.ok(((await response.json()) as { error: { message: string } }).error.message);
    };
    for (const id of [job.id, begun.id, gone.id, training.id.toUpperCase(), other(training.id.replace(/\d+$/, 'a')), random(training.id), 'constructor', '__proto__']) {
      for (const path of [`/files/${id}`, `/files/${id}/content`]) await refused(path);
      await refused(`/files/${id}`, 'DELETE');
    }
    for (const id of [training.id, begun.id, model!, job.id.toUpperCase(), random(job.id), 'toString']) {
      for (const path of ['', '/events', '/checkpoints']) await refused(`/fine_tuning/jobs/${id}${path}`);
      await refused(`/fine_tuning/jobs/${id}/cancel`, 'POST');
    }
    for (const id of [job.id, training.id, begun.id.toUpperCase(), random(begun.id)]) {
      await refused(`/uploads/${id}/cancel`, 'POST');
    }
    for (const id of [job.id, training.id, model!.toUpperCase(), random(model!), `${model}:ckpt-step-99`]) {
      await refused(`/models/${id}`);
      await refused(`/models/${id}`, 'DELETE');
      await refused(`/fine_tuning/checkpoints/${id}/permissions`);
    }
    await openai.models.delete(model!);
    await refused(`/models/${model}`);
    await openai.uploads.cancel(begun.id);
  });

  it('row 25: pages neither repeat nor leave out anything while files are added; a cursor that is none is told', async () => {
    const add = async (): Promise<string> => (await upload(openai, ['{}'])).id;
    for (const order of ['asc', 'desc'] as const) {
      const before = (await openai.files.list({ order })).data.map(({ id }) => id);
      const added: string[] = [];
      const seen: string[] = [];
      for await (const item of openai.files.list({ order, limit: 2 })) {
        seen.push(item.id);
        if (added.length < 5) added.push(await add());
      }
      assert.equal(new Set(seen).size, seen.length);
      assert.deepEqual(seen.filter((id) => !added.includes(id)), before);
      if (order === 'asc') assert.deepEqual(seen, [...before, ...added]);
    }
    const gone = await add();
    await openai.files.delete(gone);
    for (const path of ['/files', '/fine_tuning/jobs']) {
      for (const query of ['limit=0', 'limit=-1', 'limit=1e9', 'limit=1000000000', 'limit=', 'limit=2.5', `after=${gone}`, 'after=ftjob-x']) {
        assert.equal((await send(`${path}?${query}`)).status, 400, `${path}?${query}`);
      }
    }
    assert.equal((await send('/files?order=up')).status, 400);
  });

  it('row 26: the same request sent twice makes one job if it has a key, else two', async () => {
    const training = await upload(openai, chatLines(10));
    const body = { model: 'tunesmith-tiny', training_file: training.id, suffix: 'twice' };
    const create = async (key?: string, more: object = {}): Promise<{ status: number; id?: string; error?: { code: string } }> => {
      const response = await sendJson('/fine_tuning/jobs', { ...body, ...more }, key === undefined ? {} : { 'Idempotency-Key': key });
      return { status: response.status, ...((await response.json()) as object) };
    };
    const count = async (): Promise<number> => (await openai.fineTuning.jobs.list({ limit: 1000 })).data.length;
    const before = await count();
    const together = await Promise.all(['k1', 'k1', 'k1'].map((key) => create(key)));
    assert.equal(new Set(together.map(({ id }) => id)).size, 1);
    const job = await ended(openai, together[0]?.id ?? '');
    await openai.files.delete(training.id);
    assert.equal((await create('k1')).id, job.id);
    assert.equal(await count(), before + 1);
    const reused = await create('k1', { suffix: 'other' });
    assert.deepEqual([reused.status, reused.error?.code], [422, 'idempotency_key_reused']);
    assert.equal((await create('')).status, 400);
    assert.equal((await create('k'.repeat(256))).status, 400);
    body.training_file = (await upload(openai, chatLines(10))).id;
    const [one, two] = [await create(), await create()];
    assert.notEqual(one.id, two.id);
    assert.equal(await count(), before + 3);
    for (const { id } of [one, two]) await ended(openai, id ?? '');
  });
});

describe('forms', () => {
  it('row 31: boundaries that are none, delimiters in the data, missing line ends', async () => {
    for (const type of [
      'multipart/form-data',
      'multipart/form-data;',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary=""',
      'multipart/form-data; boundary=b; boundary=c',
      'multipart/form-data; boundary="b "',
    ]) {
      await assertRefused(() => sendForm(good, type), 400, type);
    }
    const long = (length: number): [string, string] => [good.replaceAll('--b', `--${'b'.repeat(length)}`), `multipart/form-data; boundary=${'b'.repeat(length)}`];
    await assertRefused(() => sendForm(...long(71)), 400, 'boundary of 71');
    assert.equal((await sendForm(...long(70))).status, 200);
    assert.equal((await sendForm(good, 'Multipart/Form-Data; charset=utf-8; Boundary="b"')).status, 200);
    const inside = (data: string): string => part('name="file"; filename="a.jsonl"', data) + purpose + end;
    for (const [what, body] of [
      ['delimiter in the data', inside('{}\r\n--b\r\n{}')],
      ['delimiter with more in the data', inside('{}\r\n--bound\r\n{}')],
      ['end in the data', inside('{}\r\n--b--\r\n{}')],
      ['no line end before a delimiter', good.replace('{}\n\r\n--b', '{}\n--b')],
      ['no line end after a delimiter', good.replace('--b\r\n', '--b')],
      ['bare line feeds', good.replaceAll('\r\n', '\n')],
      ['no empty line', good.replace('"\r\n\r\n', '"\r\n')],
      ['no end', file + purpose],
      ['a half end', `${file}${purpose}--b-`],
      ['another boundary', good.replaceAll('--b', '--c')],
      ['text before', `hello\r\n${good}`],
      ['text after', `${good}hello`],
      ['a second form', good + good],
      ['only the end', end],
      ['nothing', ''],
    ] as const) {
      await assertRefused(() => sendForm(body), 400, what);
    }
    for (const data of ['\r\n--', '--b', '\r\n-b', 'x\r\n--c\r\n', '\r\n\r\n', '\r--b\n--b', '\r\r\n--x']) {
      const response = await sendForm(inside(data));
      const made = (await response.json()) as { id: string };
      assert.equal(response.status, 200, JSON.stringify(data));
      assert.equal(await (await openai.files.content(made.id)).text(), data);
    }
  });

  it('row 31: a body cut at every byte leaves nothing; one whole, sent byte by byte, is taken', async () => {
    const files = await onDisk();
    for (let length = 0; length < good.length - 2; length += 1) {
      assert.equal((await sendForm(good.slice(0, length))).status, 400, `cut at ${length}`);
    }
    assert.deepEqual(await onDisk(), files);
    const bytes = new ReadableStream<Uint8Array>({
      async pull(controller) {
        for (const byte of Buffer.from(good)) {
          controller.enqueue(Uint8Array.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
        controller.close();
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    assert.equal((await send('/files', { method: 'POST', headers, body: bytes, duplex: 'half' })).status, 200);
  });

  it('row 32: odd names and headers of parts', async () => {
    for (const [what, body] of [
      ['__proto__', good.replace(end, part('name="__proto__"', 'x') + end)],
      ['constructor', good.replace(end, part('name="constructor"', 'x') + end)],
      ['an empty name', good.replace(end, part('name=""', 'x') + end)],
      ['no name', good.replace(end, part('filename="x"', 'x') + end)],
      ['no disposition', good.replace(end, '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n' + end)],
      ['another disposition', good.replace('form-data', 'attachment')],
      ['two dispositions', good.replace('\r\n\r\n{}', '\r\nContent-Disposition: form-data; name="file"\r\n\r\n{}')],
      ['two names', good.replace('name="file"', 'name="file"; name="purpose"')],
      ['an open quote', good.replace('"a.jsonl"', '"a.jsonl')],
      ['10,000 parts', file + purpose + Array.from({ length: 10_000 }, (_, index) => part(`name="p${index}"`, 'x')).join('') + end],
      ['a header of 1 MiB', good.replace('\r\n\r\n{}', `\r\nX-Long: ${'x'.repeat(mebibyte)}\r\n\r\n{}`)],
      ['20 headers', good.replace('\r\n\r\n{}', `${Array.from({ length: 20 }, (_, index) => `\r\nX-${index}: x`).join('')}\r\n\r\n{}`)],
      ['base64', good.replace('\r\n\r\n{}', '\r\nContent-Transfer-Encoding: base64\r\n\r\n{}')],
      ['two files', file + file + purpose + end],
      ['a file of another name', named('data', 'a.jsonl') + purpose + end],
      ['a field of 2 KiB', file + purpose + part('name="x"', 'x'.repeat(2048)) + end],
      ...["UTF-8''%zz", "UTF-8''%ff.jsonl", "latin1''a.jsonl", 'a.jsonl'].map((name) => [`filename*=${name}`, good.replace('filename="a.jsonl"', `filename*=${name}`)] as const),
    ] as const) {
      await assertRefused(() => sendForm(body), 400, what);
    }
    const notUtf8 = Buffer.from(good.replace('a.jsonl', '\u00ff.jsonl'), 'latin1');
    await assertRefused(() => sendForm(notUtf8), 400, 'a name that is no UTF-8');
    assert.equal(({} as { x?: unknown }).x, undefined);
  });

  it('row 33: names of files are shown, never used', async () => {
    const shown: Readonly<Record<string, string>> = {
      '../../x.jsonl': 'x.jsonl',
      '/etc/x.jsonl': 'x.jsonl',
      'C:\\x.jsonl': 'x.jsonl',
      'CON.jsonl': 'CON.jsonl',
      'x\0.jsonl': 'x_.jsonl',
      '\u202Egnp.jsonl': '_gnp.jsonl',
      'a%0Ab.jsonl': 'a_b.jsonl',
      '%22q%22.jsonl': '"q".jsonl',
      '__proto__.jsonl': '__proto__.jsonl',
      'ünï 漢字.jsonl': 'ünï 漢字.jsonl',
    };
    for (const [name, filename] of Object.entries(shown)) {
      const response = await sendForm(named('file', name) + purpose + end);
      const made = (await response.json()) as { id: string; filename: string };
      assert.deepEqual([response.status, made.filename], [200, filename], name);
      assert.ok((await onDisk()).includes(made.id));
    }
    const extended = await sendForm(good.replace('filename="a.jsonl"', "filename=\"x.jsonl\"; filename*=UTF-8''na%C3%AFve.jsonl"));
    assert.equal(((await extended.json()) as { filename: string }).filename, 'naïve.jsonl');
    for (const name of [`${'n'.repeat(4000)}.jsonl`, '', '../', 'x\ny.jsonl', 'x\ry.jsonl']) {
      await assertRefused(() => sendForm(named('file', name) + purpose + end), 400, JSON.stringify(name.slice(0, 20)));
    }
    assert.deepEqual((await readdir(engine.folder)).filter((name) => /jsonl|^x|CON/.test(name)), []);
  });

  it('row 34: an empty file is refused, a byte order mark alone too, one before the data is kept', async () => {
    const content = (data: string): string => part('name="file"; filename="a.jsonl"', data) + purpose + end;
    assert.equal(await assertRefused(() => sendForm(content('')), 400, 'empty'), 'file');
    assert.equal(await assertRefused(() => sendForm(content('\uFEFF')), 400, 'only a mark'), 'file');
    const lines = `\uFEFF${chatLines(10).join('\n')}\n`;
    const made = (await (await sendForm(content(lines))).json()) as { id: string };
    const back = Buffer.from(await (await openai.files.content(made.id)).arrayBuffer());
    assert.ok(back.equals(Buffer.from(lines)));
    const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: made.id });
    assert.equal((await ended(openai, job.id)).status, 'succeeded');
  });

  it('row 35: a file of exactly the limit is taken, one byte more is refused at that byte', async () => {
    disk.swallow = true;
    try {
      const limit = 512 * mebibyte;
      const taken = await sendZeros(limit);
      assert.equal(taken.status, 200, taken.body);
      assert.equal((JSON.parse(taken.body) as { bytes: number }).bytes, limit);
      const over = await sendZeros(limit + 1);
      assert.equal(over.status, 413);
      assert.equal((JSON.parse(over.body) as { error: { param: string } }).error.param, 'file');
      // Announced too large, it is refused before a byte of it was sent.
      const announced = await sendZeros(limit + mebibyte, { announce: true });
      assert.deepEqual([announced.status, announced.sent], [413, 0]);
    } finally {
      disk.swallow = false;
    }
    assert.deepEqual((await onDisk()).filter((name) => name.startsWith('.')), []);
  });

  it('row 36: a disk that is full at the beginning, in the middle, at the end of an upload', async () => {
    const data = Buffer.from(part('name="file"; filename="a.jsonl"', `{}${'\n'.repeat(2 * mebibyte)}`) + purpose + end);
    for (const [what, state] of [
      ['at 0 %', { full: true }],
      ['at 50 %', { free: mebibyte }],
      ['at 100 %', { failSync: true }],
    ] as const) {
      const [files, listed] = [await onDisk(), await inList()];
      Object.assign(disk, state);
      const response = await sendForm(data);
      const { error } = (await response.json()) as { error: { code: string; type: string } };
      Object.assign(disk, { full: false, free: Number.POSITIVE_INFINITY, failSync: false });
      assert.deepEqual([response.status, error.code, error.type], [507, 'disk_full', 'server_error'], what);
      assert.deepEqual(await onDisk(), files, what);
      assert.equal(await inList(), listed, what);
      assert.equal((await sendForm(data)).status, 200, `${what}: the next upload`);
    }
  });

  it('row 37: the same file twice at once; deleted while a job reads it; ended while a part comes in', async () => {
    const both = await Promise.all([upload(openai, chatLines(10)), upload(openai, chatLines(10))]);
    assert.notEqual(both[0].id, both[1].id);
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: both[0].id });
    await eventually(async () => engine.trainers.at(-1)?.request?.jobId, (id) => id === job.id);
    await openai.files.delete(both[0].id);
    await assert.rejects(openai.files.retrieve(both[0].id), { status: 404 });
    assert.ok((await onDisk()).includes(both[0].id), 'the job keeps its copy');
    engine.trainers.at(-1)?.release();
    assert.equal((await ended(openai, job.id)).status, 'succeeded');
    await eventually(onDisk, (names) => !names.includes(both[0].id));

    const files = await onDisk();
    const begun = await openai.uploads.create({ filename: 'a.jsonl', purpose: 'fine-tune', bytes: 9, mime_type: 'text/jsonl' });
    let finish = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from('--b\r\nContent-Disposition: form-data; name="data"; filename="p"\r\n\r\n123'));
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        controller.enqueue(Buffer.from(`456789\r\n${end}`));
        controller.close();
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const sending = send(`/uploads/${begun.id}/parts`, { method: 'POST', headers, body, duplex: 'half' });
    await eventually(onDisk, (names) => names.length > files.length);
    await openai.uploads.cancel(begun.id);
    finish();
    assert.equal((await sending).status, 400);
    assert.deepEqual(await onDisk(), files);
  });

  it('row 38: a purpose that is missing, unknown or given twice', async () => {
    for (const [what, body] of [
      ['missing', file + end],
      ['unknown', file + part('name="purpose"', 'fun') + end],
      ['empty', file + part('name="purpose"', '') + end],
      ['other letters', file + part('name="purpose"', 'Fine-Tune') + end],
      ['that of a result', file + part('name="purpose"', 'fine-tune-results') + end],
      ['twice', file + purpose + purpose + end],
      ['a file', file + named('purpose', 'x') + end],
    ] as const) {
      const param = await assertRefused(() => sendForm(body), 400, what);
      assert.equal(param, what === 'a file' ? 'file' : 'purpose', what);
    }
  });
});

describe('result files', () => {
  it('come in base64 where that is asked for, as the service sends them', async () => {
    const other = await startTestEngine({ base64Results: true });
    const training = await upload(other.openai, chatLines(10));
    const job = await other.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: training.id });
    const { result_files } = await ended(other.openai, job.id);
    const response = await other.openai.files.content(result_files[0]!);
    const text = await response.text();
    assert.equal(Number(response.headers.get('content-length')), text.length);
    const csv = Buffer.from(text, 'base64');
    assert.equal(csv.toString('base64'), text);
    assert.match(csv.toString(), /^step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,/);
    assert.equal(csv.length, (await other.openai.files.retrieve(result_files[0]!)).bytes);
    assert.equal((await (await other.openai.files.content(training.id)).text()).slice(0, 2), '{"');
    await other.remove();
  });
});

/** A disk whose folder of files can be full or take bytes without keeping them. */
function diskOf(state: typeof disk): System {
  const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const wrap = (inner: OpenFile): OpenFile => ({
    read: (...args) => inner.read(...args),
    async write(buffer, offset, length, position) {
      if (state.full || state.free <= 0) throw full();
      if (state.swallow) return { bytesWritten: length };
      const taken = Math.min(length, state.free);
      state.free -= taken;
      return inner.write(buffer, offset, taken, position);
    },
    chmod: (mode) => inner.chmod(mode),
    chown: (uid, gid) => inner.chown(uid, gid),
    truncate: (length) => inner.truncate(length),
    stat: () => inner.stat(),
    sync: () => (state.failSync ? Promise.reject(full()) : inner.sync()),
    close: () => inner.close(),
  });
  return {
    ...realSystem,
    async open(path, flags, mode) {
      const inner = await realSystem.open(path, flags, mode);
      return /files[/\\]\.file-/.test(path) ? wrap(inner) : inner;
    },
  };
}

/** Uploads zeros, without saying how many unless `announce`; stops sending as soon as it is answered. */
function sendZeros(bytes: number, options: { readonly announce?: boolean } = {}): Promise<{ status: number; body: string; sent: number }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(engine.run.address.baseURL);
    const length = options.announce === true ? { 'content-length': bytes, expect: '100-continue' } : {};
    const headers = { ...authorization(), 'content-type': 'multipart/form-data; boundary=b', ...length };
    const request = httpRequest({ hostname, port, method: 'POST', path: '/v1/files', headers });
    let answered = false;
    let sent = 0;
    let goOn = (): void => undefined;
    request.on('drain', () => goOn());
    request.on('close', () => goOn());
    request.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), sent });
        request.destroy();
      });
    });
    request.on('error', (error) => (answered ? undefined : reject(error)));
    const zeros = Buffer.alloc(mebibyte);
    const write = async (): Promise<void> => {
      request.write('--b\r\nContent-Disposition: form-data; name="file"; filename="z.jsonl"\r\n\r\n');
      while (sent < bytes && !answered) {
        const chunk = zeros.subarray(0, Math.min(zeros.length, bytes - sent));
        sent += chunk.length;
        if (!request.write(chunk)) await new Promise<void>((next) => void (goOn = next));
      }
      if (!answered) request.end(`\r\n${purpose}${end}`);
    };
    if (options.announce === true) {
      request.on('continue', () => void write());
      request.flushHeaders();
    } else {
      void write();
    }
  });
}
