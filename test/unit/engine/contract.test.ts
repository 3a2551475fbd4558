import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { routes } from '../../../src/engine/server/routes.ts';
import { chatLines } from '../../support/chatLines.ts';
import { CheckedFetch, documented, noContract } from '../../support/openApi.ts';
import { ended, eventually, startTestEngine, upload, type TestEngine } from './serverFixture.ts';

/** Every route of the engine, asked by the real SDK; each answer is looked at on its way. */
describe('the contract', { concurrency: false }, () => {
  let engine: TestEngine;
  let openai: OpenAI;
  let clock = 1_800_000_000;
  let job: OpenAI.FineTuning.FineTuningJob;
  let model: string;
  before(async () => {
    engine = await startTestEngine({ now: () => clock, scripts: [{ epochs: 4 }] });
    openai = engine.openai;
  });
  after(() => engine.remove());
  const clean = (): Promise<void> => engine.answers.assertClean();
  const filesOnDisk = (): Promise<string[]> => readdir(join(engine.folder, 'files'));

  it('files: create, list, retrieve, content, delete', async () => {
    const made: string[] = [];
    for (const [name, purpose] of [['a.jsonl', 'fine-tune'], ['b.txt', 'user_data'], ['c.jsonl', 'batch'], ['d.txt', 'user_data']] as const) {
      clock += 1;
      const file = await openai.files.create({ file: await OpenAI.toFile(Buffer.from(name), name), purpose });
      assert.equal(file.expires_at, purpose === 'batch' ? clock + 30 * 24 * 3600 : null);
      made.push(file.id);
    }
    const ids = (page: { readonly data: readonly { readonly id: string }[] }): string[] => page.data.map(({ id }) => id);
    assert.deepEqual(ids(await openai.files.list()), made.toReversed());
    assert.deepEqual(ids(await openai.files.list({ order: 'asc', limit: 2 })), made.slice(0, 2));
    const next = await openai.files.list({ order: 'asc', after: made[1]! });
    assert.deepEqual([ids(next), next.has_more], [made.slice(2), false]);
    assert.deepEqual(ids(await openai.files.list({ purpose: 'user_data' })), [made[3], made[1]]);
    assert.deepEqual(ids(await openai.files.list({ purpose: 'vision' })), []);
    assert.equal((await openai.files.retrieve(made[0]!)).filename, 'a.jsonl');
    assert.equal(await (await openai.files.content(made[0]!)).text(), 'a.jsonl');
    for (const id of made) assert.deepEqual(await openai.files.delete(id), { id, object: 'file', deleted: true });
    await clean();
  });

  it('files: go when their time is over, by the clock of the engine', async () => {
    const file = await openai.files.create({
      file: await OpenAI.toFile(Buffer.from('x'), 'a.jsonl'),
      purpose: 'fine-tune',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    });
    assert.equal(file.expires_at, clock + 3600);
    clock += 3599;
    assert.equal((await openai.files.list()).data.length, 1);
    clock += 1;
    assert.equal((await openai.files.list()).data.length, 0);
    await assert.rejects(openai.files.retrieve(file.id), { status: 404 });
    await startAgain();
    assert.deepEqual(await filesOnDisk(), []);
    await clean();
  });

  const begin = (bytes: number, more: object = {}): Promise<OpenAI.Upload> =>
    openai.uploads.create({ filename: 'big.jsonl', purpose: 'fine-tune', bytes, mime_type: 'text/jsonl', ...more });
  const addPart = async (id: string, data: Buffer): Promise<string> =>
    (await openai.uploads.parts.create(id, { data: await OpenAI.toFile(data, 'part') })).id;

  it('uploads: parts come at the same time and are put in order at the end, with a checksum', async () => {
    const content = Buffer.from(Array.from({ length: 900_000 }, (_, index) => (index * 31) % 251));
    const cuts = [0, 1, 300_000, 300_005, content.length];
    const pieces = cuts.slice(1).map((end, index) => content.subarray(cuts[index], end));
    const begun = await begin(content.length, { expires_after: { anchor: 'created_at', seconds: 7200 } });
    assert.deepEqual([begun.status, begun.expires_at - begun.created_at, begun.file], ['pending', 3600, null]);
    const ids = await Promise.all(pieces.toReversed().map((piece) => addPart(begun.id, piece)));
    const part_ids = ids.toReversed();
    const md5 = createHash('md5').update(content).digest('hex');
    await assert.rejects(openai.uploads.complete(begun.id, { part_ids: ids, md5 }), { status: 400, param: 'md5' });
    for (const wrong of [[], part_ids.slice(1), [...part_ids, 'part_x'], [...part_ids.slice(1), part_ids[1]!]]) {
      await assert.rejects(openai.uploads.complete(begun.id, { part_ids: wrong }), { status: 400, param: 'part_ids' });
    }
    const done = await openai.uploads.complete(begun.id, { part_ids, md5: md5.toUpperCase() });
    assert.equal(done.status, 'completed');
    const file = done.file!;
    assert.deepEqual([file.bytes, file.filename, file.expires_at], [content.length, 'big.jsonl', clock + 7200]);
    assert.ok(Buffer.from(await (await openai.files.content(file.id)).arrayBuffer()).equals(content));
    assert.deepEqual(await filesOnDisk().then((names) => names.filter((name) => name.includes('part_'))), []);
    for (const late of [
      () => addPart(begun.id, Buffer.from('x')),
      () => openai.uploads.complete(begun.id, { part_ids }),
      () => openai.uploads.cancel(begun.id),
    ]) {
      await assert.rejects(late(), { status: 400, code: 'upload_completed' });
    }
    await openai.files.delete(file.id);
    await clean();
  });

  it('uploads: two that complete one at the same time make one file', async () => {
    const begun = await begin(200_000);
    const part = await addPart(begun.id, Buffer.alloc(200_000, 'x'));
    const results = await Promise.allSettled([1, 2, 3].map(() => openai.uploads.complete(begun.id, { part_ids: [part] })));
    const won = results.filter((result) => result.status === 'fulfilled');
    assert.equal(won.length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal((result.reason as { readonly code: string }).code, 'upload_completed');
    }
    const { data } = await openai.files.list();
    assert.deepEqual(data.map(({ id }) => id), [won[0]?.value.file?.id]);
    assert.deepEqual((await filesOnDisk()).filter((name) => name !== data[0]?.id), []);
    await openai.files.delete(data[0]!.id);
    await clean();
  });

  it('row 60: uploads: a part that is no longer what was sent is found when they are put together, and kept', async () => {
    const begun = await begin(6);
    const ids = [await addPart(begun.id, Buffer.from('{}\n')), await addPart(begun.id, Buffer.from('[]\n'))];
    const path = join(engine.folder, 'files', ids[1] ?? '');
    for (const damage of ['[ \n', '']) {
      const before = await readFile(path);
      await writeFile(path, damage);
      await assert.rejects(openai.uploads.complete(begun.id, { part_ids: ids }), { status: 500, code: 'bytes_lost' });
      assert.ok((await readdir(join(engine.folder, 'quarantine'))).some((name) => name.startsWith(ids[1] ?? '?')));
      await writeFile(path, before);
    }
    const { file } = await openai.uploads.complete(begun.id, { part_ids: ids });
    await openai.files.delete(file!.id);
    await clean();
  });

  it('uploads: cancelled or too late, they leave nothing behind', async () => {
    const before = await filesOnDisk();
    const cancelled = await begin(5);
    const part = await addPart(cancelled.id, Buffer.from('12345'));
    assert.equal((await openai.uploads.cancel(cancelled.id)).status, 'cancelled');
    await assert.rejects(openai.uploads.complete(cancelled.id, { part_ids: [part] }), { code: 'upload_cancelled' });
    await assert.rejects(addPart(cancelled.id, Buffer.from('x')), { code: 'upload_cancelled' });
    assert.deepEqual(await filesOnDisk(), before);

    const late = await begin(5);
    const latePart = await addPart(late.id, Buffer.from('12345'));
    clock += 3600;
    await assert.rejects(openai.uploads.complete(late.id, { part_ids: [latePart] }), { code: 'upload_expired' });
    await assert.rejects(addPart(late.id, Buffer.from('x')), { code: 'upload_expired' });
    await assert.rejects(openai.uploads.cancel(late.id), { code: 'upload_expired' });
    assert.ok((await filesOnDisk()).includes(latePart));
    const second = await startAgain();
    assert.deepEqual(await filesOnDisk(), before);
    await assert.rejects(second.openai.uploads.cancel(late.id), { code: 'upload_expired' });
    await clean();
  });

  it('uploads: what was begun goes on after the engine was started again', async () => {
    const begun = await begin(6);
    const first = await addPart(begun.id, Buffer.from('abc'));
    await startAgain();
    const second = await addPart(begun.id, Buffer.from('def'));
    const { file } = await openai.uploads.complete(begun.id, { part_ids: [second, first] });
    assert.equal(await (await openai.files.content(file!.id)).text(), 'defabc');
    await openai.files.delete(file!.id);
    await clean();
  });

  it('uploads: refuse what they cannot take, naming it', async () => {
    const good = { filename: 'a.jsonl', purpose: 'fine-tune', bytes: 5, mime_type: 'text/jsonl' };
    const gigabyte = 1024 ** 3;
    for (const [fields, name] of [
      [{ filename: undefined }, 'filename'],
      [{ filename: 'a.csv' }, 'filename'],
      [{ purpose: undefined }, 'purpose'],
      [{ purpose: 'fun' }, 'purpose'],
      [{ bytes: undefined }, 'bytes'],
      [{ bytes: 0 }, 'bytes'],
      [{ bytes: 8 * gigabyte + 1 }, 'bytes'],
      [{ bytes: '5' }, 'bytes'],
      [{ mime_type: undefined }, 'mime_type'],
      [{ expires_after: { anchor: 'created_at', seconds: 60 } }, 'expires_after[seconds]'],
      [{ expires_after: { anchor: 'now', seconds: 3600 } }, 'expires_after[anchor]'],
    ] as const) {
      const body = { ...good, ...fields } as OpenAI.UploadCreateParams;
      await assert.rejects(openai.uploads.create(body), { status: 400, param: name });
    }
    const begun = await begin(5);
    const boundless = 64 * 1024 * 1024;
    await assert.rejects(addPart(begun.id, Buffer.alloc(0)), { status: 400, param: 'data' });
    await assert.rejects(addPart(begun.id, Buffer.alloc(boundless + 1)), { status: 413, param: 'data' });
    await assert.rejects(addPart('upload_nothing', Buffer.from('x')), { status: 404 });
    await assert.rejects(openai.uploads.cancel(begun.id.toLowerCase()), { status: 404 });
    await addPart(begun.id, Buffer.alloc(boundless));
    await openai.uploads.cancel(begun.id);
    await clean();
  });

  it('jobs: create, list, retrieve, events, checkpoints, result file, pause, resume, cancel', async () => {
    const training = await upload(openai, chatLines(12));
    const validation = await upload(openai, chatLines(11));
    const created = await openai.fineTuning.jobs.create({
      model: 'tunesmith-tiny',
      training_file: training.id,
      validation_file: validation.id,
      suffix: 'my-suffix',
      seed: 7,
      metadata: { team: 'a' },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 4 } } },
    });
    job = await ended(openai, created.id);
    model = job.fine_tuned_model ?? '';
    assert.match(model, /^ft:tunesmith-tiny:local:my-suffix:[A-Za-z0-9]{8}$/);
    const events: string[] = [];
    for await (const event of openai.fineTuning.jobs.listEvents(job.id, { limit: 3 })) events.push(event.id);
    const all = await openai.fineTuning.jobs.listEvents(job.id, { limit: 1000 });
    assert.deepEqual([events, all.has_more], [all.data.map(({ id }) => id), false]);
    const checkpoints: number[] = [];
    for await (const one of openai.fineTuning.jobs.checkpoints.list(job.id, { limit: 2 })) checkpoints.push(one.step_number);
    assert.deepEqual(checkpoints, [12, 9, 6]);
    const result = await (await openai.files.content(job.result_files[0]!)).text();
    assert.match(result, /^step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,3,0,/);
    engine.scripts.splice(0, engine.scripts.length, { hold: true }, {});
    const long = await openai.fineTuning.jobs.create({ model, training_file: training.id });
    await eventually(async () => engine.trainers.at(-1)?.request?.jobId, (id) => id === long.id);
    const waiting = await openai.fineTuning.jobs.create({ model, training_file: training.id });
    await eventually(() => openai.fineTuning.jobs.retrieve(waiting.id), ({ status }) => status === 'queued');
    assert.equal((await openai.fineTuning.jobs.pause(waiting.id)).status, 'paused');
    assert.equal((await openai.fineTuning.jobs.resume(waiting.id)).status, 'queued');
    assert.equal((await openai.fineTuning.jobs.cancel(waiting.id)).status, 'cancelled');
    assert.equal((await openai.fineTuning.jobs.cancel(long.id)).status, 'cancelled');
    const listed = await openai.fineTuning.jobs.list({ limit: 1 });
    assert.deepEqual([listed.data.map(({ id }) => id), listed.has_more], [[waiting.id], true]);
    assert.deepEqual((await openai.fineTuning.jobs.list({ metadata: { team: 'a' } })).data.map(({ id }) => id), [job.id]);
    await clean();
  });

  it('models: list, retrieve under either form of the id, delete; chat with a checkpoint', async () => {
    const { data } = await openai.models.list();
    assert.deepEqual(data.map(({ id }) => id), [model, ...[12, 9, 6].map((step) => `${model}:ckpt-step-${step}`), 'tunesmith-tiny']);
    const ask = (id: string): Promise<Response> =>
      engine.answers.fetch(`${engine.run.address.baseURL}/models/${id}`, { headers: { authorization: `Bearer ${engine.run.apiKey}` } });
    for (const id of [model, encodeURIComponent(model)]) {
      assert.equal(((await (await ask(id)).json()) as OpenAI.Model).id, model);
    }
    await openai.chat.completions.create({ model: `${model}:ckpt-step-6`, messages: [{ role: 'user', content: 'hi' }] });
    assert.deepEqual(await openai.models.delete(`${model}:ckpt-step-6`), { id: `${model}:ckpt-step-6`, object: 'model', deleted: true });
    await assert.rejects(openai.models.retrieve(`${model}:ckpt-step-6`), { status: 404 });
    await assert.rejects(openai.models.delete('tunesmith-tiny'), { status: 403 });
    await clean();
  });

  it('permissions: none, and none can be given', async () => {
    // The SDK sends another key here; this engine has only one.
    const { permissions } = openai.withOptions({ adminAPIKey: engine.run.apiKey }).fineTuning.checkpoints;
    const page = await permissions.list(`${model}:ckpt-step-12`, { order: 'ascending', limit: 5 });
    assert.deepEqual([page.data, page.has_more], [[], false]);
    await assert.rejects(Promise.resolve(permissions.create(model, { project_ids: ['proj_x'] })), { status: 400, param: 'project_ids' });
    await assert.rejects(Promise.resolve(permissions.create(model, { project_ids: [] })), { status: 400, param: 'project_ids' });
    await assert.rejects(permissions.delete('cp_x', { fine_tuned_model_checkpoint: model }), { status: 404 });
    await assert.rejects(Promise.resolve(permissions.list('ft:tunesmith-tiny:local::nothing1')), { status: 404 });
    await assert.rejects(Promise.resolve(permissions.list('tunesmith-tiny')), { status: 400 });
    await clean();
  });

  it('fields that the contract has and the engine lacks are refused by name, others are ignored', async () => {
    const training_file = job.training_file;
    const create = (more: object): Promise<unknown> =>
      openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file, ...more });
    const wandb = [{ type: 'wandb', wandb: { project: 'p' } }];
    await assert.rejects(create({ integrations: wandb }), { status: 400, param: 'integrations' });
    for (const type of ['dpo', 'reinforcement']) {
      await assert.rejects(create({ method: { type } }), { status: 400, param: 'method.type' });
    }
    const made = (await create({ favourite_colour: 'blue' })) as OpenAI.FineTuning.FineTuningJob;
    assert.ok(!('favourite_colour' in made));
    await ended(openai, made.id);
    await clean();
  });

  it('every operation that one machine can have was answered', { skip: noContract }, () => {
    const expected = [
      'DELETE /files/{file_id}',
      'DELETE /models/{model}',
      'GET /files',
      'GET /files/{file_id}',
      'GET /files/{file_id}/content',
      'GET /fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions',
      'GET /fine_tuning/jobs',
      'GET /fine_tuning/jobs/{fine_tuning_job_id}',
      'GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints',
      'GET /fine_tuning/jobs/{fine_tuning_job_id}/events',
      'GET /models',
      'GET /models/{model}',
      'POST /chat/completions',
      'POST /files',
      'POST /fine_tuning/jobs',
      'POST /fine_tuning/jobs/{fine_tuning_job_id}/cancel',
      'POST /fine_tuning/jobs/{fine_tuning_job_id}/pause',
      'POST /fine_tuning/jobs/{fine_tuning_job_id}/resume',
      'POST /uploads',
      'POST /uploads/{upload_id}/cancel',
      'POST /uploads/{upload_id}/complete',
      'POST /uploads/{upload_id}/parts',
    ];
    assert.deepEqual(expected.filter((operation) => !engine.answers.answered.has(operation)), []);
  });

  it('the routes are those of the document, graders left out', { skip: noContract }, () => {
    // Graders belong to reinforcement, which this engine does not do; completions are older than the document.
    const served = routes.filter(({ path }) => path.startsWith('/v1/')).map(({ method, path }) => `${method} ${path.slice('/v1'.length)}`);
    const wanted = documented.filter((operation) => !operation.includes('/graders/'));
    assert.deepEqual(served.toSorted(), [...wanted, 'POST /completions'].toSorted());
  });

  /** Ends the engine and starts the next one in its folder; both answer under one address. */
  async function startAgain(): Promise<TestEngine> {
    await engine.close();
    await clean();
    const { answered } = engine.answers;
    engine = await startTestEngine({ now: () => clock, folder: engine.folder, scripts: [{ epochs: 4 }] });
    for (const operation of answered) engine.answers.answered.add(operation);
    openai = engine.openai;
    return engine;
  }
});

describe('looking at answers', () => {
  const wrong: readonly (readonly [string, number, unknown, RegExp])[] = [
    ['/v1/files', 200, { object: 'list', data: [], has_more: false }, /first_id/],
    ['/v1/files/file-x', 200, { id: 'file-x', object: 'file' }, /bytes[\s\S]*the id file-x is malformed/],
    ['/v1/models', 200, { object: 'list', data: [{ id: 'm', object: 'model', created: 'today', owned_by: 'x', shutdown_date: null }] }, /created/],
    ['/v1/models', 500, { message: 'oh' }, /error/],
    ['/v1/assistants', 200, {}, /no operation/],
    ['/v1/assistants', 400, { error: { message: 'm', type: 't', param: null, code: null } }, /does not exist/],
  ];
  for (const [path, status, body, problem] of wrong) {
    it(`finds what is wrong with ${path} ${status}`, { skip: noContract }, async () => {
      const server = createServer((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': `req_${'0'.repeat(32)}` });
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const answers = new CheckedFetch();
      await (await answers.fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();
      await assert.rejects(answers.assertClean(), problem);
      server.close();
      server.closeAllConnections();
    });
  }
});
