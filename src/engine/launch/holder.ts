import { stat } from '../../disk/files.ts';
import type { RunningEngine } from '../../protocol/launch.ts';
import { readAccess } from './access.ts';
import { dataFolderAt, socketNameOf } from './dataFolder.ts';
import { askSocket } from './handshake.ts';

/** Who holds a data folder. What is said here is proved over the local socket; address files are believed by nobody. */
export type Holder =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'engine'; readonly engine: RunningEngine }
  /** It begins, ends, or cannot be used; `why` matters only if it stays so. */
  | { readonly kind: 'other'; readonly why: string };

export async function look(dataFolder: string): Promise<Holder> {
  const folder = dataFolderAt(dataFolder);
  if ((await stat(folder.root))?.kind !== 'folder') {
    return { kind: 'nobody' };
  }
  const access = await readAccess(folder);
  const found = await askSocket(await socketNameOf(folder.root), access?.token);
  switch (found.kind) {
    case 'nobody':
      return found;
    case 'silent':
      return { kind: 'other', why: 'a program holds its folder and does not answer' };
    case 'stranger':
      return { kind: 'other', why: 'a program that does not know its key holds its folder. End that program' };
    case 'engine': {
      const engine: RunningEngine = { ...found.address, apiKey: access?.token ?? '' };
      if (await answers(engine)) {
        return { kind: 'engine', engine };
      }
      const why =
        `process ${engine.pid} runs, but ${engine.baseURL} cannot be reached: ` +
        'let programs connect to 127.0.0.1 in the firewall, and leave it out of the proxy';
      return { kind: 'other', why };
    }
  }
}

/** Whether this very engine answers under its address. */
async function answers(engine: RunningEngine): Promise<boolean> {
  try {
    const { pid } = (await ask(engine, 'GET', 'health')) as { readonly pid?: unknown };
    return pid === engine.pid;
  } catch {
    return false;
  }
}

/** Asks one of the engine's own routes. @throws if it does not answer with 2xx */
export async function ask(engine: RunningEngine, method: string, what: string, body?: object): Promise<unknown> {
  const response = await fetch(new URL(`/tunesmith/${what}`, engine.baseURL), {
    method,
    headers: { authorization: `Bearer ${engine.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) {
    throw new Error(`The engine answered with status ${response.status}`);
  }
  return response.json();
}
