import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { togetherProfile } from '../../../src/core/providers/together.ts';
import { ServiceError, type FileUpload, type Service } from '../../../src/core/providers/port.ts';
import { isTerminal } from '../../../src/core/jobs/jobStatus.ts';
import * as answers from '../../fixtures/providers/together.ts';
import { listenAt, type Routes } from '../../support/fakeRoutes.ts';
import { json, type Answer, type Loopback } from './loopback.ts';

const key = 'tgp_v1_0123456789abcdef';
const signal = new AbortController().signal;

async function withTogether(routes: Routes, use: (service: Service, loopback: Loopback) => Promise<void>): Promise<void> {
  await using loopback = await listenAt(routes);
  await use(createService({ baseURL: loopback.baseURL, apiKey: key, wire: togetherProfile.wire, headers: { 'X-Team': 'a' } }), loopback);
}

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  return error instanceof ServiceError ? error : assert.fail(`no ServiceError but ${String(error)}`);
}

function upload(text: string, filename = 'train.jsonl'): FileUpload {
  const bytes = Buffer.from(text);
  return {
    filename,
    bytes: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

describe('a job of Together', () => {
  it('is one of ours', () =>
    withTogether({ 'GET /v1/fine-tunes/*': json(200, answers.job) }, async (service, loopback) => {
      const { job } = await service.retrieveJob('ft-11111111-2222', signal);
      assert.equal(loopback.last.headers.authorization, `Bearer ${key}`);
      assert.deepEqual(job, {
        id: 'ft-11111111-2222',
        object: 'fine_tuning.job',
        created_at: Date.UTC(2026, 10, 20, 10) / 1000,
        model: 'org/base-8b',
        training_file: 'file-train',
        validation_file: 'file-valid',
        organization_id: '',
        status: 'running',
        seed: 7,
        result_files: [],
        fine_tuned_model: null,
        finished_at: null,
        trained_tokens: null,
        error: null,
        hyperparameters: { n_epochs: 3, batch_size: 'auto', learning_rate_multiplier: 0.00001 },
        method: { type: 'supervised' },
        integrations: null,
        // 10:10:00 and 130 seconds, to the next minute.
        estimated_finish: Date.UTC(2026, 10, 20, 10, 13) / 1000,
        metadata: null,
        user_provided_suffix: 'tunes',
        trained_steps: 10,
        total_steps: 30,
        total_price: 1.25,
      });
    }));

  const states: readonly (readonly [theirs: string, ours: string, terminal: boolean])[] = [
    ['pending', 'pending', false],
    ['queued', 'queued', false],
    ['running', 'running', false],
    ['compressing', 'running', false],
    ['uploading', 'running', false],
    ['cancel_requested', 'cancelling', false],
    ['cancelled', 'cancelled', true],
    ['error', 'failed', true],
    ['user_error', 'failed', true],
    ['completed', 'succeeded', true],
    ['hibernating', 'hibernating', false],
  ];
  for (const [theirs, ours, terminal] of states) {
    it(`«${theirs}» is «${ours}», ${terminal ? 'an end' : 'no end'}`, () =>
      withTogether({ 'GET /v1/fine-tunes/*': json(200, { ...answers.job, status: theirs }) }, async (service) => {
        const { job } = await service.retrieveJob('ft-1', signal);
        assert.equal(job.status, ours);
        assert.equal(isTerminal(job), terminal);
        assert.equal(job.fine_tuned_model, theirs === 'completed' ? 'me/base-8b-tunes-abcdef01' : null);
        assert.equal(job.finished_at !== null, terminal);
      }));
  }

  it('says why it failed', () =>
    withTogether({ 'GET /v1/fine-tunes/*': json(200, answers.failed) }, async (service) => {
      assert.equal((await service.retrieveJob('ft-1', signal)).job.error?.message, 'Training data has no examples');
    }));

  it('needs nothing but its id', () =>
    withTogether({ 'GET /v1/fine-tunes/*': json(200, { id: 'ft-1', n_epochs: '3', token_count: null, events: 'x', progress: 5 }) }, async (service) => {
      const { job } = await service.retrieveJob('ft-1', signal);
      assert.deepEqual([job.status, job.hyperparameters?.n_epochs, job.created_at], ['unknown', 3, 0]);
    }));

  it('comes in pages, newest first, though the service has one list', async () => {
    const all = Array.from({ length: 5 }, (_, index) => ({ ...answers.job, id: `ft-${index}`, created_at: `2026-11-2${index}T00:00:00Z` }));
    await withTogether({ 'GET /v1/fine-tunes': json(200, { data: all }) }, async (service) => {
      const first = await service.listJobs({ limit: 2 }, signal);
      assert.deepEqual([first.data.map(({ id }) => id), first.has_more], [['ft-4', 'ft-3'], true]);
      const last = await service.listJobs({ limit: 3, after: 'ft-3' }, signal);
      assert.deepEqual([last.data.map(({ id }) => id), last.has_more], [['ft-2', 'ft-1', 'ft-0'], false]);
      assert.deepEqual((await service.listJobs({ after: 'ft-gone' }, signal)).data, []);
    });
  });

  it('tells its events, checkpoints and steps', () =>
    withTogether(
      {
        'GET /v1/fine-tunes/*/events': json(200, answers.events),
        'GET /v1/fine-tunes/*/checkpoints': json(200, answers.checkpoints),
        'GET /v1/fine-tunes/*/metrics': json(200, answers.metrics),
      },
      async (service, loopback) => {
        const { data } = await service.listEvents('ft-1', { limit: 2 }, signal);
        assert.deepEqual(data.map(({ level, message }) => [level, message]), [['warn', 'Low balance'], ['info', 'Epoch completed, at step 10']]);
        assert.deepEqual(data[1]?.data, { step: 10, total_steps: 30 });
        const ids = (await service.listEvents('ft-1', { limit: 100 }, signal)).data.map(({ id }) => id);
        assert.equal(new Set(ids).size, 4);
        const checkpoints = await service.listCheckpoints('ft-1', {}, signal);
        assert.deepEqual(checkpoints.data.map(({ id, step_number }) => [id, step_number]), [['ft-1:30', 30], ['ft-1:10', 10]]);
        assert.deepEqual(await service.metrics?.steps('ft-1', 0, signal), [
          { step: 1, train_loss: 2.5 },
          { step: 2, train_loss: 2.25 },
          { step: 2, full_valid_loss: 2.4 },
        ]);
        assert.equal(loopback.last.path, '/v1/fine-tunes/ft-1/metrics');
        await service.metrics?.steps('ft-1', 12, signal);
        assert.equal(loopback.last.path, '/v1/fine-tunes/ft-1/metrics?global_step_from=12');
      },
    ));

  it('is cancelled by a call of its own, and neither paused nor resumed', () =>
    withTogether({ 'POST /v1/fine-tunes/*/cancel': json(200, { ...answers.job, status: 'cancel_requested' }) }, async (service, loopback) => {
      assert.equal((await service.cancelJob('ft/1', signal)).status, 'cancelling');
      assert.equal(loopback.last.path, '/v1/fine-tunes/ft%2F1/cancel');
      assert.equal((await failureOf(service.pauseJob('ft-1', signal))).facts.code, 'not_offered');
    }));
});

describe('what Together is asked for', () => {
  const request = { model: 'org/base-8b', training_file: 'file-train' };
  const table: readonly (readonly [name: string, request: Parameters<Service['createJob']>[0], body: object])[] = [
    ['all of it its choice', request, { ...request, training_method: { method: 'sft', train_on_inputs: 'auto' } }],
    [
      'everything said',
      {
        ...request,
        validation_file: 'file-valid',
        suffix: 'tunes',
        seed: 7,
        metadata: { ours: '1' },
        method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 3, batch_size: 8, learning_rate_multiplier: 2e-5 } } },
      },
      {
        ...request,
        validation_file: 'file-valid',
        suffix: 'tunes',
        random_seed: 7,
        n_epochs: 3,
        n_evals: 3,
        batch_size: 8,
        learning_rate: 2e-5,
        training_method: { method: 'sft', train_on_inputs: 'auto' },
      },
    ],
    [
      'older hyperparameters, with auto',
      { ...request, hyperparameters: { n_epochs: 'auto', batch_size: 4 } },
      { ...request, batch_size: 4, training_method: { method: 'sft', train_on_inputs: 'auto' } },
    ],
    [
      'preferences',
      { ...request, method: { type: 'dpo', dpo: { hyperparameters: { beta: 0.2, n_epochs: 2 } } } },
      { ...request, n_epochs: 2, training_method: { method: 'dpo', dpo_beta: 0.2 } },
    ],
  ];
  for (const [name, asked, body] of table) {
    it(name, () =>
      withTogether({ 'POST /v1/fine-tunes': json(200, answers.job) }, async (service, loopback) => {
        assert.equal((await service.createJob(asked, signal)).id, answers.job.id);
        assert.deepEqual(JSON.parse(loopback.last.body.toString()), body);
      }));
  }

  it('a method that it does not have is not sent', () =>
    withTogether({}, async (service, loopback) => {
      const { facts } = await failureOf(service.createJob({ ...request, method: { type: 'reinforcement' } }, signal));
      assert.deepEqual([facts.kind, facts.code], ['rejected', 'not_offered']);
      assert.equal(loopback.seen.length, 0);
    }));

  it('the price comes before the job', () =>
    withTogether({ 'POST /v1/fine-tunes/estimate-price': json(200, answers.estimate) }, async (service, loopback) => {
      const estimate = await service.estimates?.price({ ...request, suffix: 's', hyperparameters: { n_epochs: 2, batch_size: 8 } }, signal);
      assert.deepEqual(estimate, { price: 4.2, trainedTokens: 21_000, allowed: true });
      assert.deepEqual(JSON.parse(loopback.last.body.toString()), { ...request, n_epochs: 2, training_method: { method: 'sft', train_on_inputs: 'auto' } });
    }));

  it('models that write', () =>
    withTogether({ 'GET /v1/models': json(200, answers.models) }, async (service) => {
      assert.deepEqual((await service.listModels(signal)).map(({ id }) => id), ['org/base-8b', 'org/new-kind']);
      assert.equal((await failureOf(service.retrieveModel('org/none', signal))).facts.code, 'model_not_found');
    }));

  it('a chat is the same as everywhere', () =>
    withTogether({ 'POST /v1/chat/completions': json(200, { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }) }, async (service) => {
      const parts = [];
      for await (const part of service.streamChat({ model: 'm', messages: [{ role: 'user', content: 'hi' }], temperature: 0 }, signal)) parts.push(part.kind);
      assert.deepEqual(parts, ['text', 'end']);
    }));
});

describe('a file of Together', () => {
  /** The place that the service names is another server, as it is in the world. */
  async function withPlace(put: Answer, use: (service: Service, loopback: Loopback, place: Loopback) => Promise<void>): Promise<void> {
    await using place = await listenAt({ 'PUT /bucket/*': put });
    const address = `${place.baseURL.replace('/v1', '')}/bucket/one?signature=permission`;
    const ask: Answer = (response) => void response.writeHead(302, { location: address, 'x-together-file-id': 'file-train' }).end();
    await withTogether({ 'POST /v1/files': ask, 'GET /v1/files/*': json(200, answers.file) }, (service, loopback) => use(service, loopback, place));
  }

  it('goes where the service says, with its length and without the key', () =>
    withPlace((response) => void response.writeHead(200).end(), async (service, loopback, place) => {
      const file = await service.uploadFile(upload('{"a":"ö"}\n', 'rows & more.jsonl'), signal);
      assert.deepEqual([file.id, file.status], ['file-train', 'processed']);
      assert.equal(loopback.seen[0]?.path, '/v1/files?file_name=rows%20%26%20more.jsonl&file_type=jsonl&purpose=fine-tune');
      const { headers, body, path } = place.last;
      assert.equal(body.toString(), '{"a":"ö"}\n');
      assert.equal(path, '/bucket/one?signature=permission');
      assert.equal(headers['content-length'], '11');
      assert.equal(headers['transfer-encoding'], undefined);
      assert.equal(headers.authorization, undefined);
      assert.equal(headers['x-team'], undefined);
      assert.doesNotMatch(JSON.stringify(headers), /tgp_/);
    }));

  it('that the place refuses is told, and not sent again', () =>
    withPlace(json(403, { error: 'expired' }), async (service, _loopback, place) => {
      const { facts, message } = await failureOf(service.uploadFile(upload('{}\n'), signal));
      assert.deepEqual([facts.kind, facts.status, facts.code], ['rejected', 403, 'upload_refused']);
      assert.doesNotMatch(message, /signature|permission/);
      assert.equal(place.seen.length, 1);
    }));

  it('that changes meanwhile is an error of its own', () =>
    withPlace((response) => void response.writeHead(200).end(), async (service) => {
      await assert.rejects(service.uploadFile({ ...upload('{}\n'), bytes: 2 }, signal), /changed while it was uploaded/);
    }));

  const places: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['without an address', { 'x-together-file-id': 'file-1' }],
    ['without an id', { location: 'https://place.example/x' }],
    ['in the open', { location: 'http://place.example/x', 'x-together-file-id': 'file-1' }],
    ['on the disk', { location: 'file:///etc/passwd', 'x-together-file-id': 'file-1' }],
  ];
  for (const [name, headers] of places) {
    it(`is not sent to a place ${name}`, () =>
      withTogether({ 'POST /v1/files': (response) => void response.writeHead(302, headers).end() }, async (service) => {
        assert.equal((await failureOf(service.uploadFile(upload('{}\n'), signal))).facts.code, 'invalid_answer');
      }));
  }

  it('is listed with what its check found', () =>
    withTogether({ 'GET /v1/files': json(200, { data: [answers.file, answers.invalidFile, { ...answers.file, id: 'e', purpose: 'eval' }] }) }, async (service) => {
      const { data } = await service.listFiles({}, signal);
      assert.deepEqual(data.map(({ id, status, status_details }) => [id, status, status_details]), [
        ['file-bad', 'error', 'Line 7: messages[1] must contain a role field'],
        ['file-train', 'processed', null],
      ]);
    }));
});
