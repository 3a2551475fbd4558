import { dirname } from 'node:path';
import { syncFolder, writeAll } from './durable.ts';
import { makeFolder, readBytes, replaceFile } from './files.ts';
import { frame, LogDamagedError, magic, maxRecordBytes, maxUnsyncedRecords, readRecords, type LogContent } from './logRecords.ts';
import { freeName } from './quarantine.ts';
import { isMissing, realSystem, type OpenFile, type System } from './system.ts';

export { LogDamagedError, maxRecordBytes } from './logRecords.ts';

type AppendLogOptions = {
  /** Called once for each stored record, in order, while the log opens. */
  readonly onRecord: (payload: Uint8Array) => void;
  /** Where the cut bytes of a torn tail are kept. */
  readonly quarantineFolder: string;
  readonly system?: System;
};

/** A log as it was read; `bytes` is undefined if there is no file. */
export type ReadLog = LogContent & { readonly bytes: Uint8Array | undefined };

/** Reads a log without changing anything. */
export async function readLog(
  path: string,
  onRecord: (payload: Uint8Array) => void,
  options: { readonly after?: bigint; readonly system?: System } = {},
): Promise<ReadLog> {
  const bytes = await readBytes(path, { system: options.system ?? realSystem }).catch((error: unknown) => {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  });
  return { bytes, ...readRecords(bytes ?? new Uint8Array(0), path, onRecord, options.after) };
}

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
  /** Bytes that a sync has confirmed. */
  #durableLength: number;
  #sequence: bigint;
  #broken: Error | undefined;
  /** Records since the last sync. */
  #unsynced = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(file: OpenFile, length: number, sequence: bigint, cutBytes: number) {
    this.#file = file;
    this.#length = length;
    this.#durableLength = length;
    this.#sequence = sequence;
    this.cutBytes = cutBytes;
  }

  /**
   * Opens the log at `path`, creating it (0600) if it is absent.
   * @throws LogDamagedError if it is none of ours, or damaged in front of readable records; nothing is changed then
   */
  static async open(path: string, options: AppendLogOptions): Promise<AppendLog> {
    const system = options.system ?? realSystem;
    const found = await readLog(path, options.onRecord, { system });
    if (found.damage !== undefined) {
      throw new LogDamagedError(found.damage.message);
    }
    return found.end === 0
      ? AppendLog.create(path, [], { system })
      : AppendLog.continue(path, found, { quarantineFolder: options.quarantineFolder, system });
  }

  /** A new log, which appears with its first records or not at all. `after`: number of the record before them. */
  static async create(
    path: string,
    payloads: readonly Uint8Array[],
    options: { readonly after?: bigint; readonly system?: System } = {},
  ): Promise<AppendLog> {
    const system = options.system ?? realSystem;
    const after = options.after ?? 0n;
    const records = payloads.map((payload, index) => frame(payload, after + BigInt(index + 1)));
    const bytes = Buffer.concat([magic, ...records]);
    await replaceFile(path, bytes, { mode: 0o600, system });
    const file = await system.open(path, 'a', 0o600);
    return new AppendLog(file, bytes.length, after + BigInt(payloads.length), 0);
  }

  /** Goes on with a log that was read and is not damaged; what a crash tore is cut off. */
  static async continue(
    path: string,
    found: ReadLog,
    options: { readonly quarantineFolder: string; readonly system?: System },
  ): Promise<AppendLog> {
    const system = options.system ?? realSystem;
    const cut = (found.bytes ?? new Uint8Array(0)).subarray(found.end);
    if (cut.length > 0) {
      await makeFolder(options.quarantineFolder, { mode: 0o700, system });
      const kept = await freeName(options.quarantineFolder, `tail-after-${found.sequence}`, system);
      await replaceFile(kept, cut, { mode: 0o600, system });
    }
    // Appending mode: two positions can never disagree.
    const file = await system.open(path, 'a', 0o600);
    try {
      if (cut.length > 0) {
        await file.truncate(found.end);
      }
      await file.sync();
      await syncFolder(dirname(path), system);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    return new AppendLog(file, found.end, found.sequence, cut.length);
  }

  /** Bytes on disk. */
  get length(): number {
    return this.#length;
  }

  /** Number of the last record. */
  get sequence(): bigint {
    return this.#sequence;
  }

  /** Why nothing more is taken, or undefined. */
  get failure(): Error | undefined {
    return this.#broken;
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
      try {
        if (this.#broken === undefined) {
          await this.#sync();
        }
      } finally {
        this.#broken ??= new Error('The log is closed');
        await this.#file.close();
      }
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
    if (this.#unsynced === maxUnsyncedRecords) {
      await this.#sync();
    }
    const record = frame(payload, this.#sequence + 1n, this.#unsynced);
    try {
      await writeAll(this.#file, record);
    } catch (error) {
      await this.#takeBack(error);
      throw error;
    }
    this.#length += record.length;
    this.#sequence += 1n;
    this.#unsynced += 1;
    if (durable) {
      await this.#sync();
    }
  }

  /** After a short write (disk full) the part that arrived must go, or the next record would stand behind rubbish. */
  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
    } catch {
      this.#broken = toError(cause);
    }
  }

  async #sync(): Promise<void> {
    this.#refuseIfBroken();
    if (this.#unsynced === 0) {
      return;
    }
    try {
      await this.#file.sync();
      this.#unsynced = 0;
      this.#durableLength = this.#length;
    } catch (error) {
      this.#broken = toError(error);
      // The bytes can still be read, though they may never reach the disk: whoever opens the log next would build on
      // them.
      await this.#file.truncate(this.#durableLength).catch(() => undefined);
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
