import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import type { EngineAddress } from '../../protocol/launch.ts';

/**
 * What a client and the engine say to each other on the local socket. The client sends a random line, the engine
 * answers with its address and a proof made with the token, so that the token is never sent to somebody who only
 * listens under the engine's name or port.
 */
export type Greeting =
  | { readonly state: 'starting' }
  | { readonly state: 'running'; readonly address: EngineAddress; readonly proof: string };

const maxLine = 4096;

export function proofOf(token: string, nonce: string, address: EngineAddress): string {
  const text = [nonce, address.version, address.pid, address.baseURL, address.startedAt].join('\n');
  return createHmac('sha256', token).update(text).digest('hex');
}

/** Answers one client. `greeting` is asked at that moment. */
export function answerGreeting(socket: Socket, greeting: (nonce: string) => Greeting): void {
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('error', () => undefined);
  readLine(socket).then(
    (nonce) => {
      if (/^[0-9a-f]{32}$/.test(nonce)) {
        socket.end(`${JSON.stringify(greeting(nonce))}\n`);
      } else {
        socket.destroy();
      }
    },
    () => socket.destroy(),
  );
}

export type Found =
  | { readonly kind: 'nobody' }
  /** Somebody holds the folder, but has no address yet or does not answer. */
  | { readonly kind: 'silent' }
  /** Somebody answers who does not know the token. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'engine'; readonly address: EngineAddress };

/** Asks who listens on the socket. `token` undefined: only whether somebody does. */
export async function askSocket(name: string, token: string | undefined, patienceMs = 2_000): Promise<Found> {
  const nonce = randomBytes(16).toString('hex');
  const socket = createConnection({ path: name });
  socket.setTimeout(patienceMs, () => socket.destroy(new Error('No answer')));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    socket.destroy();
    const code = (error as NodeJS.ErrnoException).code;
    return { kind: code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK' ? 'nobody' : 'silent' };
  }
  try {
    socket.on('error', () => undefined);
    socket.write(`${nonce}\n`);
    const greeting = parseGreeting(await readLine(socket));
    if (greeting === undefined || greeting.state === 'starting') {
      return { kind: 'silent' };
    }
    const { address, proof } = greeting;
    if (token === undefined || !sameText(proof, proofOf(token, nonce, address))) {
      return { kind: 'stranger' };
    }
    return { kind: 'engine', address };
  } catch {
    return { kind: 'silent' };
  } finally {
    socket.destroy();
  }
}

function parseGreeting(line: string): Greeting | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const greeting = value as Partial<Extract<Greeting, { state: 'running' }>> | null;
  if (greeting?.state !== 'running' || typeof greeting.proof !== 'string') {
    return (greeting as { state?: unknown } | null)?.state === 'starting' ? { state: 'starting' } : undefined;
  }
  const address = greeting.address;
  const valid =
    typeof address === 'object' &&
    typeof address.version === 'string' &&
    Number.isInteger(address.pid) &&
    Number.isInteger(address.startedAt) &&
    /^http:\/\/127\.0\.0\.1:\d{1,5}\/v1$/.test(address.baseURL);
  return valid ? { state: 'running', address, proof: greeting.proof } : undefined;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) {
        resolve(text.slice(0, end));
      } else if (text.length > maxLine) {
        reject(new Error('Line too long'));
      }
    });
    socket.once('close', () => reject(new Error('Closed')));
  });
}
