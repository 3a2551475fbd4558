import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answerGreeting, greetingOf } from '../../../src/engine/launch/handshake.ts';

/** An old engine that proves who it is, says yes when it is asked to end, and hangs. Arguments: data folder, token. */
const [folder = '', token = ''] = process.argv.slice(2);
const http = createHttpServer((_request, response) => response.end(JSON.stringify({ pid: process.pid })));
http.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`;
  const address = { version: '0.1.0', pid: process.pid, baseURL, startedAt: 1, oldestClient: '0.1.0' };
  const socket = createServer((client) => answerGreeting(client, (nonce) => greetingOf(token, nonce, address)));
  socket.listen(join(folder, 'engine.sock'), () => process.stdout.write('ready\n'));
});
