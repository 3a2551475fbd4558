import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './apiError.ts';
import { limits } from './limits.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const closing = { connection: 'close' } as const;

/**
 * Reads a JSON object from the body; an empty body is an empty object where that is allowed.
 * @throws ApiError 400, 413 or 415
 */
export async function readJsonObject(request: IncomingMessage, emptyAllowed: boolean): Promise<JsonObject> {
  const bytes = await readBody(request, limits.jsonBytes);
  if (bytes.length === 0 && emptyAllowed) {
    return {};
  }
  const contentType = request.headers['content-type'] ?? '';
  const type = /^application\/json\s*(?:;\s*charset\s*=\s*"?([\w-]+)"?\s*)?$/i.exec(contentType);
  if (type === null || !['utf-8', 'utf8', undefined].includes(type[1]?.toLowerCase())) {
    throw new ApiError(415, 'The body must be application/json in UTF-8.');
  }
  if (!isUtf8(bytes)) {
    throw new ApiError(400, 'The body is not valid UTF-8.');
  }
  return parseJsonObject(bytes.toString('utf8'));
}

export function parseJsonObject(text: string): JsonObject {
  refuseDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Node's own message quotes the text; where it broke is all that is told.
    throw new ApiError(400, 'We could not parse the JSON body of your request.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, 'The JSON body must be an object.');
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

/** JSON.parse takes any depth, but whatever walks the result afterwards does not. */
function refuseDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (inString) {
      if (unit === 0x5c) {
        index += 1;
      } else if (unit === 0x22) {
        inString = false;
      }
    } else if (unit === 0x22) {
      inString = true;
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > limits.jsonDepth) {
        throw new ApiError(400, `The JSON body is nested deeper than ${limits.jsonDepth} levels.`);
      }
    } else if (unit === 0x5d || unit === 0x7d) {
      depth -= 1;
    }
  }
}
