import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createService } from '../../../src/api/service.ts';
import { isTerminal } from '../../../src/core/jobs/jobStatus.ts';
import { ServiceError, type ChatPart, type FileUpload, type Service } from '../../../src/core/providers/port.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { runEngine, type EngineRun } from '../../../src/engine/run.ts';
import { workerThread } from '../../../src/engine/server/thread.ts';

const signal = new AbortController().signal;
const engineFolder = join(import.meta.dirname, '../../../src/engine');
const question = 'What do bees make?';

function toUpload(lines: readonly string[]): FileUpload {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return {
    filename: 'train.jsonl',
    bytes: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

const examples = Array.from({ length: 12 }, (_, index) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: index === 0 ? question : `Question ${index}?` },
      { role: 'assistant', content: index === 0 ? 'Honey' : `Answer ${index}` },
    ],
  }),
);

/** The client against the real Local engine: two implementations of one contract. */
describe('the client and the Local engine', () => {
  let folder: string;
  let engine: EngineRun;
  let service: Service;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-api-'));
    engine = await runEngine({
      dataFolder: folder,
      version: '0.0.0',
      threads: 1,
      idleSeconds: 0,
      startTrainer: workerThread(join(engineFolder, 'trainerThread.ts')),
      startGenerator: workerThread(join(engineFolder, 'generatorThread.ts')),
      log: () => undefined,
    });
    service = createService({ baseURL: engine.address.baseURL, apiKey: engine.apiKey });
  });

  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function untilDone(jobId: string): Promise<WireJob> {
    for (;;) {
      const { job } = await service.retrieveJob(jobId, signal);
      if (isTerminal(job)) return job;
      await sleep(100);
    }
  }

  it('do a whole job together: upload, train, watch, ask', async () => {
    const file = await service.uploadFile(toUpload(examples), signal);
    assert.equal((await service.retrieveFile(file.id, signal)).filename, 'train.jsonl');
    assert.equal(Buffer.from(await service.fileContent(file.id, signal)).toString(), examples.map((line) => `${line}\n`).join(''));

    const supervised = { hyperparameters: { n_epochs: 1, batch_size: 4 } };
    const request = { model: 'tunesmith-tiny', training_file: file.id, seed: 1, suffix: 'bees', method: { type: 'supervised', supervised } };
    const created = await service.createJob(request, signal);
    const job = await untilDone(created.id);
    assert.equal(job.status, 'succeeded', job.error?.message ?? '');
    assert.equal(job.error, null);
    const [resultFile] = job.result_files;
    const model = job.fine_tuned_model ?? '';
    assert.ok(model.includes('bees') && resultFile);

    const jobs = await service.listJobs({ limit: 1 }, signal);
    assert.deepEqual([jobs.data[0]?.id, jobs.has_more], [job.id, false]);
    const first = await service.listEvents(job.id, { limit: 2 }, signal);
    assert.deepEqual([first.data.length, first.has_more], [2, true]);
    const next = await service.listEvents(job.id, { limit: 100, after: first.data[1]?.id ?? '' }, signal);
    assert.ok(next.data.length > 0 && next.data.every(({ id }) => first.data.every((event) => event.id !== id)));
    const checkpoints = await service.listCheckpoints(job.id, {}, signal);
    assert.equal(typeof checkpoints.data[0]?.metrics.train_loss, 'number');
    assert.ok((await service.fileContent(resultFile, signal)).length > 0);
    assert.ok((await service.listModels(signal)).some(({ id }) => id === model));

    const parts: ChatPart[] = [];
    const messages = [{ role: 'user', content: question }] as const;
    const chat = { model, messages, temperature: 0, maxTokens: 8 };
    for await (const part of service.streamChat(chat, signal)) parts.push(part);
    const end = parts.at(-1);
    assert.ok(end?.kind === 'end' && end.finishReason !== null && end.usage !== null);
    assert.ok(end.usage.prompt_tokens > 0 && end.usage.completion_tokens <= 8);
  });

  it('agree about what goes wrong', async () => {
    const facts = async (work: Promise<unknown>): Promise<ServiceError['facts']> => {
      const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
      assert.ok(error instanceof ServiceError, String(error));
      return error.facts;
    };
    const { baseURL } = engine.address;
    const stranger = createService({ baseURL, apiKey: 'wrong-key-0123456789' });
    assert.equal((await facts(stranger.listJobs({}, signal))).kind, 'unauthorized');
    assert.equal((await facts(createService({ baseURL, apiKey: null }).listJobs({}, signal))).kind, 'unauthorized');
    assert.equal((await facts(service.retrieveJob('ftjob-none', signal))).kind, 'notFound');
    const noFile = await facts(service.createJob({ model: 'tunesmith-tiny', training_file: 'file-none' }, signal));
    assert.deepEqual([noFile.kind, noFile.param], ['rejected', 'training_file']);
    const chat = { model: 'ft:none', messages: [{ role: 'user', content: 'x' }] as const, temperature: 0 };
    const asked = (async () => {
      for await (const part of service.streamChat(chat, signal)) void part;
    })();
    assert.deepEqual([(await facts(asked)).kind, (await facts(asked)).code], ['notFound', 'model_not_found']);
  });

  it('end a job in the middle, and tell a bad file', async () => {
    const file = await service.uploadFile(toUpload(examples), signal);
    const supervised = { hyperparameters: { n_epochs: 50 } };
    const job = await service.createJob({ model: 'tunesmith-tiny', training_file: file.id, method: { type: 'supervised', supervised } }, signal);
    await service.cancelJob(job.id, signal);
    assert.equal((await untilDone(job.id)).status, 'cancelled');

    const short = await service.uploadFile(toUpload(examples.slice(0, 3)), signal);
    const failed = await untilDone((await service.createJob({ model: 'tunesmith-tiny', training_file: short.id }, signal)).id);
    assert.deepEqual([failed.status, failed.error?.code], ['failed', 'invalid_n_examples']);
  });

  it('stream a file that is too large to be read first', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const count = 160;
    const upload: FileUpload = {
      filename: 'large.jsonl',
      bytes: chunk.length * count,
      async *open() {
        for (let index = 0; index < count; index += 1) yield chunk;
      },
    };
    assert.equal((await service.uploadFile(upload, signal)).bytes, upload.bytes);
  });
});
