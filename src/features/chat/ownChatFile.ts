import type * as vscode from 'vscode';
import { join } from 'node:path';
import { claimFile, type Claim } from '../../disk/claim.ts';
import { listFolder, makeFolder } from '../../disk/files.ts';

export type OwnFile = { readonly path: string; readonly claim: Claim };

const stateKey = 'tunesmith.chatFile';
const namePattern = /^chat(-[0-9a-f]{8})?\.json$/;

/** After a reload the window's former extension host may still be writing. */
const patienceMs = 3_000;
const retryMs = 100;

/**
 * A chat file for a window without a folder, of which there may be several in one place: the one this window had
 * before, else the newest that no window has, else a new one.
 */
export async function claimChatFile(folder: string, windowState: vscode.Memento): Promise<OwnFile> {
  await makeFolder(folder);
  const stored = windowState.get<string>(stateKey) ?? '';
  const before = namePattern.test(stored) ? stored : undefined;
  const claimed = before === undefined ? undefined : await claimPatiently(join(folder, before));
  if (claimed !== undefined) return claimed;
  const found = (await listFolder(folder)).filter(({ name }) => namePattern.test(name) && name !== before);
  const newestFirst = found.toSorted((a, b) => b.modifiedMs - a.modifiedMs).map(({ name }) => name);
  const fresh = `chat-${crypto.randomUUID().slice(0, 8)}.json`;
  for (const name of [...newestFirst, ...(found.length === 0 ? ['chat.json'] : []), fresh]) {
    const path = join(folder, name);
    const claim = await claimFile(path);
    if (claim === undefined) continue;
    await windowState.update(stateKey, name);
    return { path, claim };
  }
  throw new Error('No chat file could be claimed');
}

async function claimPatiently(path: string): Promise<OwnFile | undefined> {
  for (const end = Date.now() + patienceMs; ; ) {
    const claim = await claimFile(path);
    if (claim !== undefined) return { path, claim };
    if (Date.now() > end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
