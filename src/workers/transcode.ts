import { StringDecoder } from 'node:string_decoder';
import type { Encoding } from '../core/prepare/recipe.ts';

/** The same text as UTF-8, without a byte order mark. */
export async function* toUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  markBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const body = skipBytes(chunks, markBytes);
  if (encoding === 'utf-8') {
    yield* body;
    return;
  }
  const decode = encoding === 'windows-1252' ? decodeWindows1252 : utf16Decoder(encoding);
  for await (const chunk of body) {
    yield Buffer.from(decode(chunk), 'utf8');
  }
}

async function* skipBytes(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

function utf16Decoder(encoding: 'utf-16le' | 'utf-16be'): (chunk: Uint8Array) => string {
  const decoder = new StringDecoder('utf16le');
  if (encoding === 'utf-16le') return (chunk) => decoder.write(Buffer.from(chunk));
  let odd: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    const bytes = Buffer.concat([odd, chunk]);
    const even = bytes.length - (bytes.length % 2);
    odd = bytes.subarray(even);
    return decoder.write(Buffer.from(bytes.subarray(0, even)).swap16());
  };
}

/** 0x80 to 0x9f where Windows-1252 and Latin-1 differ (WHATWG Encoding Standard, index windows-1252). */
const windows1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** By hand: some releases of Node decode this label as Latin-1. */
function decodeWindows1252(chunk: Uint8Array): string {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80] ?? char);
}
