import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { toPointsFromCheckpoints } from '../../../src/core/metrics/points.ts';
import { isTerminal } from '../../../src/core/jobs/jobStatus.ts';
import type { Fetch } from '../../../src/api/client.ts';
import type { Service } from '../../../src/core/providers/port.ts';
import { listenAt } from '../../support/fakeRoutes.ts';
import { json } from './loopback.ts';

const signal = new AbortController().signal;
const data = join(import.meta.dirname, '../../../../shared/data/jobs');
const skip = existsSync(data) ? false : `there is no ${data}`;
const resource = 'https://mine.openai.azure.com/openai/v1';
const project = 'https://mine.services.ai.azure.com/api/projects/team/openai/v1';

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(data, name), 'utf8'));
}

type Asked = { readonly url: string; readonly method: string; readonly headers: Headers; readonly body: string };

/** A service at an address that is not on this machine: what is asked is written down and answered here. */
function at(baseURL: string, answer: unknown, more: Partial<Parameters<typeof createService>[0]> = {}): { service: Service; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch: Fetch = async (url, init) => {
    const request = new Request(url as string, init as RequestInit & { duplex: 'half' });
    asked.push({ url: request.url, method: request.method, headers: request.headers, body: await request.text() });
    return Response.json(answer);
  };
  return { service: createService({ baseURL, apiKey: 'k'.repeat(32), wire: 'azure', fetch, ...more }), asked };
}

describe('answers that Azure has given', { skip }, () => {
  it('a job that is only wanted has no result yet', async () => {
    await using loopback = await listenAt({ 'GET /v1/fine_tuning/jobs/*': json(200, read('azure_job_pending.json')) });
    const service = createService({ baseURL: loopback.baseURL, apiKey: 'k', wire: 'azure' });
    const { job } = await service.retrieveJob('ftjob-900fcfc7ea1d4360a9f0cb1697b4eaa6', signal);
    assert.deepEqual([job.status, isTerminal(job), job.result_files], ['pending', false, []]);
    // -1 is its way to write auto.
    assert.deepEqual(job.hyperparameters, { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 1 });
  });

  it('checkpoints are points of a curve', async () => {
    await using loopback = await listenAt({ 'GET /v1/fine_tuning/jobs/*/checkpoints': json(200, read('azure_checkpoints_list.json')) });
    const { data: checkpoints } = await createService({ baseURL: loopback.baseURL, apiKey: 'k', wire: 'azure' }).listCheckpoints('j', {}, signal);
    assert.deepEqual(toPointsFromCheckpoints(checkpoints).map(({ step }) => step), [80, 90, 100]);
    assert.match(checkpoints[1]?.fine_tuned_model_checkpoint ?? '', /:ckpt-step-90$/);
  });
});

describe('what Azure is asked', () => {
  const job = { id: 'ftjob-1', status: 'pending' };
  const tiers: readonly (readonly [model: string, given: string | undefined, sent: string | undefined])[] = [
    ['gpt-4.1-mini-2025-04-14', undefined, undefined],
    ['gpt-4.1-mini-2025-04-14', 'developer', 'developer'],
    ['gpt-oss-20b', undefined, 'globalStandard'],
    ['gpt-oss-20b', 'standard', 'standard'],
    ['Ministral-3B', undefined, 'globalStandard'],
    ['Some-New-Open-Model', undefined, 'globalStandard'],
    ['gpt-5-mini', undefined, undefined],
    ['gpt-4.1-2025-04-14.ft-0123456789abcdef', undefined, undefined],
    ['Ministral-3B.ft-0123456789abcdef-mine', undefined, 'globalStandard'],
  ];
  for (const [model, trainingType, sent] of tiers) {
    it(`${model}${trainingType === undefined ? '' : ` in ${trainingType}`} is trained in ${sent ?? 'the tier that counts if none is named'}`, async () => {
      const { service, asked } = at(project, job);
      await service.createJob({ model, training_file: 'file-1', ...(trainingType === undefined ? {} : { trainingType }) }, signal);
      assert.equal((JSON.parse(asked[0]?.body ?? '') as { trainingType?: string }).trainingType, sent);
      assert.equal(asked[0]?.url, `${project}/fine_tuning/jobs`, 'no api-version');
    });
  }

  const token = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;
  const keys: readonly (readonly [name: string, more: object, authorization: string | null, apiKey: string | null])[] = [
    ['a key as bearer token', {}, `Bearer ${'k'.repeat(32)}`, null],
    ['a key in its own header', { keyHeader: 'api-key' }, null, 'k'.repeat(32)],
    ['a token of Entra ID as bearer token, whatever the connection says of keys', { keyHeader: 'api-key', apiKey: token }, `Bearer ${token}`, null],
    ['no key', { apiKey: null, keyHeader: 'api-key' }, null, null],
  ];
  for (const [name, more, authorization, apiKey] of keys) {
    it(`carries ${name}`, async () => {
      const { service, asked } = at(resource, { data: [] }, more);
      await service.listModels(signal);
      assert.deepEqual([asked[0]?.headers.get('authorization'), asked[0]?.headers.get('api-key')], [authorization, apiKey]);
    });
  }
});

describe('files in parts at Azure', () => {
  const upload = { id: 'upload_1', status: 'pending' };

  it('go to the classic API of the resource, on the same host', async () => {
    const { service, asked } = at(resource, upload);
    await service.uploads?.create({ filename: 'a.jsonl', bytes: 5 }, signal);
    await service.uploads?.addPart('upload_1', new Uint8Array(Buffer.from('hello')), signal);
    await service.uploads?.complete('upload_1', ['part_1'], 'm'.repeat(32), signal);
    await service.uploads?.cancel('upload_1', signal);
    const classic = 'https://mine.openai.azure.com/openai/uploads';
    assert.deepEqual(asked.map(({ url }) => url), [
      `${classic}?api-version=2025-04-01-preview`,
      `${classic}/upload_1/parts?api-version=2025-04-01-preview`,
      `${classic}/upload_1/complete?api-version=2025-04-01-preview`,
      `${classic}/upload_1/cancel?api-version=2025-04-01-preview`,
    ]);
    assert.match(asked[1]?.headers.get('content-type') ?? '', /^multipart\/form-data; boundary=/);
    assert.match(asked[1]?.body ?? '', /name="data"; filename="part"[\s\S]*hello/);
  });

  it('are not to be had at the address of a project', () => {
    assert.equal(at(project, upload).service.uploads, undefined);
    assert.equal(at('https://mine.services.ai.azure.com/openai/v1', upload).service.uploads, undefined);
  });

  it('are where OpenAI has them behind a gateway', async () => {
    const { service, asked } = at('https://gateway.example/v1', upload);
    await service.uploads?.create({ filename: 'a.jsonl', bytes: 5 }, signal);
    assert.equal(asked[0]?.url, 'https://gateway.example/v1/uploads');
  });
});
