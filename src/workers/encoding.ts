import { isUtf8 } from 'node:buffer';
import type { Encoding } from '../core/prepare/recipe.ts';
import { readChunks, readLines } from '../disk/files.ts';
import { SourceError } from './sourceError.ts';

export type DetectedEncoding = {
  readonly encoding: Encoding;
  /** Length of the byte order mark. */
  readonly markBytes: number;
  /** First line that is no UTF-8, where that is why the file is read as Windows-1252. */
  readonly fallbackLine: number | null;
};

/**
 * How the bytes of a file stand for text. `auto`: a byte order mark; else UTF-16 if every other byte is mostly zero;
 * else UTF-8 if all bytes are valid UTF-8; else Windows-1252, in which every byte means something.
 * @param maxBytes looks no further than this into the file
 * @throws SourceError if UTF-8 was asked for and the file is something else
 */
export async function detectEncoding(
  path: string,
  wanted: Encoding | 'auto',
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<DetectedEncoding> {
  const head = await readHead(path, 64 * 1024, options.signal);
  const mark = byteOrderMark(head);
  if (wanted !== 'auto' && wanted !== 'utf-8') {
    return { encoding: wanted, markBytes: mark?.encoding === wanted ? mark.bytes : 0, fallbackLine: null };
  }
  const guess = mark?.encoding ?? guessUtf16(head) ?? 'utf-8';
  if (wanted === 'auto' && guess !== 'utf-8') {
    return { encoding: guess, markBytes: mark?.bytes ?? 0, fallbackLine: null };
  }
  const fallbackLine = await firstLineNotUtf8(path, options);
  if (fallbackLine === null) {
    return { encoding: 'utf-8', markBytes: mark?.encoding === 'utf-8' ? mark.bytes : 0, fallbackLine };
  }
  if (wanted === 'utf-8') throw new SourceError({ kind: 'notEncoded', line: fallbackLine, encoding: 'UTF-8' });
  return { encoding: 'windows-1252', markBytes: 0, fallbackLine };
}

export async function readHead(path: string, bytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(path, signal, { end: bytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function byteOrderMark(head: Uint8Array): { readonly encoding: Encoding; readonly bytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bytes: 2 };
  return undefined;
}

/** Without a mark: Latin text in UTF-16 has a zero in every other byte, and text in UTF-8 has none at all. */
function guessUtf16(head: Uint8Array): Encoding | undefined {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++) {
    if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  const pairs = head.length / 2;
  if (odd > pairs * 0.3 && even < pairs * 0.05) return 'utf-16le';
  if (even > pairs * 0.3 && odd < pairs * 0.05) return 'utf-16be';
  return undefined;
}

async function firstLineNotUtf8(
  path: string,
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal },
): Promise<number | null> {
  const end = options.maxBytes ?? Number.POSITIVE_INFINITY;
  let carried: Uint8Array = new Uint8Array(0);
  let valid = true;
  let length = 0;
  for await (const chunk of readChunks(path, options.signal, { end })) {
    length += chunk.length;
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const whole = bytes.length - unfinishedBytes(bytes);
    valid = isUtf8(bytes.subarray(0, whole));
    if (!valid) break;
    carried = bytes.subarray(whole);
  }
  // What is cut off by maxBytes is no fault of the file.
  if (valid && (carried.length === 0 || length >= end)) return null;
  for await (const line of readLines(path, options.signal ? { signal: options.signal } : {})) {
    if (!line.validUtf8) return line.number;
  }
  return null;
}

/** Bytes at the end that begin a character and do not complete it. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}
