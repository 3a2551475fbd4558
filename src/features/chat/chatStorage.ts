import { dirname } from 'node:path';
import { parseChatFile, toChatFile } from '../../core/chat/chatFile.ts';
import { emptyChat, type ChatState } from '../../core/chat/transcript.ts';
import type { Claim } from '../../disk/claim.ts';
import { isMissing, makeFolder, readText, replaceFile } from '../../disk/files.ts';
import type { Log } from '../../platform/log.ts';

/** Where the chat is kept: a file of the workspace, or one that a window without a folder claims for itself. */
export type ChatFile = () => Promise<{ readonly path: string; readonly claim?: Claim }>;

/** The chat of this window on disk. Writes are gathered and never overlap; the newest state wins. */
export class ChatStorage {
  readonly #file: ChatFile;
  readonly #log: Log;
  #latest: ChatState | undefined;
  /** False while the stored chat may hold more than was read. */
  #readable = false;
  #path = '';
  #claim: Claim | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: ChatFile, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  /** What was written; an empty chat if nothing was. A file that cannot be read is set aside, not overwritten. */
  async load(): Promise<ChatState> {
    try {
      const { path, claim } = await this.#file();
      [this.#path, this.#claim] = [path, claim];
      this.#readable = true;
      const text = await readText(path);
      const state = parseChatFile(text);
      if (state !== undefined) return state;
      const aside = `${path}.unreadable-${Date.now()}`;
      await replaceFile(aside, text);
      this.#log.warn(`The stored chat could not be read; it was kept as ${aside}`);
    } catch (error) {
      if (this.#path !== '' && isMissing(error)) return emptyChat;
      // What cannot be read just now may be whole: this window writes nothing over it.
      this.#readable = false;
      this.#log.error('The stored chat could not be read', error);
    }
    return emptyChat;
  }

  /** Writes the state within `delayMs`; a write that is due sooner takes it along. */
  save(state: ChatState, delayMs: number): void {
    if (!this.#readable) return;
    this.#latest = state;
    const due = Date.now() + delayMs;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.flush(), delayMs);
  }

  /** Writes what is not written yet; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = Infinity;
    const state = this.#latest;
    this.#latest = undefined;
    if (state !== undefined) {
      this.#writing = this.#writing.then(() => this.#write(state));
    }
    return this.#writing;
  }

  /** Writes what is left and gives the file free; never rejects. */
  async end(): Promise<void> {
    await this.flush();
    await this.#claim?.release().catch((error: unknown) => this.#log.error('The chat file was not given free', error));
  }

  async #write(state: ChatState): Promise<void> {
    try {
      await makeFolder(dirname(this.#path));
      await replaceFile(this.#path, toChatFile(state), { mode: 0o600 });
    } catch (error) {
      this.#log.error('The chat could not be stored', error);
    }
  }
}
