import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createService } from '../../../src/api/service.ts';
import { ServiceError, type Service, type ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { json, Loopback, raw, type Answer } from './loopback.ts';

const key = 'sk-test-0123456789';
const signal = new AbortController().signal;
const job = { id: 'ftjob-1', object: 'fine_tuning.job', created_at: 5, model: 'm', status: 'queued' };
const list = { object: 'list', data: [], has_more: false };

function serviceAt(loopback: Loopback, apiKey: string | null = key): Service {
  return createService({ baseURL: loopback.baseURL, apiKey, userAgent: 'Tunesmith/0.0.0' });
}

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ServiceError, `${String(error)} is no ServiceError`);
  return error;
}

describe('what a service is told', () => {
  it('gets the key as bearer token, our name, and nothing about the machine', async () => {
    await using loopback = await Loopback.listen(json(200, list));
    await serviceAt(loopback).listJobs({ limit: 3, after: 'ftjob-0' }, signal);
    const { headers, path } = loopback.last;
    assert.equal(path, '/v1/fine_tuning/jobs?limit=3&after=ftjob-0');
    assert.equal(headers.authorization, `Bearer ${key}`);
    assert.equal(headers['user-agent'], 'Tunesmith/0.0.0');
    for (const name of ['os', 'arch', 'runtime', 'runtime-version']) {
      assert.equal(headers[`x-stainless-${name}`], undefined, name);
    }
  });

  it('gets no Authorization header where there is no key', async () => {
    await using loopback = await Loopback.listen(json(200, list));
    await serviceAt(loopback, null).listModels(signal);
    assert.equal(loopback.last.headers.authorization, undefined);
  });

  it('is not changed by any OPENAI_ environment variable', async () => {
    await using foreign = await Loopback.listen(json(200, list));
    await using loopback = await Loopback.listen(json(200, list));
    const variables: Record<string, string> = {
      OPENAI_API_KEY: 'sk-foreign',
      OPENAI_ADMIN_KEY: 'sk-foreign-admin',
      OPENAI_BASE_URL: foreign.baseURL,
      OPENAI_ORG_ID: 'org-foreign',
      OPENAI_PROJECT_ID: 'proj-foreign',
      OPENAI_WEBHOOK_SECRET: 'foreign',
      OPENAI_CUSTOM_HEADERS: 'Authorization: Bearer sk-foreign\nX-Foreign: yes',
      OPENAI_LOG: 'debug',
    };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      await serviceAt(loopback).listJobs({}, signal);
      await serviceAt(loopback, null).listJobs({}, signal);
    } finally {
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
    assert.equal(foreign.seen.length, 0);
    assert.deepEqual(
      loopback.seen.map(({ headers }) => headers.authorization),
      [`Bearer ${key}`, undefined],
    );
    assert.doesNotMatch(JSON.stringify(loopback.seen.map(({ headers }) => headers)), /foreign/);
  });

  it('is not left for another address by a redirect', async () => {
    await using foreign = await Loopback.listen(json(200, job));
    await using loopback = await Loopback.listen(raw(307, '', { location: `${foreign.baseURL}/fine_tuning/jobs` }));
    const error = await failureOf(serviceAt(loopback).createJob({ model: 'm', training_file: 'file-1' }, signal));
    assert.equal(error.facts.code, 'redirected');
    assert.match(error.message, new RegExp(foreign.baseURL));
    assert.equal(foreign.seen.length, 0);
  });
});

describe('calls', () => {
  it('send the job as it is and read the answer', async () => {
    await using loopback = await Loopback.listen(json(200, job));
    const request = { model: 'm', training_file: 'file-1', seed: 7, method: { type: 'supervised' }, suffix: null };
    assert.equal((await serviceAt(loopback).createJob(request, signal)).id, 'ftjob-1');
    assert.deepEqual(JSON.parse(loopback.last.body.toString()), request);
  });

  it('encode ids in paths', async () => {
    await using loopback = await Loopback.listen(json(200, { ...list, ...job }));
    const service = serviceAt(loopback);
    await service.listEvents('a/../b', {}, signal);
    await service.retrieveJob('a/../b', signal);
    assert.deepEqual(
      loopback.seen.map(({ path }) => path),
      ['/v1/fine_tuning/jobs/a%2F..%2Fb/events', '/v1/fine_tuning/jobs/a%2F..%2Fb'],
    );
  });

  it('return a result file byte for byte', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff, 0x0a]);
    await using loopback = await Loopback.listen((response) => void response.writeHead(200).end(bytes));
    assert.deepEqual(Buffer.from(await serviceAt(loopback).fileContent('file-1', signal)), bytes);
  });

  it('never hold more of a file than was allowed, whether or not its size was announced', async () => {
    const tooLarge = { kind: 'rejected', code: 'download_too_large' };
    const bytes = Buffer.alloc(2000);
    await using announced = await Loopback.listen((response) => {
      response.writeHead(200, { 'content-length': String(bytes.length) }).end(bytes);
    });
    assert.deepEqual((await failureOf(serviceAt(announced).fileContent('f', signal, 1999))).facts, tooLarge);
    assert.equal((await serviceAt(announced).fileContent('f', signal, 2000)).length, 2000);

    let ended = false;
    await using endless = await Loopback.listen((response) => {
      const more = setInterval(() => response.write(bytes), 5);
      response.on('close', () => {
        clearInterval(more);
        ended = true;
      });
      response.writeHead(200).write(bytes);
    });
    assert.deepEqual((await failureOf(serviceAt(endless).fileContent('f', signal, 5000))).facts, tooLarge);
    for (let turn = 0; turn < 400 && !ended; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(ended, 'the download was ended');
  });

  const unrepeated: readonly [string, (service: Service) => Promise<unknown>][] = [
    ['createJob', (service) => service.createJob({ model: 'm', training_file: 'f' }, signal)],
    ['cancelJob', (service) => service.cancelJob('ftjob-1', signal)],
    ['uploadFile', (service) => service.uploadFile(toUpload('{}\n'), signal)],
    ['streamChat', (service) => collect(service)],
  ];
  for (const [name, call] of unrepeated) {
    it(`${name} is asked once, even if the service says "try again"`, async () => {
      await using loopback = await Loopback.listen(json(503, {}, { 'x-should-retry': 'true', 'retry-after-ms': '1' }));
      assert.equal((await failureOf(call(serviceAt(loopback)))).facts.kind, 'serverFault');
      assert.equal(loopback.seen.length, 1);
    });
  }

  it('reading is tried twice', async () => {
    let count = 0;
    await using loopback = await Loopback.listen((response, seen) => {
      count += 1;
      return (count === 1 ? json(503, {}, { 'retry-after-ms': '1' }) : json(200, job))(response, seen);
    });
    assert.equal((await serviceAt(loopback).retrieveJob('ftjob-1', signal)).job.status, 'queued');
    assert.equal(loopback.seen.length, 2);
  });
});

describe('failures', () => {
  const error = (message: string, more: object = {}): object => ({
    error: { message, type: 'invalid_request_error', param: null, code: null, ...more },
  });
  const table: readonly [string, Answer, ServiceErrorFacts, RegExp][] = [
    [
      'a wrong key',
      json(401, error(`Incorrect API key provided: ${key}.`, { code: 'invalid_api_key' }), { 'x-request-id': 'req_1' }),
      { kind: 'unauthorized', status: 401, code: 'invalid_api_key', requestId: 'req_1' },
      /^Incorrect API key provided: \[key\]\.$/,
    ],
    ['a closed door', json(403, error('No.')), { kind: 'forbidden', status: 403 }, /^No\.$/],
    [
      'an unknown job',
      json(404, error('No such job', { param: 'fine_tuning_job_id' })),
      { kind: 'notFound', status: 404, param: 'fine_tuning_job_id' },
      /^No such job$/,
    ],
    ['a bad value', json(400, error('Bad', { param: 'seed' })), { kind: 'rejected', status: 400, param: 'seed' }, /^Bad$/],
    ['a validation error of another server', json(422, { detail: 'Field required' }), { kind: 'rejected', status: 422 }, /^Field required$/],
    ['an error that is a text', json(400, { error: 'model not loaded' }), { kind: 'rejected', status: 400 }, /^model not loaded$/],
    [
      'too many requests',
      json(429, error('Slow down', { code: 'rate_limit_exceeded' }), { 'retry-after': '7', 'x-should-retry': 'false' }),
      { kind: 'rateLimited', status: 429, code: 'rate_limit_exceeded', retryAfter: 7, retryable: false },
      /^Slow down$/,
    ],
    [
      'an empty account',
      json(429, error('Quota', { type: 'insufficient_quota' }), { 'x-should-retry': 'false' }),
      { kind: 'rateLimited', status: 429, code: 'insufficient_quota', retryable: false },
      /^Quota$/,
    ],
    [
      'a gateway that answers with a page',
      raw(502, `<html>${'bad '.repeat(400)}</html>`, { 'content-type': 'text/html', 'x-should-retry': 'false' }),
      { kind: 'serverFault', status: 502, code: 'web_page', retryable: false },
      /^HTTP 502 with a web page$/,
    ],
    ['a web site', raw(200, '<html></html>', { 'content-type': 'text/html' }), { kind: 'serverFault', code: 'web_page' }, /^A web page answered\.$/],
    ['another JSON service', json(200, { hello: 1 }), { kind: 'serverFault', code: 'invalid_answer' }, /no job id/],
    ['broken JSON', raw(200, '{"id":', { 'content-type': 'application/json' }), { kind: 'serverFault', code: 'invalid_answer' }, /JSON/],
    [
      'a message with line breaks, escapes and direction marks',
      json(400, error('a\n\u001b[31mb\u202e')),
      { kind: 'rejected', status: 400 },
      /^a \[31mb$/,
    ],
  ];
  for (const [name, answer, facts, message] of table) {
    it(`${name} is ${facts.kind}`, async () => {
      await using loopback = await Loopback.listen(answer);
      const failure = await failureOf(serviceAt(loopback).retrieveJob('ftjob-1', signal));
      assert.deepEqual(failure.facts, facts);
      assert.match(failure.message, message);
    });
  }

  it('a web site is no empty list of jobs', async () => {
    await using loopback = await Loopback.listen(raw(200, '<html></html>', { 'content-type': 'text/html' }));
    assert.equal((await failureOf(serviceAt(loopback).listJobs({}, signal))).facts.code, 'web_page');
  });

  it('nobody listening is unreachable: nothing has happened', async () => {
    const loopback = await Loopback.listen(json(200, job));
    const service = serviceAt(loopback);
    await loopback[Symbol.asyncDispose]();
    const { facts } = await failureOf(service.createJob({ model: 'm', training_file: 'f' }, signal));
    assert.deepEqual(facts, { kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('a lost answer is cut off: it may have happened', async () => {
    await using loopback = await Loopback.listen((response) => void response.destroy());
    const { facts } = await failureOf(serviceAt(loopback).createJob({ model: 'm', training_file: 'f' }, signal));
    assert.equal(facts.kind, 'cutOff');
    assert.equal(loopback.seen.length, 1);
  });

  it('half a body is cut off', async () => {
    await using loopback = await Loopback.listen((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    assert.equal((await failureOf(serviceAt(loopback).fileContent('file-1', signal))).facts.kind, 'cutOff');
  });

  it('a signal that runs out of time is no cancellation, which nobody would be told of', async () => {
    await using loopback = await Loopback.listen(() => undefined);
    const { facts } = await failureOf(serviceAt(loopback).cancelJob('x', AbortSignal.timeout(20)));
    assert.equal(facts.kind, 'cutOff');
    assert.equal(facts.code, 'timeout');
    const either = AbortSignal.any([new AbortController().signal, AbortSignal.timeout(20)]);
    assert.equal((await failureOf(serviceAt(loopback).retrieveJob('x', either))).facts.kind, 'cutOff');
  });

  it('an abort is cancelled, before and while it is asked', async () => {
    const during = new AbortController();
    await using loopback = await Loopback.listen(() => during.abort());
    const service = serviceAt(loopback);
    assert.equal((await failureOf(service.retrieveJob('x', AbortSignal.abort()))).facts.kind, 'cancelled');
    assert.equal(loopback.seen.length, 0);
    assert.equal((await failureOf(service.retrieveJob('x', during.signal))).facts.kind, 'cancelled');
  });
});

async function collect(service: Service): Promise<void> {
  const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }], temperature: 0 } as const;
  for await (const part of service.streamChat(request, signal)) void part;
}

function toUpload(text: string): { filename: string; bytes: number; open(): AsyncIterable<Uint8Array> } {
  const bytes = Buffer.from(text);
  return {
    filename: 'train.jsonl',
    bytes: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}
