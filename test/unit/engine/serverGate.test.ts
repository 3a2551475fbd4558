import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { routes } from '../../../src/engine/server/routes.ts';
import { openConnection, parseReply, readReply, sendRaw, type RawReply } from './rawHttp.ts';
import { eventually, startTestEngine, type TestEngine } from './serverFixture.ts';

/** HTTP and authorization, byte by byte. The row numbers are those of the list of bad inputs and faults. */

let engine: TestEngine;
let port: number;
before(async () => {
  engine = await startTestEngine({ times: { headersMs: 300, bodyMs: 300, checkMs: 50 } });
  port = Number(new URL(engine.run.address.baseURL).port);
});
after(() => engine.remove());

const host = (): string => `Host: 127.0.0.1:${port}\r\n`;
const bearer = (): string => `Authorization: Bearer ${engine.run.apiKey}\r\n`;
const inside = (): string => host() + bearer();

/** A whole request that asks for the connection to be closed. */
const send = (line: string, headers: string, body: string | Uint8Array = ''): Promise<RawReply> =>
  sendRaw(port, `${line} HTTP/1.1\r\nConnection: close\r\n${headers}\r\n`, Buffer.from(body));
const sendJson = (path: string, body: string | Uint8Array, headers = 'Content-Type: application/json\r\n'): Promise<RawReply> =>
  send(`POST ${path}`, `${inside()}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n`, body);

type ErrorBody = { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string | null };

/** One error in the API's envelope, and one only; afterwards the engine answers as before. */
async function assertRefused(reply: RawReply, ...statuses: readonly number[]): Promise<ErrorBody> {
  assert.ok(statuses.includes(reply.status), `${reply.status} instead of ${statuses.join('/')}: ${reply.text}`);
  assert.equal(reply.text.split('HTTP/1.1 ').length, 2, reply.text);
  const { error } = JSON.parse(reply.body) as { error: ErrorBody };
  assert.deepEqual(Object.keys(error).toSorted(), ['code', 'message', 'param', 'type']);
  assert.match(reply.headers.get('x-request-id') ?? '', /^req_[0-9a-f]{32}$/);
  assert.ok(![...reply.headers.keys()].some((name) => name.startsWith('access-control-')));
  assert.ok(!reply.text.includes(engine.run.apiKey));
  await assertServes();
  return error;
}

async function assertServes(): Promise<void> {
  const reply = await send('GET /v1/models', inside());
  assert.equal(reply.status, 200, reply.text);
}

const somePaths = [...new Set(routes.map((route) => route.path.replaceAll(/\{\w+\}/g, 'x')))];

describe('who is let in', () => {
  it('row 1: nobody without the token, wherever else it is sent', async () => {
    const { apiKey } = engine.run;
    const bodies = new Set<string>();
    const cases = [
      ['GET /v1/models', host()],
      ['GET /v1/models', `${host()}Authorization: Bearer wrong\r\n`],
      ['GET /v1/models', `${host()}Authorization: Bearer\r\n`],
      ['GET /v1/models', `${host()}Authorization: Bearer ${apiKey.slice(0, -1)}\r\n`],
      ['GET /v1/models', `${host()}Authorization: bearer bearer ${apiKey}\r\n`],
      ['GET /v1/models', `${host()}Authorization: Bearer ${apiKey}, Bearer ${apiKey}\r\n`],
      ['GET /v1/models', host() + bearer() + bearer()],
      ['GET /v1/models', `${host()}Authorization: Basic ${Buffer.from(`:${apiKey}`).toString('base64')}\r\n`],
      ['GET /v1/models', `${host()}Cookie: token=${apiKey}; authorization=${apiKey}\r\n`],
      [`GET /v1/models?token=${apiKey}&api_key=${apiKey}&access_token=${apiKey}`, host()],
      ['GET /nothing', host()],
      ['PATCH /v1/models', host()],
    ] as const;
    for (const [line, headers] of cases) {
      const reply = await send(line, headers);
      const error = await assertRefused(reply, 401);
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
      assert.equal(error.code, 'invalid_api_key');
      bodies.add(reply.body);
    }
    assert.equal(bodies.size, 1, 'always the same words');
    assert.equal((await send('GET /v1/models', `${host()}authorization: bearer ${apiKey}\r\n`)).status, 200);
  });

  it('row 2: not under another name, which is told to the log once', async () => {
    const told = (): number => engine.log.filter((line) => /^refused\b.*\b421\b/.test(line)).length;
    assert.equal(told(), 0);
    for (const name of [
      'evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1.:${port}`, `127.0.0.1:${port}.evil.example`,
      `0.0.0.0:${port}`, `127.1:${port}`, `2130706433:${port}`, `0x7f.1:${port}`, `[::1]:${port}`, `[::ffff:127.0.0.1]:${port}`,
      `127.0.0.1:0${port}`, `user@127.0.0.1:${port}`, `127.0.0.1:${port}/`, `127.0.0.1:${port},evil.example`, '',
    ]) {
      await assertRefused(await send('GET /v1/models', `Host: ${name}\r\n${bearer()}`), 421);
    }
    assert.equal(told(), 1);
    assert.ok(!engine.log.join('\n').includes('evil'));
  });

  it('row 3: not with two hosts, none, another port or a whole address', async () => {
    await assertRefused(await send('GET /v1/models', host() + host() + bearer()), 400);
    await assertRefused(await send('GET /v1/models', `${host()}Host: evil.example\r\n${bearer()}`), 400);
    await assertRefused(await send('GET /v1/models', bearer()), 400);
    await assertRefused(await send('GET /v1/models', `Host: 127.0.0.1:${port + 1}\r\n${bearer()}`), 421);
    await assertRefused(await send(`GET http://127.0.0.1:${port}/v1/models`, inside()), 400);
    await assertRefused(await send('GET http://evil.example/v1/models', inside()), 400);
    await assertRefused(await send('OPTIONS *', inside()), 400);
    await assertRefused(await sendRaw(port, `GET /v1/models HTTP/1.0\r\n\r\n`), 400);
  });

  it('row 4: no web page, whatever it says about itself', async () => {
    for (const header of [
      'Origin: https://evil.example', 'Origin: null', `Origin: http://127.0.0.1:${port}`, 'Origin:', 'ORIGIN: vscode-webview://x',
      'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-site', 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site',
    ]) {
      await assertRefused(await send('GET /v1/models', `${inside()}${header}\r\n`), 403);
    }
    assert.equal((await send('GET /v1/models', `${inside()}Sec-Fetch-Site: none\r\n`)).status, 200);
  });

  it('row 5: no preflight, with and without a token', async () => {
    for (const who of [host(), inside()]) {
      for (const path of ['/v1/models', '/nothing']) {
        const asked = 'Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n';
        await assertRefused(await send(`OPTIONS ${path}`, `${who}Origin: https://evil.example\r\n${asked}`), 403);
        await assertRefused(await send(`OPTIONS ${path}`, who + asked), 403);
        await assertRefused(await send(`OPTIONS ${path}`, `${who}Origin: https://evil.example\r\nAccess-Control-Request-Private-Network: true\r\n`), 403);
      }
    }
  });

  it('row 6: no other method, and Allow names those that there are', async () => {
    for (const method of ['TRACE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      const reply = await send(`${method} /v1/files`, inside());
      if (method !== 'HEAD') await assertRefused(reply, 405);
      assert.equal(reply.status, 405);
      assert.equal(reply.headers.get('allow'), 'GET, POST');
      assert.equal((await send(`${method} /nothing`, inside())).headers.get('allow'), 'GET, POST, DELETE');
    }
    assert.equal((await send('DELETE /v1/files', inside())).headers.get('allow'), 'GET, POST');
    for (const line of ['BREW /v1/files', `CONNECT 127.0.0.1:${port}`, 'CONNECT evil.example:443']) {
      const reply = await send(line, inside());
      await assertRefused(reply, 405);
      assert.equal(reply.headers.get('allow'), 'GET, POST, DELETE');
    }
    await assertRefused(await send('CONNECT evil.example:443', host()), 401);
    const webSocket = 'Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n';
    const upgrade = await sendRaw(port, `GET /v1/models HTTP/1.1\r\nConnection: Upgrade\r\n${host()}${webSocket}\r\n`);
    assert.equal(upgrade.status, 401, 'no upgrade past the gate');
  });
});

describe('how a request is framed', () => {
  const post = (headers: string, body: string): string =>
    `POST /v1/fine_tuning/jobs HTTP/1.1\r\n${inside()}Content-Type: application/json\r\n${headers}\r\n${body}`;
  /** Would be a second answer if the body were taken for the next request. */
  const hidden = (): string => `GET /v1/models HTTP/1.1\r\n${inside()}\r\n`;
  const smuggling: readonly (readonly [string, () => string])[] = [
    ['length and chunks', () => post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${hidden()}`)],
    ['chunks and length', () => post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${hidden()}`)],
    ['two lengths', () => post('Content-Length: 0\r\nContent-Length: 60\r\n', hidden())],
    ['two equal lengths', () => post('Content-Length: 2\r\nContent-Length: 2\r\n', `{}${hidden()}`)],
    ['a list of lengths', () => post('Content-Length: 2, 2\r\n', `{}${hidden()}`)],
    ['a negative length', () => post('Content-Length: -1\r\n', hidden())],
    ['a signed length', () => post('Content-Length: +2\r\n', `{}${hidden()}`)],
    ['a hexadecimal length', () => post('Content-Length: 0x2\r\n', `{}${hidden()}`)],
    ['a length beyond 64 bits', () => post('Content-Length: 99999999999999999999\r\n', hidden())],
    ['bare line feeds', () => post('', '').replaceAll('\r\n', '\n') + hidden()],
    ['a carriage return before something else', () => `GET /v1/models HTTP/1.1\r\n${inside()}\r\rX${hidden()}`],
    ['an end of the header that is none', () => `GET /v1/models HTTP/1.1\r\n${inside()}Content-Length: 0\r\n\rX${hidden()}`],
    ['a space before the colon', () => post('Content-Length : 2\r\n', `{}${hidden()}`)],
    ['a folded header', () => post('X: a\r\n b\r\nContent-Length: 0\r\n', hidden())],
    ['a zero byte in a header', () => post('X: a\0b\r\n', hidden())],
    ['a broken chunk', () => post('Transfer-Encoding: chunked\r\n', `zz\r\n{}\r\n0\r\n\r\n${hidden()}`)],
    ['a chunk without its line end', () => post('Transfer-Encoding: chunked\r\n', `2\r\n{}X\r\n0\r\n\r\n${hidden()}`)],
  ];
  for (const [name, bytes] of smuggling) {
    it(`row 7: ${name} is refused, and the connection closed`, async () => {
      const reply = await sendRaw(port, bytes());
      await assertRefused(reply, 400);
      assert.equal(reply.headers.get('connection'), 'close');
    });
  }

  it('row 8: one transfer coding only, and none that Node alone would take', async () => {
    for (const coding of ['identity, chunked', 'chunked, identity', 'gzip, chunked', 'chunked, chunked', 'xchunked', 'identity', '"chunked"']) {
      const reply = await sendRaw(port, post(`Transfer-Encoding: ${coding}\r\n`, '0\r\n\r\n'));
      await assertRefused(reply, 400);
      assert.equal(reply.headers.get('connection'), 'close');
    }
    await assertRefused(await sendRaw(port, post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')), 400);
  });

  it('row 9: headers, their number and chunk extensions have limits', async () => {
    await assertRefused(await send('GET /v1/models', `${inside()}X: ${'a'.repeat(20 * 1024)}\r\n`), 431);
    await assertRefused(await send(`GET /${'a'.repeat(20 * 1024)}`, inside()), 431);
    const many = Array.from({ length: 200 }, (_, index) => `X${index}: a\r\n`).join('');
    await assertRefused(await send('GET /v1/models', inside() + many), 400);
    await assertRefused(await send('GET /v1/models', `${many}Origin: https://evil.example\r\n${inside()}`), 400);
    assert.equal((await send('GET /v1/models', inside() + many.slice(0, many.indexOf('X90:')))).status, 200);
    const extension = post('Transfer-Encoding: chunked\r\n', `2;${'a'.repeat(20 * 1024)}\r\n{}\r\n0\r\n\r\n`);
    await assertRefused(await sendRaw(port, extension), 413);
    const trailers = `${'X: a\r\n'.repeat(10_000)}\r\n`;
    await assertRefused(await sendRaw(port, post('Transfer-Encoding: chunked\r\n', `2\r\n{}\r\n0\r\n${trailers}`)), 400, 431);
  });

  /** One byte at a time until the other side closes. */
  async function trickle(head: string, rest: string): Promise<RawReply> {
    const socket = await openConnection(port);
    socket.write(head);
    let index = 0;
    const timer = setInterval(() => {
      if (index < rest.length && socket.writable) socket.write(rest[index++] ?? '');
    }, 20);
    try {
      return await readReply(socket);
    } finally {
      clearInterval(timer);
    }
  }

  it('row 10: who sends header or body byte by byte is told to be too slow', async () => {
    const long = `X: ${'a'.repeat(5_000)}\r\n\r\n`;
    await assertRefused(await trickle('', `GET /v1/models HTTP/1.1\r\n${long}`), 408);
    await assertRefused(await trickle(`GET /v1/models HTTP/1.1\r\n${inside()}`, long), 408);
    await assertRefused(await trickle(post('Content-Length: 5000\r\n', ''), ' '.repeat(5_000)), 408);
    await assertRefused(await trickle(post('Transfer-Encoding: chunked\r\n', ''), '1\r\n \r\n'.repeat(1_000)), 408);
    const form = `POST /v1/files HTTP/1.1\r\n${inside()}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n`;
    await assertRefused(await trickle(form, `--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n${'a'.repeat(5_000)}`), 408);
    await assertRefused(await trickle('', ''), 408);
  });
});

describe('who takes connections', () => {
  const closed = (socket: Socket): boolean => socket.destroyed || socket.readyState !== 'open';

  it('row 11: 500 idle connections keep nobody out, and at most 64 of them are kept', async () => {
    const slow = await startTestEngine();
    try {
      const at = Number(new URL(slow.run.address.baseURL).port);
      const sockets: Socket[] = [];
      for (let count = 0; count < 500; count += 1) {
        const socket = await openConnection(at);
        socket.resume();
        // Half of them begin a request that they never end.
        if (count % 2 === 0) socket.write('GET /v1/models HTTP/1.1\r\n');
        sockets.push(socket);
      }
      for (let count = 0; count < 20; count += 1) {
        assert.equal((await slow.openai.models.list()).data.length, 1);
      }
      const kept = await eventually(async () => sockets.filter((socket) => !closed(socket)).length, (count) => count <= 64);
      assert.ok(kept >= 60, `${kept} are kept`);
      for (const socket of sockets) socket.destroy();
    } finally {
      await slow.remove();
    }
  });

  it('row 11: 64 answers that are under way are not cut off for a newcomer', async () => {
    const busy = await startTestEngine();
    try {
      const at = Number(new URL(busy.run.address.baseURL).port);
      const head =
        `POST /v1/fine_tuning/jobs HTTP/1.1\r\nHost: 127.0.0.1:${at}\r\nAuthorization: Bearer ${busy.run.apiKey}\r\n` +
        'Connection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n';
      const sockets = await Promise.all(Array.from({ length: 64 }, () => openConnection(at)));
      const begun = sockets.map((socket) => once(socket, 'data'));
      for (const socket of sockets) socket.write(head);
      for (const [bytes] of await Promise.all(begun)) assert.match(String(bytes), /^HTTP\/1\.1 100 /);
      const refused = await openConnection(at).then(readReply, () => parseReply(''));
      assert.equal(refused.status, 0);
      const replies = sockets.map(readReply);
      for (const socket of sockets) socket.write('{}');
      assert.deepEqual(new Set((await Promise.all(replies)).map((reply) => reply.status)), new Set([400]));
      assert.equal((await busy.openai.models.list()).data.length, 1);
    } finally {
      await busy.remove();
    }
  });

  it('row 27: a client that hangs up takes all its requests with it, also those that wait their turn', async () => {
    const idle = await startTestEngine({ idleSeconds: 1 });
    try {
      const bytes = new Uint8Array(16 * 1024 * 1024).fill(120);
      const file = await idle.openai.files.create({ file: new File([bytes], 'a.bin'), purpose: 'user_data' });
      const { port: at } = new URL(idle.run.address.baseURL);
      const ask = (path: string): string =>
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${at}\r\nAuthorization: Bearer ${idle.run.apiKey}\r\n\r\n`;
      const socket = await openConnection(Number(at));
      socket.write(ask(`/v1/files/${file.id}/content`) + ask('/v1/models').repeat(20));
      await once(socket, 'data');
      socket.destroy();
      // An engine that still counted one of them would never end by itself.
      await idle.run.closed;
    } finally {
      await idle.remove();
    }
  });

  const greetings: readonly (readonly [string, string | Uint8Array])[] = [
    ['a TLS hello', Buffer.from('1603010200010001fc0303', 'hex')],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['SOCKS 5', Buffer.from([5, 1, 0])],
    ['an SMTP greeting', 'EHLO evil.example\r\n'],
    ['a zero byte', '\0'],
    ['a reply', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/3.7', 'GET / HTTP/3.7\r\n\r\n'],
  ];
  for (const [name, bytes] of greetings) {
    it(`row 30: ${name} is answered with 400 and closed`, async () => {
      await assertRefused(await sendRaw(port, bytes), 400);
    });
  }

  it('row 30: a port scan with random bytes leaves the engine answering', async () => {
    const before = engine.log.length;
    for (let round = 0; round < 10; round += 1) {
      const scans = Array.from({ length: 20 }, (_, index) => sendRaw(port, randomBytes(1 + round * 300 + index), '\r\n\r\n'));
      for (const { status, text } of await Promise.all(scans)) assert.ok([0, 400, 408, 431].includes(status), text);
    }
    await assertServes();
    assert.ok(engine.log.length - before < 10, 'noise does not fill the log');
  });
});

describe('what a body may be', () => {
  const jobs = '/v1/fine_tuning/jobs';

  it('row 13: not compressed, and not asked for when it is too large', async () => {
    for (const encoding of ['gzip', 'br', 'deflate', 'x', 'identity, gzip']) {
      await assertRefused(await sendJson(jobs, '{}', `Content-Type: application/json\r\nContent-Encoding: ${encoding}\r\n`), 415);
    }
    const large = 'Content-Length: 10737418240\r\nExpect: 100-continue\r\n';
    const json = await send(`POST ${jobs}`, `${inside()}Content-Type: application/json\r\n${large}`);
    await assertRefused(json, 413);
    const form = await send('POST /v1/files', `${inside()}Content-Type: multipart/form-data; boundary=b\r\n${large}`);
    await assertRefused(form, 413);
    await assertRefused(await send(`POST ${jobs}`, `${host()}${large}`), 401);
    await assertRefused(await send(`POST ${jobs}`, `${inside()}Content-Type: application/json\r\n${large.replace('10737418240', '17000000')}`), 413);
    await assertRefused(await send(`POST ${jobs}`, `${inside()}Content-Type: application/json\r\nContent-Length: 2\r\nExpect: tea\r\n`, '{}'), 417);
    const chunk = `${(1024 * 1024).toString(16)}\r\n${' '.repeat(1024 * 1024)}\r\n`;
    const endless = `POST ${jobs} HTTP/1.1\r\n${inside()}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    await assertRefused(await sendRaw(port, endless, ...Array.from({ length: 17 }, () => chunk)), 413);
    const asked = await send(`POST ${jobs}`, `${inside()}Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n`, '{}');
    assert.match(asked.text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
  });

  it('row 14: of no other type or charset', async () => {
    for (const type of [
      '', 'Content-Type: text/plain\r\n', 'Content-Type: application/x-www-form-urlencoded\r\n', 'Content-Type: multipart/form-data; boundary=b\r\n',
      'Content-Type: application/json; charset=utf-16\r\n', 'Content-Type: application/json; charset=latin1\r\n', 'Content-Type: application/jsonp\r\n',
      'Content-Type:\r\n', 'Content-Type: application/json, text/plain\r\n',
    ]) {
      await assertRefused(await sendJson(jobs, '{}', type), 415);
      await assertRefused(await send('POST /v1/files', `${inside()}${type.replace('multipart', 'x')}Content-Length: 2\r\n`, '{}'), 415);
    }
    await assertRefused(await sendJson(jobs, '{}', 'Content-Type: application/json\r\nContent-Type: text/plain\r\n'), 400);
    await assertRefused(await sendJson(`${jobs}/x/cancel`, '{}', 'Content-Type: text/plain\r\n'), 415);
    for (const type of ['application/json', 'Application/JSON; charset=UTF-8', 'application/json;charset="utf-8"']) {
      assert.equal((await assertRefused(await sendJson(jobs, '{}', `Content-Type: ${type}\r\n`), 400)).param, 'model');
    }
  });

  it('row 15: of no other encoding than UTF-8 without a mark', async () => {
    const latin = Buffer.from('{"model":"\xe9"}', 'latin1');
    assert.match((await assertRefused(await sendJson(jobs, latin), 400)).message, /UTF-8/);
    for (const bytes of [[0xc0, 0xae], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      await assertRefused(await sendJson(jobs, Buffer.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}')])), 400);
    }
    assert.match((await assertRefused(await sendJson(jobs, '\uFEFF{}'), 400)).message, /position 0/);
    await assertRefused(await sendJson(jobs, Buffer.from('{}', 'utf16le')), 400);
    await assertRefused(await sendJson(jobs, Buffer.from('\uFEFF{}', 'utf16le')), 400);
  });

  const broken: readonly (readonly [string, number])[] = [
    ['null', 0], ['[]', 0], ['"x"', 0], ['5', 0], ['true', 0], ['', 0], [' \n', 2], ['{}{}', 2], ['{} x', 3], ['{"a":1,}', 7], ['[1,]', 3],
    ['{/**/}', 1], ['{}//', 2], ["{'a':1}", 1], ['{a:1}', 1], ['{"a" 1}', 5], ['{"a":}', 5], ['{"a":1', 6], ['{"a":"', 6], ['{"a":"\n"}', 6],
    ['{"a":"\\x"}', 6], ['{"a":"\\u12g4"}', 6], ['{"a":01}', 6], ['{"a":+1}', 5], ['{"a":.5}', 5], ['{"a":1.}', 6], ['{"a":NaN}', 5],
    ['{"a":Infinity}', 5], ['{"a":tru}', 5], ['{"a":1]', 6], ['{"a":[1}', 7], ['{"a":[1 2]}', 8], ['{,}', 1], ['[,]', 1], ['{"a":undefined}', 5],
  ];
  it('row 16: one object, and the message says where it is not', async () => {
    for (const [body, position] of broken) {
      const { message } = await assertRefused(await sendJson(jobs, body), 400);
      assert.match(message, new RegExp(`position ${position}\\b`), `${body}: ${message}`);
    }
    const secret = await assertRefused(await sendJson(jobs, '{"model": secret-text}'), 400);
    assert.ok(!secret.message.includes('secret'));
  });

  it('row 17: not deeper than 64 levels, and not of a million parts', async () => {
    const nested = (depth: number): string => `{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    assert.equal((await assertRefused(await sendJson(jobs, nested(64)), 400)).param, 'model');
    for (const body of [nested(65), '['.repeat(200_000), nested(200_000), '{"a":'.repeat(200_000)]) {
      assert.match((await assertRefused(await sendJson(jobs, body), 400)).message, /deeper than 64/);
    }
    assert.equal((await assertRefused(await sendJson(jobs, JSON.stringify({ text: '['.repeat(1_000) })), 400)).param, 'model');
    const names = `{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":1`).join(',')}}`;
    for (const body of [names, `{"x":${names}}`, `{"x":[${'0,'.repeat(1_000_000)}0]}`]) {
      assert.match((await assertRefused(await sendJson(jobs, body), 400)).message, /more than 100000 values/);
    }
  });

  it('row 18: no field twice, however it is spelled', async () => {
    for (const [body, param] of [
      ['{"model":"a","model":"tunesmith-tiny"}', 'model'],
      ['{"model":"a","\\u006dodel":"tunesmith-tiny"}', 'model'],
      ['{"method":{"type":"supervised","type":"dpo"}}', 'method.type'],
      ['{"messages":[{"role":"user"},{"role":"user","role":"system"}]}', 'messages[1].role'],
    ] as const) {
      const error = await assertRefused(await sendJson(jobs, body), 400);
      assert.equal(error.param, param);
      assert.match(error.message, /twice, the second time at position \d+/);
    }
    assert.equal((await assertRefused(await sendJson(jobs, '{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}'), 400)).param, 'model');
  });

  it('row 19: names of the prototype are data', async () => {
    const probe = {} as Record<string, unknown>;
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const pollute = `{"model":"tunesmith-tiny","x":1,"n_epochs":3,"prototype2":{"x":1}}`;
      for (const body of [
        `{"${name}":${pollute}}`, `{"model":"tunesmith-tiny","${name}":{"training_file":"y"}}`, `{"method":{"${name}":${pollute}}}`,
        `{"model":"tunesmith-tiny","training_file":"x","hyperparameters":{"${name}":${pollute}}}`, `{"model":{"${name}":${pollute}}}`,
        `{"constructor":{"prototype":${pollute}},"${name}x":1}`,
      ]) {
        for (const path of [jobs, '/v1/chat/completions']) {
          await assertRefused(await sendJson(path, body), 400);
        }
      }
      assert.ok([400, 404].includes((await send(`GET /v1/models/${name}`, inside())).status));
      assert.ok([400, 404].includes((await send(`GET /v1/files/${name}`, inside())).status));
      assert.equal((await send(`GET ${jobs}?metadata[${name}]=x`, inside())).status, 200);
    }
    assert.equal(probe['x'], undefined);
    assert.equal(({} as Record<string, unknown>)['n_epochs'], undefined);
  });

  it('row 20: numbers are numbers within their range', async () => {
    const numeric: readonly (readonly [string, string])[] = [
      [jobs, 'seed'], [jobs, 'hyperparameters.n_epochs'], [jobs, 'hyperparameters.batch_size'],
      [jobs, 'hyperparameters.learning_rate_multiplier'], [jobs, 'method.supervised.hyperparameters.n_epochs'],
      ...['temperature', 'top_p', 'max_tokens', 'max_completion_tokens', 'n', 'seed', 'presence_penalty', 'frequency_penalty'].map(
        (name): [string, string] => ['/v1/chat/completions', name],
      ),
    ];
    const values = ['1e400', '-1e400', '-0', '-0.0', '0.1e-400', '-1e-400', '9007199254740993', '"3"', 'true', '[1]', '{}', '-1e308', '1e308'];
    const file = await engine.openai.files.create({ file: new File(['{}\n'], 'a.jsonl'), purpose: 'fine-tune' });
    for (const [path, field] of numeric) {
      for (const value of values) {
        // Every finite positive factor is one.
        if (field.endsWith('learning_rate_multiplier') && (value === '9007199254740993' || value === '1e308')) continue;
        const names = field.split('.');
        const nested = names.reduceRight((inner, name) => `{"${name}":${inner}}`, value);
        const own = nested.slice(1, -1).replace('"method":{', '"method":{"type":"supervised",');
        const rest = path === jobs ? `"model":"tunesmith-tiny","training_file":"${file.id}"` : '"model":"tunesmith-tiny","messages":[{"role":"user","content":"x"}]';
        const error = await assertRefused(await sendJson(path, `{${rest},${own}}`), 400);
        assert.equal(error.param, field, value);
        assert.match(error.message, /at least|above|from .* to/, error.message);
      }
    }
  });
});

describe('where a request goes', () => {
  it('row 23: odd paths lead nowhere', async () => {
    for (const path of [
      '/v1/files/..%2f..', '/v1/files/..%2f..%2faccess.json', '/v1/files/%2e%2e/%2e%2e/access.json', '/v1/files/../../access.json/content', '/v1/files/%00',
      '/v1/files/a%00b/content', '/v1/files/%c0%ae', '/v1/files/%', '/v1/files/%zz', '//', '/', '//v1/models', '/v1//models', '/v1/models/', '/V1/models',
      '/v1/models/..', '/v1/files/C:%5caccess.json/content', '/v1/files/%5c%5chost%5cshare', '/v1/files/x%3Astream/content', `/v1/files/${'a'.repeat(10 * 1024)}`,
      `/${'a/'.repeat(5 * 1024)}`, '/v1/files/%E2%80%AE', '/v1/models/%252e%252e', '/tunesmith/health/', '/tunesmith/..%2f', '/v1/models;x=1', '/v1/models%3Fx',
    ]) {
      await assertRefused(await send(`GET ${path}`, inside()), 404, 400);
    }
  });

  it('row 1: every route and method wants the token, and so do 300 paths that are none', async () => {
    const { apiKey } = engine.run;
    const wrong = ['', 'Authorization: Bearer wrong\r\n', `Authorization: ${apiKey}\r\n`, `Cookie: token=${apiKey}\r\n`];
    for (const path of [...somePaths, '/', '/metrics', '/v1/..', '/tunesmith']) {
      for (const [index, method] of ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'TRACE'].entries()) {
        const reply = await send(`${method} ${path}`, host() + (wrong[index % wrong.length] ?? ''));
        assert.equal(reply.status, 401, `${method} ${path}`);
      }
    }
    for (let count = 0; count < 300; count += 1) {
      const reply = await send(`GET /${randomBytes(1 + (count % 30)).toString('base64url')}`, host());
      assert.equal(reply.status, 401);
    }
  });
});

describe('what stays behind', () => {
  it('rows 1-30: memory returns to where it was', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const big = Buffer.alloc(8 * 1024 * 1024, ' ');
    const round = async (): Promise<void> => {
      for (let count = 0; count < 4; count += 1) {
        await sendJson('/v1/fine_tuning/jobs', big);
        await sendJson('/v1/fine_tuning/jobs', '['.repeat(1_000_000));
        await sendRaw(port, randomBytes(100_000));
        await send('GET /v1/models', `${inside()}X: ${'a'.repeat(20 * 1024)}\r\n`);
        await send('GET /v1/models', host());
      }
    };
    await round();
    const before = used();
    for (let count = 0; count < 5; count += 1) await round();
    const grown = await eventually(async () => used() - before, (bytes) => bytes < 20 * 1024 * 1024);
    assert.ok(grown < 20 * 1024 * 1024);
    await assertServes();
  });
});
