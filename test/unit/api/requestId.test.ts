import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { ServiceError, type Wire } from '../../../src/core/providers/port.ts';
import { listenAt } from '../../support/fakeRoutes.ts';
import { json } from './loopback.ts';

const signal = new AbortController().signal;
const failed = { id: 'ftjob-1', object: 'fine_tuning.job', created_at: 5, model: 'm', status: 'failed', error: { code: 'server_error', message: 'internal error', param: null } };

const cases: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, id: string | undefined])[] = [
  ['OpenAI’s', { 'x-request-id': 'req_0a1b2c3d' }, 'req_0a1b2c3d'],
  ['the one of Azure’s gateway', { 'apim-request-id': '0d6a3f2e-5b7c-4a11-9d3e-7f0c2b1a9e88' }, '0d6a3f2e-5b7c-4a11-9d3e-7f0c2b1a9e88'],
  ['the service’s rather than its gateway’s', { 'apim-request-id': 'gateway', 'x-request-id': 'service' }, 'service'],
  ['none where the service says none', { 'x-other-id': 'req_1' }, undefined],
  ['none where it is empty', { 'x-request-id': ' ' }, undefined],
  ['none that is no id', { 'x-request-id': 'a sentence of words' }, undefined],
  ['none that is too long to be one', { 'x-request-id': 'r'.repeat(201) }, undefined],
];
const wires: readonly (readonly [wire: Wire, route: string])[] = [
  ['openai', 'GET /v1/fine_tuning/jobs/*'],
  ['azure', 'GET /v1/fine_tuning/jobs/*'],
  ['nebius', 'GET /v1/fine_tuning/jobs/*'],
  ['together', 'GET /v1/fine-tunes/*'],
];

describe('what a service calls the question about a job', () => {
  for (const [name, headers, id] of cases) {
    for (const [wire, route] of wires) {
      it(`${wire}: ${name}`, async () => {
        await using loopback = await listenAt({ [route]: json(200, failed, headers) });
        const answer = await createService({ baseURL: loopback.baseURL, apiKey: 'k', wire }).retrieveJob('ftjob-1', signal);
        assert.equal(answer.requestId, id);
        assert.equal(answer.job.id, 'ftjob-1');
      });
    }
    it(`a refusal: ${name}`, async () => {
      await using loopback = await listenAt({ 'GET /v1/fine_tuning/jobs/*': json(400, { error: { message: 'No.' } }, headers) });
      const refused = createService({ baseURL: loopback.baseURL, apiKey: 'k' }).retrieveJob('ftjob-1', signal);
      await assert.rejects(refused, (error) => error instanceof ServiceError && error.facts.requestId === id);
    });
  }
});
