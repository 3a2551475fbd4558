import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './apiError.ts';
import { checkJson } from './jsonText.ts';
import { limits } from './limits.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const closing = { connection: 'close' } as const;

/**
 * Reads a JSON object from the body; an empty body is an empty object where that is allowed.
 * @throws ApiError 400, 413 or 415
 */
export async function readJsonObject(request: IncomingMessage, emptyAllowed: boolean): Promise<JsonObject> {
  const isJson = isJsonType(request.headers['content-type'] ?? '');
  const bytes = isJson || emptyAllowed ? await readBody(request, limits.jsonBytes) : undefined;
  if (bytes?.length === 0 && emptyAllowed) {
    return {};
  }
  if (bytes === undefined || !isJson) {
    throw new ApiError(415, 'The body must be application/json in UTF-8.');
  }
  if (!isUtf8(bytes)) {
    throw new ApiError(400, 'The body is not valid UTF-8.');
  }
  return parseJsonObject(bytes.toString('utf8'));
}

function isJsonType(contentType: string): boolean {
  const type = /^application\/json\s*(?:;\s*charset\s*=\s*"?([\w-]+)"?\s*)?$/i.exec(contentType);
  return type !== null && ['utf-8', 'utf8', undefined].includes(type[1]?.toLowerCase());
}

function parseJsonObject(text: string): JsonObject {
  checkJson(text);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, 'The JSON body must be an object: expected {...} at position 0.');
  }
  return value as JsonObject;
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    throw tooLarge(maxBytes);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(413, `The body is larger than ${maxBytes} bytes.`, { headers: closing });
}
