import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { nebiusProfile } from '../../../src/core/providers/nebius.ts';
import type { Service } from '../../../src/core/providers/port.ts';
import { toPointsFromCheckpoints } from '../../../src/core/metrics/points.ts';
import * as answers from '../../fixtures/providers/nebius.ts';
import { listenAt, type Routes } from '../../support/fakeRoutes.ts';
import { json, type Loopback } from './loopback.ts';

const signal = new AbortController().signal;

async function withNebius(routes: Routes, use: (service: Service, loopback: Loopback) => Promise<void>): Promise<void> {
  await using loopback = await listenAt(routes);
  await use(createService({ baseURL: loopback.baseURL, apiKey: 'key', wire: nebiusProfile.wire }), loopback);
}

function asked(loopback: Loopback): unknown {
  return JSON.parse(loopback.last.body.toString());
}

describe('a job of Nebius', () => {
  const request = { model: answers.job.model, training_file: 'file-train' };
  const table: readonly (readonly [name: string, request: Parameters<Service['createJob']>[0], body: object])[] = [
    ['says that it trains an adapter', request, { ...request, hyperparameters: { lora: true } }],
    [
      'has the learning rate itself, and no field that nobody documents',
      {
        ...request,
        validation_file: 'file-valid',
        suffix: 'tunes',
        metadata: { ours: '1' },
        seed: null,
        method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 5, batch_size: 'auto', learning_rate_multiplier: 2e-5 } } },
      },
      { ...request, validation_file: 'file-valid', suffix: 'tunes', hyperparameters: { lora: true, n_epochs: 5, learning_rate: 2e-5 } },
    ],
    ['takes older hyperparameters', { ...request, hyperparameters: { batch_size: 8 } }, { ...request, hyperparameters: { lora: true, batch_size: 8 } }],
  ];
  for (const [name, given, body] of table) {
    it(name, () =>
      withNebius({ 'POST /v1/fine_tuning/jobs': json(200, answers.job) }, async (service, loopback) => {
        const job = await service.createJob(given, signal);
        assert.equal(job.status, 'running', 'it may run as soon as it is there');
        assert.deepEqual(asked(loopback), body);
      }));
  }

  it('tells its steps and the rate itself', () =>
    withNebius({ 'GET /v1/fine_tuning/jobs/*': json(200, answers.job) }, async (service) => {
      const { job } = await service.retrieveJob('ftjob-0a1b2c', signal);
      assert.deepEqual([job.trained_steps, job.total_steps], [40, 125]);
      assert.deepEqual(job.hyperparameters, { n_epochs: 5, batch_size: 32, learning_rate_multiplier: 0.00002 });
    }));

  it('has its metrics and its weights in checkpoints', () =>
    withNebius(
      { 'GET /v1/fine_tuning/jobs/*/checkpoints': json(200, answers.checkpoints), 'GET /v1/fine_tuning/jobs/*/events': json(200, answers.events) },
      async (service) => {
        const { data } = await service.listCheckpoints('ftjob-0a1b2c', {}, signal);
        assert.deepEqual(toPointsFromCheckpoints(data), [{ step: 50, trainLoss: 1.1, validLoss: 1.25 }]);
        assert.deepEqual(data[0]?.result_files, ['file-adapter', 'file-config']);
        assert.equal((await service.listEvents('ftjob-0a1b2c', {}, signal)).data.length, 2);
      },
    ));

  it('is never uploaded in parts', () =>
    withNebius({}, async (service) => assert.equal(service.uploads, undefined)));
});

describe('a tuned model of Nebius', () => {
  const request = { name: 'tunes', baseModel: answers.job.model, jobId: 'ftjob-0a1b2c', checkpointId: 'ftckpt_2' };

  it('is served once it has been asked for, under the name that the service gives', () => {
    const states = ['validating', 'validating', 'active'];
    return withNebius(
      {
        'POST /v0/models': json(200, answers.deploying),
        'GET /v0/models/*': (response, seen) => json(200, { ...answers.deploying, status: states.shift() })(response, seen),
      },
      async (service, loopback) => {
        const deployments = service.deployments ?? assert.fail();
        const deployment = await deployments.create(request, signal);
        assert.deepEqual(deployment, { name: 'tunes-AbCd', state: 'preparing', status: 'validating' });
        assert.deepEqual(asked(loopback), {
          name: 'tunes',
          // Trained under one name, served under another.
          base_model: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
          source: 'ftjob-0a1b2c:ftckpt_2',
          description: 'Tuned by ftjob-0a1b2c',
        });
        assert.equal(loopback.last.headers.authorization, 'Bearer key');
        assert.equal((await deployments.retrieve(deployment.name, signal)).model, undefined);
        await deployments.retrieve(deployment.name, signal);
        assert.deepEqual(await deployments.retrieve(deployment.name, signal), { name: 'tunes-AbCd', state: 'ready', status: 'active', model: 'tunes-AbCd' });
      },
    );
  });

  it('that cannot be served says why', () =>
    withNebius({ 'GET /v0/models/*': json(200, { ...answers.deploying, status: 'error', status_reason: 'rank is too high' }) }, async (service) => {
      const deployment = await service.deployments?.retrieve('tunes-AbCd', signal);
      assert.deepEqual(deployment, { name: 'tunes-AbCd', state: 'failed', status: 'error', reason: 'rank is too high' });
    }));

  it('in a state that nobody knows is not ready', () =>
    withNebius({ 'GET /v0/models/*': json(200, { status: 'warming' }) }, async (service) => {
      assert.deepEqual(await service.deployments?.retrieve('x', signal), { name: 'x', state: 'preparing', status: 'warming' });
    }));

  it('is withdrawn by name', () =>
    withNebius({ 'DELETE /v0/models/*': json(200, {}) }, async (service, loopback) => {
      await service.deployments?.delete('a/b', signal);
      assert.equal(loopback.last.path, '/v0/models/a%2Fb');
    }));
});
