import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, mock } from 'node:test';
import { watchBody } from '../../../src/engine/server/bodyWatch.ts';
import { watchReader } from '../../../src/engine/server/readerWatch.ts';
import { RefusalLog } from '../../../src/engine/server/refusalLog.ts';
import { sendAnswer } from '../../../src/engine/server/sendAnswer.ts';
import { openConnection, readReply } from './rawHttp.ts';

/** A server that does only this with each request. */
async function withServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const large = 'x'.repeat(32 * 1024 * 1024);

describe('the watch over readers', () => {
  it('row 28: cuts off an answer that nobody reads, and lets one through that is read slowly', async () => {
    let tell = (_wasCut: boolean): void => undefined;
    const cut = new Promise<boolean>((resolve) => { tell = resolve; });
    let slowly = false;
    const handle = (_request: IncomingMessage, response: ServerResponse): void => {
      watchReader(response, slowly ? 500 : 50);
      response.once('close', () => tell(!response.writableFinished));
      void sendAnswer(response, { kind: 'json', body: large });
    };
    await withServer(handle, async (port) => {
      const idle = await openConnection(port);
      idle.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      assert.equal(await cut, true);
      idle.destroy();
      slowly = true;
      const reader = await openConnection(port);
      let bytes = 0;
      reader.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        reader.pause();
        setTimeout(() => reader.resume(), 1);
      });
      reader.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await once(reader, 'close');
      assert.ok(bytes > large.length, `${bytes} came`);
    });
  });
});

describe('the watch over bodies', () => {
  it('row 10: blames the client only for what it does not send', async () => {
    let tell = (_path: string): void => undefined;
    const slow = new Promise<string>((resolve) => { tell = resolve; });
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      watchBody(request, 50, () => tell(request.url ?? ''));
      if (request.url === '/unread') {
        // The engine is behind: it takes the body later than it came.
        setTimeout(() => request.resume().once('end', () => response.end('taken')), 300);
      } else {
        request.resume();
      }
    };
    await withServer(handle, async (port) => {
      const sent = await openConnection(port);
      sent.write('POST /unread HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n');
      sent.write(Buffer.alloc(100_000, 'x'));
      assert.equal((await readReply(sent)).body, 'taken');
      const silent = await openConnection(port);
      silent.write('POST /silent HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
      assert.equal(await slow, '/silent');
      silent.destroy();
    });
  });
});

describe('the log of refusals', () => {
  it('row 2: tells the first of a kind at once and the others as a number', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const lines: string[] = [];
      const log = new RefusalLog((line) => lines.push(line), 1_000);
      for (let count = 0; count < 1_000; count += 1) log.tell('401 at the gate');
      log.tell('421 at the gate');
      assert.deepEqual(lines, ['refused: 401 at the gate', 'refused: 421 at the gate']);
      mock.timers.tick(1_000);
      assert.deepEqual(lines.slice(2), ['refused 999 more: 401 at the gate']);
      log.tell('401 at the gate');
      assert.equal(lines.at(-1), 'refused: 401 at the gate');
      log.close();
      mock.timers.tick(10_000);
      assert.equal(lines.length, 4);
    } finally {
      mock.timers.reset();
    }
  });
});
