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
  /** `address` is an `EngineAddress` as JSON text: what a newer engine adds to it is covered by the proof as well. */
  | { readonly state: 'running'; readonly address: string; readonly proof: string };

const maxLine = 4096;

export function greetingOf(token: string, nonce: string, address: EngineAddress): Greeting {
  const text = JSON.stringify(address);
  return { state: 'running', address: text, proof: proofOf(token, nonce, text) };
}

function proofOf(token: string, nonce: string, address: string): string {
  return createHmac('sha256', token).update(`${nonce}\n${address}`).digest('hex');
}

/** Answers one client. `greeting` is asked at that moment. */
export function answerGreeting(socket: Socket, greeting: (nonce: string) => Greeting): void {
  // However busy it is with sending: nobody has more to say than a line.
  const patience = setTimeout(() => socket.destroy(), 5_000).unref();
  socket.once('close', () => clearTimeout(patience));
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
    if (token === undefined || !sameText(greeting.proof, proofOf(token, nonce, greeting.address))) {
      return { kind: 'stranger' };
    }
    const address = parseAddress(greeting.address);
    return address === undefined ? { kind: 'stranger' } : { kind: 'engine', address };
  } catch {
    return { kind: 'silent' };
  } finally {
    socket.destroy();
  }
}

function parseGreeting(line: string): Greeting | undefined {
  const value = parseJson(line) as { readonly state?: unknown; readonly address?: unknown; readonly proof?: unknown } | null;
  if (value?.state === 'starting') {
    return { state: 'starting' };
  }
  const known = value?.state === 'running' && typeof value.address === 'string' && typeof value.proof === 'string';
  return known ? { state: 'running', address: value.address as string, proof: value.proof as string } : undefined;
}

function parseAddress(text: string): EngineAddress | undefined {
  const address = parseJson(text) as Partial<EngineAddress> | null;
  const { version, pid, baseURL, startedAt, oldestClient } = address ?? {};
  const valid =
    typeof version === 'string' &&
    typeof oldestClient === 'string' &&
    Number.isInteger(pid) &&
    Number.isInteger(startedAt) &&
    /^http:\/\/127\.0\.0\.1:\d{1,5}\/v1$/.test(baseURL ?? '');
  return valid ? (address as EngineAddress) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The first line; whatever comes behind it is dropped. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: string): void => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0 && text.length <= maxLine) {
        return;
      }
      socket.removeListener('data', take);
      socket.resume();
      if (end >= 0 && end <= maxLine) {
        resolve(text.slice(0, end));
      } else {
        reject(new Error('Line too long'));
      }
    };
    socket.setEncoding('utf8');
    socket.on('data', take);
    socket.once('close', () => reject(new Error('Closed')));
  });
}
