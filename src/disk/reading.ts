import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { realSystem, type System } from './system.ts';

/**
 * The bytes of a file, in order. `start` and `end` (exclusive) are byte offsets. A chunk belongs to the receiver,
 * unless `reuses` says that all chunks share one buffer: then it is there until the next one is asked for, and a file
 * of any size leaves no garbage behind.
 */
export async function* readChunks(
  path: string,
  signal?: AbortSignal,
  options: {
    readonly start?: number;
    readonly end?: number;
    readonly chunkBytes?: number;
    readonly reuses?: boolean;
    readonly system?: System;
  } = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  signal?.throwIfAborted();
  const chunkBytes = options.chunkBytes ?? 256 * 1024;
  const end = options.end ?? Number.POSITIVE_INFINITY;
  let position = options.start ?? 0;
  const file = await (options.system ?? realSystem).open(path, 'r');
  try {
    const shared = options.reuses ? new Uint8Array(Math.min(chunkBytes, Math.max(1, end - position))) : undefined;
    while (position < end) {
      signal?.throwIfAborted();
      const length = Math.min(chunkBytes, end - position);
      const buffer = shared ?? new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      if (bytesRead === 0) {
        return;
      }
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A whole file. Only for files that are small by nature; datasets are read in chunks or lines. */
export async function readBytes(
  path: string,
  options: { readonly signal?: AbortSignal; readonly maxBytes?: number; readonly system?: System } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal } = options;
  const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  signal?.throwIfAborted();
  const file = await (options.system ?? realSystem).open(path, 'r');
  try {
    // One byte more than there should be shows the end at once. Some files (pipes, /proc) say that they have none.
    const { size } = await file.stat();
    let buffer = new Uint8Array(Math.min(size, maxBytes) + 1);
    let length = 0;
    for (;;) {
      signal?.throwIfAborted();
      if (length === buffer.length) {
        const larger = new Uint8Array(2 * buffer.length + 4096);
        larger.set(buffer);
        buffer = larger;
      }
      const { bytesRead } = await file.read(buffer, length, Math.min(buffer.length - length, maxReadBytes), length);
      length += bytesRead;
      if (length > maxBytes) {
        throw new FileTooLargeError(path, maxBytes);
      }
      if (bytesRead === 0) {
        return buffer.subarray(0, length);
      }
    }
  } finally {
    await file.close();
  }
}

/** Between two of them a signal is looked at. */
const maxReadBytes = 16 * 1024 * 1024;

/** A whole UTF-8 file. A byte order mark is kept; bytes that are no UTF-8 become U+FFFD. */
export async function readText(
  path: string,
  options: { readonly signal?: AbortSignal; readonly maxBytes?: number; readonly system?: System } = {},
): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readBytes(path, options));
}

export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  readonly path: string;
  readonly maxBytes: number;

  constructor(path: string, maxBytes: number) {
    super(`${path} is larger than ${maxBytes} bytes`);
    this.path = path;
    this.maxBytes = maxBytes;
  }
}

export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
  readonly line: number;
  readonly maxBytes: number;

  constructor(line: number, maxBytes: number) {
    super(`line ${line} is longer than ${maxBytes} bytes`);
    this.line = line;
    this.maxBytes = maxBytes;
  }
}

export type Line = {
  /** From 1. */
  readonly number: number;
  /** Byte offset of the first byte of the line. */
  readonly offset: number;
  /** Without its LF or CRLF. A byte order mark is kept; bytes that are no UTF-8 are U+FFFD. */
  readonly text: string;
  readonly validUtf8: boolean;
};

/**
 * The lines of a UTF-8 file. Text after the last line feed is a line of its own; a file that ends with one has no
 * further, empty line.
 * @throws LineTooLongError above `maxLineBytes` (default 256 MiB, half of the longest possible string)
 */
export async function* readLines(
  path: string,
  options: { readonly signal?: AbortSignal; readonly maxLineBytes?: number; readonly system?: System } = {},
): AsyncGenerator<Line, void, undefined> {
  yield* splitLines(readChunks(path, options.signal, options.system ? { system: options.system } : {}), options);
}

/** The same for bytes from anywhere. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly maxLineBytes?: number } = {},
): AsyncGenerator<Line, void, undefined> {
  const maxLineBytes = options.maxLineBytes ?? 256 * 1024 * 1024;
  let number = 1;
  let offset = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let feed = chunk.indexOf(0x0a); feed >= 0; feed = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, feed);
      const bytes = pendingBytes === 0 ? tail : Buffer.concat([...pending, tail], pendingBytes + tail.length);
      if (bytes.length > maxLineBytes) {
        throw new LineTooLongError(number, maxLineBytes);
      }
      yield toLine(number, offset, bytes);
      offset += bytes.length + 1;
      number += 1;
      pending = [];
      pendingBytes = 0;
      start = feed + 1;
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > maxLineBytes) {
        throw new LineTooLongError(number, maxLineBytes);
      }
    }
  }
  if (pendingBytes > 0) {
    yield toLine(number, offset, Buffer.concat(pending, pendingBytes));
  }
}

function toLine(number: number, offset: number, bytes: Uint8Array): Line {
  const end = bytes.length > 0 && bytes[bytes.length - 1] === 0x0d ? bytes.length - 1 : bytes.length;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8');
  return { number, offset, text, validUtf8: isUtf8(bytes) };
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function sha256File(
  path: string,
  options: { readonly signal?: AbortSignal; readonly system?: System } = {},
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path, options.signal, options.system ? { system: options.system } : {})) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}
