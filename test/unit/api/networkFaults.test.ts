import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { usualBounds, type Bounds } from '../../../src/api/bounds.ts';
import type { Fetch } from '../../../src/api/client.ts';
import type { Pauses } from '../../../src/api/retry.ts';
import { createService } from '../../../src/api/service.ts';
import { bufferedBytes } from '../../../src/api/upload.ts';
import { ServiceError, type Service, type ServiceErrorFacts } from '../../../src/core/providers/port.ts';
import { isTerminal } from '../../../src/core/jobs/jobStatus.ts';
import type { WireJob } from '../../../src/core/providers/wire.ts';
import { adviseOn, explainServiceError } from '../../../src/messages/serviceErrors.ts';
import { createCertificate, whyNoCertificates } from '../../support/certificates.ts';
import { json, Loopback, raw, type Answer } from './loopback.ts';

const key = 'sk-secret-0123456789abcdef';
const signal = new AbortController().signal;
const job = { id: 'ftjob-1', object: 'fine_tuning.job', created_at: 5, model: 'm', status: 'queued' };
const list = { object: 'list', data: [], has_more: false };

/** Pauses that take no time and are written down. */
function noted(random = 0.999): { readonly pauses: Pauses; readonly taken: number[] } {
  const taken: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void taken.push(milliseconds);
  return { pauses: { random: () => random, sleep }, taken };
}

type Extra = { readonly pauses?: Pauses; readonly bounds?: Partial<Bounds>; readonly fetch?: Fetch; readonly trainable?: readonly string[] };

function serviceAt(baseURL: string, extra: Extra = {}): Service {
  const { bounds, ...more } = extra;
  return createService({ baseURL, apiKey: key, pauses: noted().pauses, bounds: { ...usualBounds, ...bounds }, ...more });
}

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  return error instanceof ServiceError ? error : assert.fail(`no ServiceError but ${String(error)}`);
}

async function chat(service: Service): Promise<string> {
  let text = '';
  const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }], temperature: 0 } as const;
  for await (const part of service.streamChat(request, signal)) if (part.kind === 'text') text += part.text;
  return text;
}

/** What a person is shown says what happened and what to do, and nothing that only a machine should see. */
function assertReadable(error: ServiceError, next: RegExp): void {
  const text = explainServiceError(error);
  assert.match(text, next);
  assert.match(text, /\.$/);
  assert.doesNotMatch(text, /sk-secret|<html|<!doctype|\n|\bat \S+:\d+|Traceback|\{"|undefined|\[object/i);
  assert.ok(text.length < 900, text);
  assert.ok(adviseOn(error).title.length > 0);
}

describe('row 86: refusals, what is read about them and whether they are repeated', () => {
  const body = (more: object = {}): object => ({ error: { message: 'The reason.', type: 'x', param: null, code: null, ...more } });
  const inTenYears = new Date(Date.now() + 10 * 365 * 86_400_000).toUTCString();
  const table: readonly (readonly [name: string, answer: Answer, asked: number, row: string, next: RegExp, facts?: Partial<ServiceErrorFacts>])[] = [
    ['400', json(400, body()), 1, 'rejected', /Correct it and try again/],
    ['400 about a field', json(400, body({ param: 'seed' })), 1, 'badValue', /«seed»/],
    ['401', json(401, body()), 1, 'keyRefused', /Set API Key/],
    ['402', json(402, body()), 1, 'payment', /Check your account/],
    ['403', json(403, body()), 1, 'forbidden', /permissions, or switch/],
    ['404', json(404, body()), 1, 'notFound', /deleted/],
    ['404 with a page', raw(404, '<html><h1>Not Found</h1></html>', { 'content-type': 'text/html' }), 1, 'pageOf404', /base URL/],
    ['405', json(405, body()), 1, 'notAllowedThere', /base URL/],
    // `fetch` makes a nameless network error of it (Fetch Standard); how a proxy really says so is row 87.
    ['407', raw(407, 'Proxy Authentication Required'), 3, 'unreachable', /Check your network/],
    ['408', json(408, body()), 3, 'cutOff', /Refresh/],
    ['409', json(409, body({ code: 'lock' })), 3, 'conflict', /Refresh and try again/],
    ['413', json(413, body()), 1, 'fileTooLarge', /Split it/],
    ['422', json(422, { detail: [{ loc: ['body'], msg: 'Field required', type: 'missing' }] }), 1, 'rejected', /Field required/],
    ['429', json(429, body()), 3, 'rateLimited', /Try again in a minute/],
    ['429 for a second', json(429, body(), { 'retry-after': '1' }), 3, 'rateLimitedUntil', /in 1 seconds/, { retryAfter: 1 }],
    ['429 for 45 seconds', json(429, body(), { 'retry-after': '45' }), 1, 'rateLimitedUntil', /in 45 seconds/, { retryAfter: 45 }],
    ['429 until ten years from now', json(429, body(), { 'retry-after': inTenYears }), 1, 'rateLimitedUntil', /for days/],
    ['429 for ten years', json(429, body(), { 'retry-after': '315360000' }), 1, 'rateLimitedUntil', /for days/],
    ['429 for a time that is over', json(429, body(), { 'retry-after': '-5' }), 3, 'rateLimited', /in a minute/],
    ['429 for a time that is none', json(429, body(), { 'retry-after': 'soon' }), 3, 'rateLimited', /in a minute/],
    ['429 without credit', json(429, body({ type: 'insufficient_quota' })), 1, 'noCredit', /Add credit/],
    ['500', json(500, body(), { 'x-request-id': 'req_9' }), 3, 'serverFault', /Try again later\. Request ID: req_9/],
    ['500 with a stack', json(500, body({ message: 'Oops\n    at handler (/srv/app/secret.js:10:5)\n    at next (/srv/app.js:1:1)' })), 3, 'serverFault', /\(Oops\)/],
    ['500 with a traceback', json(500, { error: 'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in <module>\nKeyError' }), 3, 'serverFault', /HTTP 500/],
    ['502 with a page', raw(502, '<!DOCTYPE html><html><body>Bad Gateway</body></html>', { 'content-type': 'text/html' }), 3, 'gatewayPage', /web page \(HTTP 502\)/],
    ['502 with a page that is called text', raw(502, '<html>Bad Gateway</html>', { 'content-type': 'text/plain' }), 3, 'gatewayPage', /web page/],
    ['503', json(503, body()), 3, 'serverFault', /Try again later/],
    ['503 that says not to ask again', json(503, body(), { 'x-should-retry': 'false' }), 1, 'serverFault', /Try again later/],
    ['504', raw(504, ''), 3, 'serverFault', /HTTP 504/],
    ['507', json(507, body({ code: 'disk_full' })), 1, 'diskFull', /Make room/],
    ['511', raw(511, '<html>Sign in</html>', { 'content-type': 'text/html' }), 1, 'webPage', /sign-in/],
  ];
  for (const [name, answer, asked, row, next, facts] of table) {
    it(`row 86: ${name} is «${row}», asked ${asked === 1 ? 'once' : `${asked} times`}`, async () => {
      await using loopback = await Loopback.listen(answer);
      const error = await failureOf(serviceAt(loopback.baseURL).retrieveJob('ftjob-1', signal));
      assert.equal(adviseOn(error).id, row);
      assert.equal(loopback.seen.length, asked);
      assertReadable(error, next);
      for (const [fact, value] of Object.entries(facts ?? {})) assert.equal(error.facts[fact as keyof ServiceErrorFacts], value);
    });
    it(`row 86: a job is asked for once, whatever ${name} says`, async () => {
      await using loopback = await Loopback.listen(answer);
      const error = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
      assert.equal(loopback.seen.length, 1);
      assertReadable(error, /./);
    });
  }

  it('row 86: the pauses are as long as the service asks, and jitter otherwise', async () => {
    await using asking = await Loopback.listen(json(429, body(), { 'retry-after': '3' }));
    const obeyed = noted(0);
    await failureOf(serviceAt(asking.baseURL, { pauses: obeyed.pauses }).listModels(signal));
    assert.deepEqual(obeyed.taken, [3_000, 3_000]);
    await using failing = await Loopback.listen(json(500, body()));
    const full = noted(0.5);
    await failureOf(serviceAt(failing.baseURL, { pauses: full.pauses }).listModels(signal));
    assert.deepEqual(full.taken, [500, 1_000]);
  });

  it('row 86: nothing that a service quotes is a key', async () => {
    for (const quoted of [`Incorrect key ${key}`, 'Authorization: Bearer abcdefghijklmnop', 'sk-other-0123456789abcdef is wrong', 'token eyJhbGciOiJI.eyJzdWIiOiIx.c2ln']) {
      await using loopback = await Loopback.listen(json(401, { error: { message: quoted } }));
      const { message } = await failureOf(serviceAt(loopback.baseURL).listModels(signal));
      assert.match(message, /\[key\]/, quoted);
      assert.doesNotMatch(message, /sk-|eyJ|abcdefghijklmnop/);
    }
  });

  it('row 86: an abort ends a pause', async () => {
    await using loopback = await Loopback.listen(json(503, body(), { 'retry-after': '9' }));
    const controller = new AbortController();
    const service = createService({ baseURL: loopback.baseURL, apiKey: key });
    setTimeout(() => controller.abort(), 50);
    assert.equal((await failureOf(service.listModels(controller.signal))).facts.kind, 'cancelled');
    assert.equal(loopback.seen.length, 1);
  });
});

describe('row 87: the way to the service', () => {
  it('row 87: a host that does not exist', async () => {
    const error = await failureOf(serviceAt('http://nobody.invalid/v1').listModels(signal));
    assert.equal(error.facts.kind, 'unreachable');
    assert.equal(adviseOn(error).id, 'unknownHost');
    assertReadable(error, /host name/);
  });

  it('row 87: a port where nobody listens, and nothing has happened', async () => {
    const loopback = await Loopback.listen(json(200, job));
    const { baseURL } = loopback;
    await loopback[Symbol.asyncDispose]();
    const error = await failureOf(serviceAt(baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
    assert.deepEqual([error.facts.kind, adviseOn(error).id], ['unreachable', 'refusedConnection']);
    assertReadable(error, /service runs/);
  });

  it('row 87: an answer that breaks off in its middle: what was asked may have happened', async () => {
    await using loopback = await Loopback.listen((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"id":"ftjob-1",');
      setTimeout(() => response.destroy(), 10);
    });
    const error = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
    assert.equal(error.facts.kind, 'cutOff');
    assert.equal(loopback.seen.length, 1, 'no second bill');
    assertReadable(error, /Refresh before trying again/);
  });

  it('row 87: a connection that is reset before any answer', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const error = await failureOf(serviceAt(baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
    server.close();
    assert.equal(error.facts.kind, 'cutOff');
  });

  it('row 87: something that does not speak HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const error = await failureOf(serviceAt(baseURL).listModels(signal));
    server.close();
    assertReadable(error, /./);
  });

  const skip = whyNoCertificates() ?? false;
  for (const [name, expired, code, row] of [
    ['expired', true, 'CERT_HAS_EXPIRED', 'expired'],
    ['self-signed', false, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
  ] as const) {
    it(`row 87: a certificate that is ${name}`, { skip }, async () => {
      const server = createTlsServer(createCertificate({ expired }), (_request, response) => void response.end('{}'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { pauses, taken } = noted();
      const error = await failureOf(serviceAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, { pauses }).listModels(signal));
      server.closeAllConnections();
      server.close();
      assert.deepEqual([error.facts.kind, error.facts.code, adviseOn(error).id], ['unreachable', code, row]);
      assert.deepEqual(taken, [], 'a certificate does not mend itself');
      assertReadable(error, /certificate/i);
    });
  }

  it('row 87: the sign-in of a network answers everything with a page', async () => {
    await using loopback = await Loopback.listen(raw(200, '<!DOCTYPE html><html>Welcome to the hotel</html>', { 'content-type': 'text/html; charset=utf-8' }));
    const service = serviceAt(loopback.baseURL);
    const calls = [
      () => service.listJobs({}, signal),
      () => service.retrieveJob('x', signal),
      () => service.listModels(signal),
      () => chat(service),
      () => service.createJob({ model: 'm', training_file: 'f' }, signal),
    ];
    for (const call of calls) {
      const error = await failureOf(call());
      assert.equal(adviseOn(error).id, 'webPage');
      assertReadable(error, /sign-in in a browser/);
    }
  });

  it('row 87: a network whose sign-in is elsewhere redirects', async () => {
    await using loopback = await Loopback.listen(raw(302, '', { location: 'https://login.hotel.example/?next=https://api&session=permission' }));
    const error = await failureOf(serviceAt(loopback.baseURL).listModels(signal));
    assert.equal(adviseOn(error).id, 'redirected');
    assertReadable(error, /login\.hotel\.example/);
    assert.doesNotMatch(explainServiceError(error), /permission/);
  });

  const proxies: readonly (readonly [name: string, cause: string, row: string])[] = [
    ['that wants a sign-in', 'Proxy response (407) !== 200 when HTTP Tunneling', 'proxyAuth'],
    ['that wants a sign-in, in other words', 'tunneling socket could not be established via proxy, statusCode=407', 'proxyAuth'],
    ['that does not lead there', 'Proxy response (502) !== 200 when HTTP Tunneling', 'proxyRefused'],
  ];
  for (const [name, cause, row] of proxies) {
    it(`row 87: a proxy ${name}`, async () => {
      const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause: new Error(cause) }));
      const error = await failureOf(serviceAt('https://host.example/v1', { fetch }).listModels(signal));
      assert.equal(adviseOn(error).id, row);
      assertReadable(error, /http\.proxy/);
    });
  }

  const ipv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === '::1');
  it('row 87: a service on IPv6 only', { skip: ipv6 ? false : 'this machine has no IPv6' }, async () => {
    const server = (await import('node:http')).createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ id: 'm' }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
    const models = await serviceAt(`http://[::1]:${(server.address() as AddressInfo).port}/v1`).listModels(signal);
    server.closeAllConnections();
    server.close();
    assert.deepEqual(models.map(({ id }) => id), ['m']);
  });
});

describe('row 88: a job whose answer is lost', () => {
  it('row 88: is not asked for again by the client, which says that it may be there', async () => {
    await using loopback = await Loopback.listen((response) => void response.destroy());
    const error = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
    assert.equal(error.facts.kind, 'cutOff');
    assert.equal(loopback.seen.length, 1);
    await using silent = await Loopback.listen(() => undefined);
    const late = await failureOf(serviceAt(silent.baseURL).createJob({ model: 'm', training_file: 'f' }, AbortSignal.timeout(30)));
    assert.deepEqual([late.facts.kind, late.facts.code], ['cutOff', 'timeout']);
    assert.equal(silent.seen.length, 1);
    assertReadable(late, /may have done what was asked/);
  });
});

describe('row 89: answers that are not as they should be', () => {
  const jobs: readonly (readonly [name: string, answer: Answer, check: (job: WireJob) => void])[] = [
    ['an unknown status', json(200, { ...job, status: 'hibernating' }), (read) => assert.deepEqual([read.status, isTerminal(read)], ['hibernating', false])],
    ['nothing but an id', json(200, { id: 'j' }), (read) => assert.deepEqual([read.status, read.model, read.result_files], ['unknown', '', []])],
    [
      'numbers as texts',
      json(200, { ...job, created_at: '1700000000', finished_at: '2026-11-20T10:00:00Z', trained_tokens: '12.5e2', seed: ' 7 ', hyperparameters: { n_epochs: '3', batch_size: 'auto' } }),
      (read) => assert.deepEqual([read.created_at, read.finished_at, read.trained_tokens, read.seed, read.hyperparameters?.n_epochs], [1_700_000_000, 1_795_168_800, 1250, 7, 3]),
    ],
    ['commas in numbers', json(200, { ...job, trained_tokens: '1,5', seed: '0x10' }), (read) => assert.deepEqual([read.trained_tokens, read.seed], [null, 0])],
    ['null everywhere', json(200, Object.fromEntries(['created_at', 'model', 'status', 'result_files', 'error', 'method', 'metadata'].map((name) => [name, null]).concat([['id', 'j']]))), (read) => assert.equal(read.status, 'unknown')],
    ['other types everywhere', json(200, { id: 'j', status: 5, result_files: 'x', error: [], metadata: [1], method: 'm', created_at: {}, hyperparameters: 'auto' }), (read) => assert.deepEqual([read.error, read.result_files], [null, []])],
    ['another content type', raw(200, JSON.stringify(job), { 'content-type': 'text/plain' }), (read) => assert.equal(read.id, 'ftjob-1')],
    ['no content type, and a mark', raw(200, `\uFEFF${JSON.stringify(job)}`), (read) => assert.equal(read.id, 'ftjob-1')],
    ['names of every object', raw(200, '{"id":"j","__proto__":{"status":"succeeded"},"constructor":{},"metadata":{"__proto__":"x"}}', { 'content-type': 'application/json' }), (read) => assert.equal(read.status, 'unknown')],
    ['an answer that is packed', (response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(job))), (read) => assert.equal(read.id, 'ftjob-1')],
  ];
  for (const [name, answer, check] of jobs) {
    it(`row 89: ${name}`, async () => {
      await using loopback = await Loopback.listen(answer);
      check((await serviceAt(loopback.baseURL).retrieveJob('ftjob-1', signal)).job);
      assert.equal(({} as { status?: string }).status, undefined);
    });
  }

  const ends: readonly (readonly [name: string, answer: Answer, failure: string | undefined])[] = [
    ['what the contract says', json(200, { id: 'f', deleted: true }), undefined],
    ['nothing', (response) => void response.writeHead(204).end(), undefined],
    ['a word', raw(200, 'OK', { 'content-type': 'text/plain' }), undefined],
    ['that it was not done', json(200, { id: 'f', deleted: false }), 'not_deleted'],
    ['a page', raw(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), 'web_page'],
  ];
  for (const [name, answer, code] of ends) {
    it(`row 89: a deletion is answered with ${name}`, async () => {
      await using loopback = await Loopback.listen(answer);
      const work = serviceAt(loopback.baseURL).deleteFile('f', signal);
      if (code === undefined) await work;
      else assert.equal((await failureOf(work)).facts.code, code);
    });
  }

  const broken: readonly (readonly [name: string, answer: Answer, row: string])[] = [
    ['deeper than one should', raw(200, `{"id":${'['.repeat(100_000)}`, { 'content-type': 'application/json' }), 'notCompatible'],
    ['an answer within an answer', json(200, { data: { job } }), 'notCompatible'],
    ['half of it', raw(200, '{"id":"j"', { 'content-type': 'application/json' }), 'notCompatible'],
    ['nothing', raw(200, '', { 'content-type': 'application/json' }), 'notCompatible'],
    ['a number', raw(200, '5', { 'content-type': 'application/json' }), 'notCompatible'],
    ['words', raw(200, 'It works!', { 'content-type': 'text/plain' }), 'notCompatible'],
    ['not what its encoding says', raw(200, 'plain', { 'content-type': 'application/json', 'content-encoding': 'gzip' }), 'cutOff'],
  ];
  for (const [name, answer, row] of broken) {
    it(`row 89: ${name} is no job`, async () => {
      await using loopback = await Loopback.listen(answer);
      const error = await failureOf(serviceAt(loopback.baseURL).retrieveJob('ftjob-1', signal));
      assert.equal(adviseOn(error).id, row);
      assertReadable(error, /./);
    });
  }

  it('row 89: a body of 100 MB is given up early', async () => {
    let sent = 0;
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    await using loopback = await Loopback.listen(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      while (sent < 100 && !response.destroyed) {
        sent += 1;
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
      response.end();
    });
    const error = await failureOf(serviceAt(loopback.baseURL, { bounds: { answer: 4 * 1024 * 1024 } }).listJobs({}, signal));
    assert.equal(adviseOn(error).id, 'answerTooLarge');
    assert.equal(loopback.seen.length, 1, 'and not asked for again');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(sent < 60, `${sent} MB were sent`);
    assertReadable(error, /before it filled the memory \(The answer has more than 4 MB\)/);
  });

  it('row 89: a small body that unpacks to a large one is given up early', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
    assert.ok(bomb.length < 1024 * 1024);
    await using loopback = await Loopback.listen((response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb));
    const before = process.memoryUsage().rss;
    const error = await failureOf(serviceAt(loopback.baseURL).listJobs({}, signal));
    assert.equal(adviseOn(error).id, 'answerTooLarge');
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
  });

  it('row 89: a refusal of any size is read as far as a sentence goes', async () => {
    await using loopback = await Loopback.listen(raw(400, `{"error":{"message":"${'x'.repeat(3 * 1024 * 1024)}"}}`, { 'content-type': 'application/json' }));
    const error = await failureOf(serviceAt(loopback.baseURL).listJobs({}, signal));
    assert.deepEqual([error.facts.status, error.message], [400, 'HTTP 400']);
  });
});

describe('row 90: streams of events', () => {
  const chunk = (content: string, finish: string | null = null): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
  const stream =
    (...pieces: readonly (string | Uint8Array)[]): Answer =>
    async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of pieces) {
        response.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      response.end();
    };
  const bytes = Buffer.from(chunk('Grüße 😀', 'stop'));
  const whole: readonly (readonly [name: string, answer: Answer, text: string])[] = [
    ['letters in two pieces', stream(...Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1))), 'Grüße 😀'],
    ['a field name in two pieces', stream('da', 'ta: {"choices":[{"delta":{"content":"a"},"finish_reason":"st', 'op"}]}\n', '\n'), 'a'],
    ['no line end at the end', stream(chunk('a', 'stop').trimEnd()), 'a'],
    ['line ends of another system', stream(chunk('a', 'stop').replaceAll('\n', '\r\n')), 'a'],
    ['comments to keep it alive', stream(': ping\n\n', chunk('a'), ':\n\n', chunk('b', 'stop')), 'ab'],
    ['events of another kind', stream('event: ping\ndata: {}\n\n', chunk('a', 'stop')), 'a'],
  ];
  for (const [name, answer, text] of whole) {
    it(`row 90: ${name}`, async () => {
      await using loopback = await Loopback.listen(answer);
      assert.equal(await chat(serviceAt(loopback.baseURL)), text);
    });
  }

  it('row 90: an error event is the error that it tells', async () => {
    await using loopback = await Loopback.listen(stream(chunk('a'), 'event: error\ndata: {"error":{"message":"out of memory","code":"oom"}}\n\n'));
    const error = await failureOf(chat(serviceAt(loopback.baseURL)));
    assert.deepEqual([error.facts.kind, error.facts.code, error.message], ['serverFault', 'oom', 'out of memory']);
  });

  it('row 90: silence is no answer that goes on for ever', async () => {
    await using loopback = await Loopback.listen((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk('a'));
    });
    const error = await failureOf(chat(serviceAt(loopback.baseURL, { bounds: { silence: 50 } })));
    assert.deepEqual([error.facts.kind, error.facts.code], ['cutOff', 'timeout']);
    assertReadable(error, /too long to answer/);
  });

  it('row 90: a line without an end is given up before it fills the memory', async () => {
    const piece = Buffer.alloc(1024 * 1024, 0x61);
    let sent = 0;
    await using loopback = await Loopback.listen(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: "');
      while (sent < 1024 && !response.destroyed) {
        sent += 1;
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
    });
    const error = await failureOf(chat(serviceAt(loopback.baseURL)));
    assert.equal(adviseOn(error).id, 'answerTooLarge');
    assert.ok(sent < 64, `${sent} MB were sent`);
  });
});

describe('row 91: clocks and cursors', () => {
  it('row 91: a date to wait for is one of the service’s clock, a day off ours or not', async () => {
    for (const skew of [-86_400_000, 86_400_000]) {
      const theirs = Date.now() + skew;
      const headers = { date: new Date(theirs).toUTCString(), 'retry-after': new Date(theirs + 7_000).toUTCString() };
      await using loopback = await Loopback.listen((response) => {
        response.sendDate = false;
        response.writeHead(429, { 'content-type': 'application/json', ...headers }).end('{"error":{"message":"Slow down"}}');
      });
      const { facts } = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
      assert.equal(facts.retryAfter, 7);
    }
  });

  it('row 91: a cursor that the service does not know any more', async () => {
    await using loopback = await Loopback.listen(json(400, { error: { message: 'Invalid cursor', param: 'after', code: null } }));
    const error = await failureOf(serviceAt(loopback.baseURL).listJobs({ after: 'ftjob-gone' }, signal));
    assert.equal(adviseOn(error).id, 'cursorGone');
    assertReadable(error, /Refresh it/);
  });

  it('row 91: a service that does not heed the cursor gives no endless list', async () => {
    const page = { ...list, data: [{ id: 'a' }, { id: 'b' }], has_more: true };
    await using loopback = await Loopback.listen(json(200, page));
    const next = await serviceAt(loopback.baseURL).listJobs({ after: 'b' }, signal);
    assert.deepEqual([next.data, next.has_more], [[], false]);
  });
});

describe('row 92: a model that is shut down between the list and the job', () => {
  const trainable = ['old-model', 'new-model', 'third-model'];
  const refusals: readonly Answer[] = [
    json(404, { error: { message: 'The model `old-model` does not exist', code: 'model_not_found', param: null } }),
    json(400, { error: { message: 'Model old-model is not available for fine-tuning or does not exist.', param: null, code: null } }),
    json(400, { error: { message: 'Bad value', param: 'model', code: 'invalid_value' } }),
    json(410, { error: { message: 'The model old-model has been deprecated' } }),
  ];
  for (const [index, refusal] of refusals.entries()) {
    it(`row 92: is told with what can be trained instead (${index + 1})`, async () => {
      await using loopback = await Loopback.listen(refusal);
      const error = await failureOf(serviceAt(loopback.baseURL, { trainable }).createJob({ model: 'old-model', training_file: 'f' }, signal));
      assert.equal(adviseOn(error).id, 'modelGone');
      assert.deepEqual(error.facts.alternatives, ['new-model', 'third-model']);
      assertReadable(error, /such as new-model, third-model/);
    });
  }

  it('row 92: without known alternatives the list is to be read again', async () => {
    await using loopback = await Loopback.listen(refusals[0] ?? assert.fail());
    const error = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'old-model', training_file: 'f' }, signal));
    assertReadable(error, /refresh the list first/);
  });

  it('row 92: a refusal about something else is left as it is', async () => {
    await using loopback = await Loopback.listen(json(400, { error: { message: 'The training file is empty', param: 'training_file' } }));
    const error = await failureOf(serviceAt(loopback.baseURL, { trainable }).createJob({ model: 'm', training_file: 'f' }, signal));
    assert.equal(adviseOn(error).id, 'badValue');
    assert.equal(error.facts.alternatives, undefined);
  });
});

describe('row 103: what is written down of a failure', () => {
  const quoting: readonly (readonly [name: string, answer: Answer])[] = [
    ['a refusal that quotes the key', json(401, { error: { message: `Incorrect API key provided: ${key}`, code: key, param: key } })],
    ['a page that quotes the key', raw(502, `<html>Authorization: Bearer ${key}</html>`, { 'content-type': 'text/html' })],
    ['a redirect that quotes the key', raw(302, '', { location: `https://other.example/?key=${key}` })],
    ['an answer that is no JSON', raw(200, `key=${key}`, { 'content-type': 'application/json' })],
    ['a cut connection', (response) => void response.destroy()],
  ];
  for (const [name, answer] of quoting) {
    it(`row 103: ${name} leaves no key in message, stack and facts`, async () => {
      await using loopback = await Loopback.listen(answer);
      const error = await failureOf(serviceAt(loopback.baseURL).createJob({ model: 'm', training_file: 'f' }, signal));
      const written = [error.message, error.stack, JSON.stringify(error.facts), explainServiceError(error)].join('\n');
      assert.doesNotMatch(written, /sk-secret/);
    });
  }
});

describe('row 93: a redirect to another host', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`row 93: ${status} is not followed, and the key stays`, async () => {
      await using foreign = await Loopback.listen(json(200, job));
      await using loopback = await Loopback.listen(raw(status, '', { location: `${foreign.baseURL}/fine_tuning/jobs?key=1` }));
      const service = createService({ baseURL: loopback.baseURL, apiKey: key, keyHeader: 'api-key', headers: { 'X-Team': 'a' }, pauses: noted().pauses });
      const calls = [
        () => service.listJobs({}, signal),
        () => service.createJob({ model: 'm', training_file: 'f' }, signal),
        () => service.fileContent('f', signal),
        () => chat(service),
        () => service.uploadFile({ filename: 'a.jsonl', bytes: 3, async *open() { yield Buffer.from('{}\n'); } }, signal),
        // One that is streamed.
        () => service.uploadFile({ filename: 'b.jsonl', bytes: 2 * bufferedBytes, async *open() { yield Buffer.alloc(2 * bufferedBytes, 97); } }, signal),
      ];
      for (const call of calls) assert.equal(adviseOn(await failureOf(call())).id, 'redirected');
      assert.equal(foreign.seen.length, 0);
      assert.equal(loopback.seen.length, calls.length);
    });
  }
});
