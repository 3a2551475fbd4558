import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { routes } from '../../../src/engine/server/routes.ts';
import { startTestEngine, type TestEngine } from './serverFixture.ts';

type Reply = { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string };

describe('the gate', () => {
  let engine: TestEngine;
  let port: number;
  before(async () => {
    engine = await startTestEngine();
    port = Number(new URL(engine.run.address.baseURL).port);
  });
  after(() => engine.remove());

  /** Sends exactly these header lines. */
  const send = (method: string, path: string, headers: readonly string[], body?: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, method, path, headers, setHost: false, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => { text += chunk; });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      call.on('error', reject);
      call.end(body);
    });
  const host = (): string[] => ['Host', `127.0.0.1:${port}`];
  const bearer = (): string[] => ['Authorization', `Bearer ${engine.run.apiKey}`];

  const assertError = (reply: Reply, status: number): void => {
    assert.equal(reply.status, status, reply.text);
    const { error } = JSON.parse(reply.text) as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error).toSorted(), ['code', 'message', 'param', 'type']);
    assert.match(String(reply.headers['x-request-id']), /^req_[0-9a-f]{32}$/);
    assert.ok(!Object.keys(reply.headers).some((name) => name.startsWith('access-control-')));
  };

  const paths = [...new Set(routes.map((route) => route.path.replaceAll(/\{\w+\}/g, 'x'))), '/', '/nothing', '/v1', '/v1/uploads', '/v1/files/..%2f..'];
  for (const path of paths) {
    it(`lets nobody without the token in at ${path}`, async () => {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'TRACE']) {
        const wrong: readonly (readonly string[])[] = [
          [],
          ['Authorization', 'Bearer wrong'],
          ['Authorization', engine.run.apiKey],
          ['Authorization', `Basic ${engine.run.apiKey}`],
          ['Cookie', `token=${engine.run.apiKey}`],
          [...bearer(), ...bearer()],
          ['Authorization', `Bearer ${engine.run.apiKey}x`],
        ];
        const seen = new Set<string>();
        for (const headers of wrong) {
          const reply = await send(method, path, [...host(), ...headers]);
          assertError(reply, 401);
          seen.add(reply.text);
        }
        assert.equal(seen.size, 1, 'always the same words');
      }
      assertError(await send('GET', `${path}?token=${engine.run.apiKey}&api_key=${engine.run.apiKey}`, host()), 401);
    });
  }

  it('answers only under its own address', async () => {
    const names = [
      'evil.example', `evil.example:${port}`, `localhost:${port}`, 'localhost', '127.0.0.1', `127.0.0.1.:${port}`, `127.0.0.1:${port + 1}`,
      `127.0.0.1:${port}.evil.example`, `0.0.0.0:${port}`, `127.1:${port}`, `2130706433:${port}`, `[::1]:${port}`, `127.0.0.1:0${port}`,
      `127.0.0.1:${port} `.trim().toUpperCase() + '/', ' ', `user@127.0.0.1:${port}`,
    ];
    for (const name of names) {
      assertError(await send('GET', '/v1/models', ['Host', name, ...bearer()]), 421);
    }
    assertError(await send('GET', '/v1/models', bearer()), 400);
    assertError(await send('GET', '/v1/models', [...host(), ...host(), ...bearer()]), 400);
    assertError(await send('GET', `http://127.0.0.1:${port}/v1/models`, [...host(), ...bearer()]), 400);
  });

  it('refuses every web page, also a preflight', async () => {
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port}`, '']) {
      assertError(await send('GET', '/v1/models', [...host(), ...bearer(), 'Origin', origin]), 403);
      assertError(await send('OPTIONS', '/v1/models', [...host(), 'Origin', origin, 'Access-Control-Request-Method', 'GET']), 403);
    }
    assertError(await send('GET', '/v1/models', [...host(), ...bearer(), 'Sec-Fetch-Site', 'cross-site']), 403);
    assert.equal((await send('GET', '/v1/models', [...host(), ...bearer()])).status, 200);
  });

  it('knows unknown routes and methods behind the token', async () => {
    const inside = [...host(), ...bearer()];
    for (const path of ['/', '/v1', '/v1/nothing', '//v1/models', '/v1/models/', '/v1/files/%00', '/v1/files/%c0%ae', '/v1/files/..%2f..%2faccess.json']) {
      assertError(await send('GET', path, inside), 404);
    }
    const reply = await send('PUT', '/v1/files', inside);
    assertError(reply, 405);
    assert.equal(reply.headers['allow'], 'GET, POST');
  });

  const json = ['Content-Type', 'application/json'];
  const bodies: readonly (readonly [string, readonly string[], string, number])[] = [
    ['null', json, 'null', 400],
    ['an array', json, '[]', 400],
    ['nothing', json, '', 400],
    ['two documents', json, '{}{}', 400],
    ['a comment', json, '{/**/}', 400],
    ['depth 200,000', json, '['.repeat(200_000), 400],
    ['depth 65 in strings only', json, JSON.stringify({ model: '['.repeat(100) }), 400],
    ['UTF-16', ['Content-Type', 'application/json; charset=utf-16'], '{}', 415],
    ['no type', [], '{}', 415],
    ['a form', ['Content-Type', 'application/x-www-form-urlencoded'], 'a=b', 415],
    ['gzip', [...json, 'Content-Encoding', 'gzip'], '{}', 415],
    ['__proto__', json, '{"__proto__": {"model": "x"}, "training_file": "y"}', 400],
  ];
  for (const [name, headers, body, status] of bodies) {
    it(`takes no body of ${name}`, async () => {
      const length = ['Content-Length', String(Buffer.byteLength(body))];
      assertError(await send('POST', '/v1/fine_tuning/jobs', [...host(), ...bearer(), ...headers, ...length], body), status);
      assert.equal(({} as { model?: unknown }).model, undefined);
    });
  }

  it('refuses a body beyond the limit before reading it', async () => {
    const headers = [...host(), ...bearer(), ...json, 'Content-Length', '99999999', 'Expect', '100-continue'];
    const reply = await send('POST', '/v1/chat/completions', headers);
    assertError(reply, 413);
  });

  /** Raw bytes, for what no client would send. */
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => { text += chunk; });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ['length and chunks', 'POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['two lengths', 'POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a huge header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
  ];
  for (const [name, bytes, answer] of malformed) {
    it(`closes on ${name}`, async () => {
      assert.match(await raw(bytes), answer);
      assert.equal((await engine.openai.models.list()).data.length, 1);
    });
  }

  it('takes one transfer coding only', async () => {
    const text = await raw(
      `POST /v1/fine_tuning/jobs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${engine.run.apiKey}\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n',
    );
    assert.match(text, /^HTTP\/1\.1 400 /);
  });
});
