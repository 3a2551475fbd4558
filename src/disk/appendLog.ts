import { dirname, join } from 'node:path';
import { makeFolder, readBytes, replaceFile, stat } from './files.ts';
import { frame, magic, maxRecordBytes, readRecords } from './logRecords.ts';
import { syncFolder, writeAll } from './durable.ts';
import { isMissing, realSystem, type OpenFile, type System } from './system.ts';

export { LogDamagedError, maxRecordBytes } from './logRecords.ts';

type AppendLogOptions = {
  /** Called once for each stored record, in order, while the log opens. */
  readonly onRecord: (payload: Uint8Array) => void;
  /** Where the cut bytes of a torn tail are kept. */
  readonly quarantineFolder: string;
  readonly system?: System;
};

/**
 * A file of records that is only ever appended to. Each record carries its length, a checksum and a gapless
 * sequence number. What a crash tore at the end is cut off on opening and kept in quarantine; damage in front of
 * readable records is never cut (`LogDamagedError`). After a failed sync the log takes nothing more, because the
 * system's cache and the disk may differ from then on.
 */
export class AppendLog {
  /** Bytes of a torn tail that opening cut off. */
  readonly cutBytes: number;
  readonly #file: OpenFile;
  #length: number;
  #sequence: bigint;
  #broken: Error | undefined;
  #dirty = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(file: OpenFile, length: number, sequence: bigint, cutBytes: number) {
    this.#file = file;
    this.#length = length;
    this.#sequence = sequence;
    this.cutBytes = cutBytes;
  }

  /** Opens the log at `path`, creating it (0600) if it is absent. */
  static async open(path: string, options: AppendLogOptions): Promise<AppendLog> {
    const system = options.system ?? realSystem;
    const bytes = await readBytes(path, { system }).catch((error: unknown) => {
      if (isMissing(error)) {
        return new Uint8Array(0);
      }
      throw error;
    });
    const found = readRecords(bytes, path, options.onRecord);
    const cut = bytes.subarray(found.end);
    if (cut.length > 0) {
      await makeFolder(options.quarantineFolder, { mode: 0o700, system });
      await replaceFile(await freeName(options.quarantineFolder, found.sequence, system), cut, { mode: 0o600, system });
    }
    const file = await system.open(path, bytes.length === 0 ? 'a+' : 'r+', 0o600);
    try {
      if (cut.length > 0) {
        await file.truncate(found.end);
      }
    } finally {
      await file.close();
    }
    // Appending mode: two positions can never disagree.
    const log = await system.open(path, 'a', 0o600);
    let end = found.end;
    if (end === 0) {
      await writeAll(log, magic);
      end = magic.length;
    }
    await log.sync();
    await syncFolder(dirname(path), system);
    return new AppendLog(log, end, found.sequence, cut.length);
  }

  /** Bytes on disk. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends one record of at most `maxRecordBytes`. `durable`: resolves when it survives a power loss, and with it
   * everything appended before; otherwise when the system has it. Rejects if it was not stored.
   */
  append(payload: Uint8Array, durable: boolean): Promise<void> {
    return this.#enqueue(() => this.#append(payload, durable));
  }

  /** Makes everything appended so far durable. */
  flush(): Promise<void> {
    return this.#enqueue(() => this.#sync());
  }

  async close(): Promise<void> {
    await this.#enqueue(async () => {
      if (this.#broken === undefined) {
        await this.#sync();
      }
      this.#broken ??= new Error('The log is closed');
      await this.#file.close();
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #append(payload: Uint8Array, durable: boolean): Promise<void> {
    this.#refuseIfBroken();
    if (payload.length > maxRecordBytes) {
      throw new RangeError(`A record has ${payload.length} bytes; at most ${maxRecordBytes} are allowed`);
    }
    const record = frame(payload, this.#sequence + 1n);
    try {
      await writeAll(this.#file, record);
    } catch (error) {
      await this.#takeBack(error);
      throw error;
    }
    this.#length += record.length;
    this.#sequence += 1n;
    this.#dirty = true;
    if (durable) {
      await this.#sync();
    }
  }

  /** After a short write (disk full) the part that arrived must go, or the next record would stand behind rubbish. */
  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
      await this.#file.sync();
    } catch {
      this.#broken = toError(cause);
    }
  }

  async #sync(): Promise<void> {
    this.#refuseIfBroken();
    if (!this.#dirty) {
      return;
    }
    try {
      await this.#file.sync();
      this.#dirty = false;
    } catch (error) {
      this.#broken = toError(error);
      throw error;
    }
  }

  #refuseIfBroken(): void {
    if (this.#broken !== undefined) {
      throw new Error(`Nothing more can be stored since: ${this.#broken.message}`, { cause: this.#broken });
    }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function freeName(folder: string, sequence: bigint, system: System): Promise<string> {
  for (let copy = 0; ; copy += 1) {
    const path = join(folder, `tail-after-${sequence}${copy === 0 ? '' : `-${copy}`}`);
    if ((await stat(path, system)) === undefined) {
      return path;
    }
  }
}
