import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { ServiceError, type Service } from '../../../src/core/providers/port.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { Faults } from '../../../src/engine/server/faults.ts';
import { chatLines } from '../../support/chatLines.ts';
import { eventually, startTestEngine, type TestEngine } from '../engine/serverFixture.ts';

const signal = new AbortController().signal;
const request = { model: 'tunesmith-tiny', training_file: '' };

async function withFaults(text: string, use: (service: Service, engine: TestEngine) => Promise<void>): Promise<void> {
  const engine = await startTestEngine({ faults: new Faults(text) });
  try {
    await use(createService({ baseURL: engine.run.address.baseURL, apiKey: engine.run.apiKey }), engine);
  } finally {
    await engine.remove();
  }
}

function uploadTo(service: Service): Promise<{ readonly id: string }> {
  const bytes = Buffer.from(chatLines(10).map((line) => `${line}\n`).join(''));
  return service.uploadFile({ filename: 'train.jsonl', bytes: bytes.length, async *open() { yield bytes; } }, signal);
}

async function begin(service: Service): Promise<WireJob> {
  return service.createJob({ ...request, training_file: (await uploadTo(service)).id }, signal);
}

function reaches(service: Service, id: string, ...statuses: readonly string[]): Promise<WireJob> {
  return eventually(async () => (await service.retrieveJob(id, signal)).job, ({ status }) => statuses.includes(status));
}

async function failure(work: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  return error instanceof ServiceError ? error : assert.fail(`no ServiceError but ${String(error)}`);
}

describe('the client and a service that fails', () => {
  it('tells of 429 with the time to wait, and creates nothing twice', () =>
    withFaults('rate-limit POST /v1/fine_tuning/jobs x2', async (service) => {
      const { id } = await uploadTo(service);
      for (const _ of [1, 2]) {
        const { facts } = await failure(service.createJob({ ...request, training_file: id }, signal));
        assert.deepEqual([facts.kind, facts.status, facts.retryAfter], ['rateLimited', 429, 1]);
      }
      assert.equal((await service.listJobs({}, signal)).data.length, 0);
      await service.createJob({ ...request, training_file: id }, signal);
      assert.equal((await service.listJobs({}, signal)).data.length, 1);
    }));

  it('reads again after two 500s, and tells of three; what creates is told of at once', () =>
    withFaults('server-error GET /v1/models x2, server-error GET /v1/files/{file_id} x3, server-error POST /v1/files', async (service) => {
      assert.ok((await service.listModels(signal)).length > 0);
      assert.equal((await failure(service.retrieveFile('file-x', signal))).facts.kind, 'serverFault');
      assert.equal((await failure(uploadTo(service))).facts.status, 500);
      await uploadTo(service);
    }));

  it('keeps what a cut stream brought, and knows that it is not all', () =>
    withFaults('cut-stream POST /v1/chat/completions', async (service) => {
      const job = await reaches(service, (await begin(service)).id, 'succeeded');
      const ask = async (): Promise<string> => {
        for await (const part of service.streamChat({ ...chat, model: job.fine_tuned_model ?? '' }, signal)) {
          if (part.kind === 'text') text += part.text;
        }
        return text;
      };
      const chat = { messages: [{ role: 'user', content: 'one two three' }] as const, temperature: 0 };
      let text = '';
      assert.equal((await failure(ask())).facts.kind, 'cutOff');
      assert.equal(text, 'one ');
      text = '';
      assert.equal(await ask(), 'one two three');
    }));

  it('sees a job that stands still, and can end it', () =>
    withFaults('stall-job', async (service, engine) => {
      const { id } = await begin(service);
      await reaches(service, id, 'running');
      // A job that is ended before it has a trainer does not use up the fault.
      await eventually(async () => engine.trainers.length, (count) => count === 1);
      const { data } = await service.listEvents(id, { limit: 100 }, signal);
      assert.ok(data.every(({ type }) => type === 'message'));
      await service.cancelJob(id, signal);
      assert.equal((await service.retrieveJob(id, signal)).job.status, 'cancelled');
      assert.equal((await reaches(service, (await begin(service)).id, 'succeeded', 'failed')).status, 'succeeded');
    }));

  it('tells why a job failed moderation', () =>
    withFaults('fail-moderation', async (service) => {
      const job = await reaches(service, (await begin(service)).id, 'failed');
      assert.deepEqual([job.error?.code, job.error?.param], ['invalid_training_file', 'training_file']);
      assert.match(job.error?.message ?? '', /failed moderation safety checks/);
    }));
});

describe('what asks for faults', () => {
  it('is understood or refused, never passed over', () => {
    for (const text of ['', 'rate_limit', 'stall-job x', 'server-error PUT /v1/files', 'cut-stream;stall-job', 'x2', 'stall-job,']) {
      assert.throws(() => new Faults(text), /is no fault/, text);
    }
  });

  it('is the environment of the command line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-faults-'));
    const start = (faults: string) =>
      spawn(process.execPath, [...process.execArgv.filter((argument) => !argument.startsWith('--test')), join(import.meta.dirname, '../../../src/cli.ts'), 'engine', '--data', folder], {
        env: { ...process.env, TUNESMITH_TEST_FAULTS: faults },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    try {
      const misspelled = start('rate-limits');
      const [code] = (await once(misspelled, 'exit')) as [number];
      assert.equal(code, 2);

      const engine = start('server-error GET /v1/models x3');
      const exit = once(engine, 'exit');
      const [line] = (await once(engine.stdout.setEncoding('utf8'), 'data')) as [string];
      const service = createService(JSON.parse(line) as { baseURL: string; apiKey: string });
      assert.equal((await failure(service.listModels(signal))).facts.kind, 'serverFault');
      assert.equal((await service.listModels(signal)).length, 1);
      engine.kill('SIGTERM');
      await exit;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
