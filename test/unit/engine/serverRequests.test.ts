import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { chatLines } from '../../support/chatLines.ts';
import { ended, eventually, startTestEngine, upload, type TestEngine } from './serverFixture.ts';

let engine: TestEngine;
let model: string;
let fileId: string;
before(async () => {
  engine = await startTestEngine();
  fileId = (await upload(engine.openai, chatLines(10))).id;
  const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: fileId, suffix: 'x' });
  model = (await ended(engine.openai, job.id)).fine_tuned_model ?? '';
});
after(() => engine.remove());

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${engine.run.address.baseURL}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${engine.run.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a request for a job', () => {
  const supervised = (hyperparameters: object) => ({ method: { type: 'supervised', supervised: { hyperparameters } } });
  const bad: readonly (readonly [object, string])[] = [
    [{ model: undefined }, 'model'],
    [{ model: 'gpt-4o' }, 'model'],
    [{ model: 5 }, 'model'],
    [{ training_file: undefined }, 'training_file'],
    [{ training_file: 'file-nothing' }, 'training_file'],
    [{ validation_file: 'file-nothing' }, 'validation_file'],
    [{ suffix: 'a b' }, 'suffix'],
    [{ suffix: 'a:b' }, 'suffix'],
    [{ suffix: '' }, 'suffix'],
    [{ suffix: 'x'.repeat(65) }, 'suffix'],
    [{ seed: -1 }, 'seed'],
    [{ seed: 2_147_483_648 }, 'seed'],
    [{ seed: 1.5 }, 'seed'],
    [{ seed: '7' }, 'seed'],
    [supervised({ n_epochs: 0 }), 'method.supervised.hyperparameters.n_epochs'],
    [supervised({ n_epochs: 51 }), 'method.supervised.hyperparameters.n_epochs'],
    [supervised({ batch_size: 257 }), 'method.supervised.hyperparameters.batch_size'],
    [supervised({ batch_size: 'many' }), 'method.supervised.hyperparameters.batch_size'],
    [supervised({ learning_rate_multiplier: 0 }), 'method.supervised.hyperparameters.learning_rate_multiplier'],
    [{ hyperparameters: { n_epochs: 2.5 } }, 'hyperparameters.n_epochs'],
    [{ hyperparameters: [] }, 'hyperparameters'],
    [{ method: { type: 'dpo' } }, 'method.type'],
    [{ method: {} }, 'method.type'],
    [{ metadata: { a: 1 } }, 'metadata'],
    [{ metadata: { ['k'.repeat(65)]: 'v' } }, 'metadata'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) }, 'metadata'],
    [{ integrations: [{ type: 'wandb', wandb: { project: 'p' } }] }, 'integrations'],
  ];
  for (const [fields, param] of bad) {
    it(`is refused for ${JSON.stringify(fields).slice(0, 70)}`, async () => {
      const response = await post('/fine_tuning/jobs', { model: 'tunesmith-tiny', training_file: fileId, ...fields });
      const { error } = (await response.json()) as { error: { param: string; type: string } };
      assert.equal(response.status, 400);
      assert.equal(error.param, param);
      assert.equal(error.type, 'invalid_request_error');
    });
  }

  it('takes the ends of every range, in either place', async () => {
    const { openai } = engine;
    for (const hyperparameters of [{ n_epochs: 1, batch_size: 256, learning_rate_multiplier: 1e-9 }, { n_epochs: 50, batch_size: 1 }]) {
      for (const where of [{ hyperparameters }, supervised(hyperparameters)]) {
        const response = await post('/fine_tuning/jobs', { model: 'tunesmith-tiny', training_file: fileId, seed: 2_147_483_647, ...where });
        const job = (await response.json()) as { id: string; hyperparameters: object };
        assert.equal(response.status, 200);
        assert.deepEqual(job.hyperparameters, { learning_rate_multiplier: 'auto', ...hyperparameters });
        assert.equal((await ended(openai, job.id)).status, 'succeeded');
      }
    }
  });

  it('is found again by its metadata, and in pages, newest first', async () => {
    const { openai } = engine;
    for (const team of ['a', 'a', 'b']) {
      const job = await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: fileId, metadata: { team } });
      await ended(openai, job.id);
    }
    const named = await openai.fineTuning.jobs.list({ metadata: { team: 'a' } });
    assert.equal(named.data.length, 2);
    const ids = [];
    for await (const job of openai.fineTuning.jobs.list({ limit: 2 })) ids.push(job.id);
    const whole = await openai.fineTuning.jobs.list({ limit: 100 });
    assert.deepEqual(ids, whole.data.map((job) => job.id));
    assert.equal(whole.has_more, false);
    assert.equal(whole.data[0]?.metadata?.['team'], 'b');
    const none = await openai.fineTuning.jobs.list({ limit: 100, metadata: null });
    assert.ok(none.data.length > 0 && none.data.every((job) => job.metadata === null));
    for (const query of ['limit=0', 'limit=-1', 'limit=x', 'limit=1e9', 'after=ftjob-nothing']) {
      await assert.rejects(openai.get(`/fine_tuning/jobs?${query}`), { status: 400 });
    }
  });
});

describe('files', () => {
  const send = (body: string | Buffer, type = 'multipart/form-data; boundary=b'): Promise<Response> =>
    fetch(`${engine.run.address.baseURL}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.run.apiKey}`, 'content-type': type },
      body: new Uint8Array(Buffer.from(body)),
    });
  const part = (name: string, value: string, filename?: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n${value}\r\n`;
  const file = part('file', '{}\n', 'a.jsonl');
  const purpose = part('purpose', 'fine-tune');
  const end = '--b--\r\n';

  it('come back byte for byte, are listed and deleted', async () => {
    const { openai } = engine;
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7919) % 256));
    const made = await openai.files.create({ file: await OpenAI.toFile(bytes, 'ünïcode "1".bin'), purpose: 'user_data' });
    assert.deepEqual(Object.keys(made).toSorted(), ['bytes', 'created_at', 'expires_at', 'filename', 'id', 'object', 'purpose', 'status', 'status_details']);
    assert.equal(made.bytes, bytes.length);
    const back = Buffer.from(await (await openai.files.content(made.id)).arrayBuffer());
    assert.ok(back.equals(bytes));
    assert.deepEqual((await openai.files.list({ purpose: 'user_data' })).data.map((item) => item.id), [made.id]);
    assert.deepEqual(await openai.files.delete(made.id), { id: made.id, object: 'file', deleted: true });
    await assert.rejects(openai.files.retrieve(made.id), { status: 404 });
    await assert.rejects(openai.files.content(made.id), { status: 404 });
    await assert.rejects(openai.files.delete(made.id), { status: 404 });
    assert.ok(!(await readdir(join(engine.folder, 'files'))).includes(made.id));
  });

  it('expire when asked to', async () => {
    const made = await engine.openai.files.create({
      file: await OpenAI.toFile(Buffer.from('x'), 'a.jsonl'),
      purpose: 'fine-tune',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    });
    assert.equal(made.expires_at, made.created_at + 3600);
  });

  const refused: readonly (readonly [string, string, number])[] = [
    ['no file', purpose + end, 400],
    ['no purpose', file + end, 400],
    ['an unknown purpose', file + part('purpose', 'fun') + end, 400],
    ['a purpose twice', file + purpose + purpose + end, 400],
    ['two files', file + file + purpose + end, 400],
    ['a file of another name', part('data', 'x', 'a.jsonl') + purpose + end, 400],
    ['an empty file', part('file', '', 'a.jsonl') + purpose + end, 400],
    ['no .jsonl', part('file', 'x', 'a.csv') + purpose + end, 400],
    ['no name', '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n' + purpose + end, 400],
    ['a name of 300 characters', part('file', 'x', `${'n'.repeat(300)}.jsonl`) + purpose + end, 400],
    ['twenty parts', file + purpose + Array.from({ length: 20 }, (_, index) => part(`p${index}`, 'x')).join('') + end, 400],
    ['an odd expiry', file + purpose + part('expires_after[anchor]', 'created_at') + part('expires_after[seconds]', '5') + end, 400],
    ['no end', file + purpose, 400],
    ['no body', '', 400],
    ['no boundary in it', 'hello', 400],
  ];
  for (const [name, body, status] of refused) {
    it(`refuses an upload with ${name} and leaves nothing behind`, async () => {
      const before = await readdir(join(engine.folder, 'files'));
      const response = await send(body);
      assert.equal(response.status, status, await response.clone().text());
      assert.ok(((await response.json()) as { error: object }).error);
      assert.deepEqual(await readdir(join(engine.folder, 'files')), before);
    });
  }

  it('refuses an upload cut at any byte, and goes on', async () => {
    const whole = file + purpose + end;
    const before = (await engine.openai.files.list()).data.length;
    for (let length = 0; length < whole.length - 4; length += 3) {
      const response = await send(whole.slice(0, length));
      assert.equal(response.status, 400, `cut at ${length}: ${await response.text()}`);
    }
    assert.equal((await engine.openai.files.list()).data.length, before);
    const response = await send(whole);
    assert.equal(response.status, 200);
  });

  it('refuses other types of bodies', async () => {
    assert.equal((await send(file + purpose + end, 'application/json')).status, 415);
    assert.equal((await send(file + purpose + end, 'multipart/form-data')).status, 400);
  });

  it('keeps names as data', async () => {
    for (const name of ['../../x.jsonl', 'C:\\x.jsonl', 'CON.jsonl', '\u202Egnp.jsonl', '__proto__.jsonl']) {
      const response = await send(part('file', 'x', name) + purpose + end);
      const made = (await response.json()) as { id: string; filename: string };
      assert.equal(response.status, 200);
      assert.ok(!/[\u202E/]/.test(made.filename), made.filename);
      assert.ok((await readdir(join(engine.folder, 'files'))).includes(made.id));
    }
  });

  it('drops an upload whose sender goes away', async () => {
    const before = await readdir(join(engine.folder, 'files'));
    const stop = new AbortController();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(file.slice(0, -2))),
      pull: () => new Promise(() => undefined),
    });
    const sending = fetch(`${engine.run.address.baseURL}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.run.apiKey}`, 'content-type': 'multipart/form-data; boundary=b' },
      body,
      duplex: 'half',
      signal: stop.signal,
    });
    await eventually(() => readdir(join(engine.folder, 'files')), (names) => names.length > before.length);
    stop.abort();
    await assert.rejects(sending);
    await eventually(() => readdir(join(engine.folder, 'files')), (names) => names.length === before.length);
  });
});

describe('models', () => {
  it('are found under their ids, with the colon literal or encoded', async () => {
    for (const id of [model, encodeURIComponent(model)]) {
      const response = await fetch(`${engine.run.address.baseURL}/models/${id}`, { headers: { authorization: `Bearer ${engine.run.apiKey}` } });
      assert.equal(((await response.json()) as { id: string }).id, model);
    }
    await assert.rejects(engine.openai.models.retrieve('gpt-4o'), { status: 404, code: 'model_not_found' });
    await assert.rejects(engine.openai.models.retrieve(`${model}:ckpt-step-99`), { status: 404 });
  });

  it('in use by a job cannot be deleted', async () => {
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const job = await engine.openai.fineTuning.jobs.create({ model, training_file: fileId });
    await assert.rejects(engine.openai.models.delete(model), { status: 409 });
    await engine.openai.fineTuning.jobs.cancel(job.id);
  });
});

describe('own routes', () => {
  it('tell that the engine lives', async () => {
    const response = await fetch(new URL('/tunesmith/health', engine.run.address.baseURL), { headers: { authorization: `Bearer ${engine.run.apiKey}` } });
    const health = (await response.json()) as { version: string; pid: number; jobs_active: number };
    assert.equal(health.version, '1.2.3');
    assert.equal(health.pid, process.pid);
    assert.equal(health.jobs_active, 0);
  });
});
