import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyChat, type ChatState } from '../../src/core/chat/transcript.ts';
import { ChatStorage } from '../../src/features/chat/chatStorage.ts';
import { claimChatFile } from '../../src/features/chat/ownChatFile.ts';
import { Memory, quiet } from './doubles.ts';

suite('chats of windows without a folder', () => {
  let folder = '';
  setup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunesmith-chat-'));
  });
  teardown(() => rm(folder, { recursive: true }));

  const open = (window: Memory): ChatStorage => new ChatStorage(() => claimChatFile(folder, window), quiet);
  const saying = (text: string): ChatState => ({ ...emptyChat, draft: { ...emptyChat.draft, text } });
  const textIn = async (storage: ChatStorage): Promise<string> => (await storage.load()).draft.text;

  test('do not overwrite each other, and each comes back after a reload', async () => {
    const windows = [new Memory(), new Memory()];
    const storages = windows.map(open);
    for (const [index, storage] of storages.entries()) {
      assert.equal(await textIn(storage), '');
      storage.save(saying(`window ${index}`), 0);
      await storage.flush();
    }
    for (const storage of storages.toReversed()) await storage.end();
    const again = windows.map(open);
    assert.deepEqual(await Promise.all(again.map(textIn)), ['window 0', 'window 1']);
    for (const storage of again) await storage.end();
    assert.equal((await readdir(folder)).length, 2, 'no mark is left behind');
  });

  test('are found by a new window when their own is gone', async () => {
    const first = open(new Memory());
    await first.load();
    first.save(saying('yesterday'), 0);
    await first.end();
    const next = open(new Memory());
    assert.equal(await textIn(next), 'yesterday');
    await next.end();
  });
});
