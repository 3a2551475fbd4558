import { isUtf8 } from 'node:buffer';
import { ApiError } from './apiError.ts';

/** What a part of a form says about itself. */
export type PartHeader = {
  readonly name: string;
  /** As it was sent, path and all; undefined for a part that is no file. */
  readonly filename: string | undefined;
};

export function malformedForm(): ApiError {
  return new ApiError(400, 'The multipart body is malformed.');
}

const maxLines = 16;
const plainEncodings: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);
/** Names that mean something to an object of the language instead of to us. */
const oddNames: ReadonlySet<string> = new Set(['', '__proto__', 'constructor', 'prototype']);

/** @throws ApiError 400 */
export function parsePartHeader(bytes: Buffer): PartHeader {
  if (!isUtf8(bytes)) {
    throw malformedForm();
  }
  const headers = new Map<string, string>();
  const lines = bytes.toString('utf8').split('\r\n');
  for (const line of lines.slice(0, maxLines)) {
    const [, name = '', value = ''] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n]*)$/.exec(line) ?? [];
    if (name === '' || headers.has(name.toLowerCase())) {
      throw malformedForm();
    }
    headers.set(name.toLowerCase(), value.trim());
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (lines.length > maxLines || !plainEncodings.has(encoding)) {
    throw malformedForm();
  }
  return parseDisposition(headers.get('content-disposition') ?? '');
}

function parseDisposition(value: string): PartHeader {
  const [kind = ''] = /^form-data\s*(?=;)/i.exec(value) ?? [];
  const parameters = new Map<string, string>();
  let at = kind.length;
  for (const found of value.slice(at).matchAll(/\s*;\s*([\w-]+\*?)\s*=\s*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|([^\s;"]+))/gy)) {
    const [whole, name = '', quoted, token = ''] = found;
    if (parameters.has(name.toLowerCase())) {
      throw malformedForm();
    }
    parameters.set(name.toLowerCase(), quoted === undefined ? token : unquote(quoted));
    at += whole.length;
  }
  const name = parameters.get('name') ?? '';
  if (kind === '' || value.slice(at).trim() !== '' || oddNames.has(name)) {
    throw malformedForm();
  }
  const extended = parameters.get('filename*');
  return { name, filename: extended === undefined ? parameters.get('filename') : decodeExtended(extended) };
}

/** Browsers write quotes and line ends of names in percent form, older clients put a backslash before quotes. */
function unquote(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1').replaceAll(/%(22|0D|0A)/gi, (escape) => decodeURIComponent(escape));
}

/** `UTF-8''na%C3%AFve.jsonl`, which some clients send for names that are not ASCII (RFC 5987). */
function decodeExtended(value: string): string {
  const encoded = /^utf-8'[\w-]*'((?:%[0-9a-f]{2}|[!#$&+\-.^_`|~0-9a-z])*)$/i.exec(value)?.[1];
  try {
    if (encoded !== undefined) {
      return decodeURIComponent(encoded);
    }
  } catch {
    // Percent signs that are no UTF-8.
  }
  throw malformedForm();
}
