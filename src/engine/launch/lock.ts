import { createServer, type Server } from 'node:net';
import { removeTree, stat } from '../../disk/files.ts';
import { createExclusively } from '../../disk/createExclusively.ts';
import { realSystem } from '../../disk/system.ts';
import { answerGreeting, askSocket, type Greeting } from './handshake.ts';

/** Being the one engine of a folder. The system takes it back when the process dies. */
export type FolderLock = {
  /** What callers are told from now on. */
  greetWith(greeting: (nonce: string) => Greeting): void;
  release(): Promise<void>;
};

/** A takeover lasts milliseconds; one that is older was left behind by a process that died in it. */
const takeoverMs = 10_000;
const claimMs = 15_000;

/**
 * Claims the folder by listening on its local socket; undefined if another process has it.
 * A named pipe vanishes with its owner. A socket file stays: it is removed only by whoever holds the takeover mark,
 * after nobody has answered behind the same inode twice, so that two processes cannot both take over.
 */
export async function claimFolder(name: string): Promise<FolderLock | undefined> {
  const deadline = performance.now() + claimMs;
  while (performance.now() < deadline) {
    const lock = await listenOn(name);
    if (lock !== undefined) {
      return lock;
    }
    if (process.platform === 'win32' || (await askSocket(name, undefined)).kind !== 'nobody') {
      return undefined;
    }
    await removeStale(name);
  }
  throw new Error(`The engine's socket ${name} can neither be used nor removed`);
}

async function listenOn(name: string): Promise<FolderLock | undefined> {
  let greet: (nonce: string) => Greeting = () => ({ state: 'starting' });
  const server = createServer((socket) => answerGreeting(socket, (nonce) => greet(nonce)));
  try {
    await listen(server, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || (process.platform === 'win32' && code === 'EACCES')) {
      return undefined;
    }
    throw error;
  }
  return {
    greetWith(greeting) {
      greet = greeting;
    },
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

async function removeStale(name: string): Promise<void> {
  const mark = `${name}.takeover`;
  if (!(await createExclusively(mark))) {
    const age = Date.now() - ((await stat(mark))?.modifiedMs ?? Date.now());
    if (Math.abs(age) > takeoverMs) {
      await removeTree(mark);
    }
    await realSystem.sleep(20 + Math.random() * 30);
    return;
  }
  try {
    // Between bind and listen a live socket also refuses; a second look after a while tells them apart.
    const before = await inodeOf(name);
    if (before === undefined || (await askSocket(name, undefined)).kind !== 'nobody') {
      return;
    }
    await realSystem.sleep(50);
    if ((await inodeOf(name)) === before && (await askSocket(name, undefined)).kind === 'nobody') {
      await removeTree(name);
    }
  } finally {
    await removeTree(mark);
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return realSystem.lstat(path).then(
    (found) => found.ino,
    () => undefined,
  );
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, readableAll: false, writableAll: false }, () => {
      server.removeListener('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}
