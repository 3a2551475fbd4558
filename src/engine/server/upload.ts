import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { IncomingFile } from '../store/store.ts';
import { ApiError, badField } from './apiError.ts';
import { limits } from './limits.ts';

export type UploadFields = {
  readonly purpose: string;
  readonly filename: string;
  /** Seconds after its creation at which the file expires; null = never. */
  readonly expiresAfter: number | null;
};

export type Upload = { readonly id: string; readonly bytes: number; readonly sha256: string; readonly fields: UploadFields };

/**
 * Takes a multipart upload as a stream to disk. Nothing is left behind unless it resolves.
 * @throws ApiError 400, 413 or 415
 */
export async function receiveUpload(
  request: IncomingMessage,
  receive: () => Promise<IncomingFile>,
  checkFields: (fields: UploadFields) => void,
): Promise<Upload> {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || !/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new ApiError(415, 'The body must be multipart/form-data.');
  }
  if (Number(request.headers['content-length'] ?? 0) > limits.uploadBytes) {
    throw tooLarge();
  }
  const incoming = await receive();
  try {
    const form = await readForm(request, contentType, incoming);
    const fields = fieldsOf(form);
    checkFields(fields);
    const { bytes, sha256 } = await incoming.finish();
    return { id: incoming.id, bytes, sha256, fields };
  } catch (error) {
    await incoming.discard();
    throw error;
  }
}

type Form = { readonly values: ReadonlyMap<string, string>; readonly filename: string; readonly bytes: number };

function readForm(request: IncomingMessage, contentType: string, incoming: IncomingFile): Promise<Form> {
  return new Promise<Form>((resolve, reject) => {
    let parser: BusboyInstance;
    const values = new Map<string, string>();
    let filename: string | undefined;
    let bytes = 0;
    let writing: Promise<void> = Promise.resolve();
    let ended = false;

    const fail = (error: unknown): void => {
      if (ended) {
        return;
      }
      ended = true;
      request.unpipe(parser);
      // Never destroyed: the parser then throws on what is still on its way. Its late complaints go nowhere.
      reject(error instanceof ApiError ? error : malformed());
    };
    try {
      parser = createParser(contentType);
    } catch {
      reject(malformed());
      return;
    }
    const refuse = (message: string) => (): void => fail(new ApiError(400, message));
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      if (nameTruncated || valueTruncated || values.has(name)) {
        fail(badField(name, `Invalid '${name}': it is too long or given twice.`));
      } else {
        values.set(name, value);
      }
    });
    parser.on('file', (name, stream, givenName) => {
      // A part stream without a listener ends the process when the body breaks off.
      stream.on('error', fail);
      if (ended || name !== 'file' || filename !== undefined) {
        stream.resume();
        fail(badField('file', "Exactly one file, in the part 'file', is expected."));
        return;
      }
      filename = cleanName(givenName);
      writing = drain(stream, async (chunk) => {
        bytes += chunk.length;
        await incoming.write(chunk);
      });
      writing.catch(fail);
    });
    parser.on('partsLimit', refuse('The upload has too many parts.'));
    parser.on('filesLimit', refuse('The upload has more than one file.'));
    parser.on('fieldsLimit', refuse('The upload has too many fields.'));
    parser.on('error', fail);
    parser.on('finish', () => {
      writing.then(() => {
        if (ended) {
          return;
        }
        if (filename === undefined) {
          fail(badField('file', "Missing required parameter: 'file'.", 'missing_required_parameter'));
          return;
        }
        ended = true;
        resolve({ values, filename, bytes });
      }, fail);
    });
    request.on('error', fail);
    request.on('close', () => {
      if (!request.complete) {
        fail(new ApiError(400, 'The upload broke off.'));
      }
    });
    request.pipe(parser);
  });
}

function createParser(contentType: string): BusboyInstance {
  return new Busboy({
    headers: { 'content-type': contentType },
    limits: {
      // One more than allowed, so that a file of exactly the limit is no overrun.
      fileSize: limits.fileBytes + 1,
      files: 1,
      fields: 8,
      parts: 8,
      fieldSize: 1024,
      headerPairs: 16,
      headerSize: 8 * 1024,
    },
  });
}

async function drain(stream: BusboyFileStream, take: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.fileBytes) {
      throw tooLarge();
    }
    await take(chunk);
  }
}

function fieldsOf(form: Form): UploadFields {
  if (form.bytes === 0) {
    throw badField('file', 'The uploaded file is empty.', 'empty_file');
  }
  const purpose = form.values.get('purpose');
  if (purpose === undefined) {
    throw badField('purpose', "Missing required parameter: 'purpose'.", 'missing_required_parameter');
  }
  return { purpose, filename: form.filename, expiresAfter: expiresAfterOf(form.values) };
}

/** `expires_after[anchor]=created_at`, `expires_after[seconds]` from an hour to 30 days, as the Files API has it. */
function expiresAfterOf(values: ReadonlyMap<string, string>): number | null {
  const anchor = values.get('expires_after[anchor]');
  const seconds = values.get('expires_after[seconds]');
  if (anchor === undefined && seconds === undefined) {
    return null;
  }
  if (anchor !== 'created_at') {
    throw badField('expires_after[anchor]', "Invalid 'expires_after[anchor]': it must be 'created_at'.", 'invalid_value');
  }
  const after = seconds !== undefined && /^\d{1,8}$/.test(seconds) ? Number(seconds) : 0;
  if (after < 3600 || after > 2_592_000) {
    const message = "Invalid 'expires_after[seconds]': it must be an integer from 3600 to 2592000.";
    throw badField('expires_after[seconds]', message, 'invalid_value');
  }
  return after;
}

/** The name is only shown; still, it is one line of at most 255 characters without control characters. */
function cleanName(name: string | undefined): string {
  const clean = (name ?? '').replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, '_');
  if (clean === '' || clean.length > limits.filenameLength) {
    throw badField('file', `The file needs a name of at most ${limits.filenameLength} characters.`, 'invalid_value');
  }
  return clean;
}

function malformed(): ApiError {
  return new ApiError(400, 'The multipart body is malformed.');
}

function tooLarge(): ApiError {
  return new ApiError(413, `The file is larger than ${limits.fileBytes} bytes.`, {
    param: 'file',
    code: 'file_too_large',
    headers: { connection: 'close' },
  });
}
