import type { IncomingMessage } from 'node:http';
import type { IncomingFile } from '../store/fileBytes.ts';
import type { Store } from '../store/store.ts';
import { ApiError, badField } from './apiError.ts';
import { boundaryOf, readMultipart } from './multipart.ts';
import { malformedForm } from './partHeader.ts';

export type FormRules = {
  /** Name of the one part that is a file. */
  readonly fileField: string;
  readonly maxBytes: number;
  readonly receive: () => Promise<IncomingFile>;
};

export type Form = {
  readonly values: ReadonlyMap<string, string>;
  /** The file's own name, without a path; may be empty. */
  readonly filename: string;
  readonly bytes: number;
  /** The first bytes of the file, at most 3. */
  readonly head: Buffer;
};

export type Received<T> = { readonly id: string; readonly bytes: number; readonly sha256: string; readonly fields: T };

/** Multipart adds part headers, boundaries and short fields to the file. */
const formBytes = 64 * 1024;
const maxFieldBytes = 1024;

/**
 * Takes a form with one file as a stream to disk. Nothing is left behind unless it resolves; then the file is durable.
 * @param check reads the other fields once all is there, and throws if they will not do
 * @throws ApiError 400, 413 or 415
 */
export async function receiveForm<T>(
  request: IncomingMessage,
  rules: FormRules,
  check: (form: Form) => T,
): Promise<Received<T>> {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || !/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) {
    throw new ApiError(415, 'The body must be multipart/form-data.');
  }
  const boundary = boundaryOf(contentType);
  if (Number(request.headers['content-length'] ?? 0) > rules.maxBytes + formBytes) {
    throw tooLarge(rules);
  }
  const reader = new FormReader(rules);
  try {
    for await (const event of readMultipart(bodyOf(request), boundary)) {
      if (event.kind === 'part') {
        await reader.begin(event.header.name, event.header.filename);
      } else if (event.kind === 'data') {
        await reader.take(event.bytes);
      } else {
        reader.end();
      }
    }
    const { form, incoming } = reader.result();
    const fields = check(form);
    const { bytes, sha256 } = await incoming.finish();
    return { id: incoming.id, bytes, sha256, fields };
  } catch (error) {
    await reader.discard();
    throw error;
  }
}

/** Bytes that are on disk but that no record will ever name are removed at once. */
export async function orRelease<T>(store: Store, id: string, commit: () => Promise<T>): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    await store.fileBytes.release([id]).catch(() => undefined);
    throw error;
  }
}

class FormReader {
  readonly #rules: FormRules;
  readonly #values = new Map<string, string>();
  #incoming: IncomingFile | undefined;
  #filename = '';
  #bytes = 0;
  #head = Buffer.alloc(0);
  /** Name and content of the short part that is being read; undefined while the file is. */
  #field: { readonly name: string; content: Buffer } | undefined;

  constructor(rules: FormRules) {
    this.#rules = rules;
  }

  async begin(name: string, filename: string | undefined): Promise<void> {
    const { fileField, receive } = this.#rules;
    if (name === fileField ? this.#incoming !== undefined : filename !== undefined) {
      throw badField(fileField, `Exactly one file, in the part '${fileField}', is expected.`);
    }
    if (name === fileField) {
      this.#filename = (filename ?? '').replace(/^.*[/\\]/s, '');
      this.#incoming = await receive();
      this.#field = undefined;
    } else if (this.#values.has(name)) {
      throw badField(name, `Invalid '${name}': it is given twice.`, 'invalid_value');
    } else {
      this.#field = { name, content: Buffer.alloc(0) };
    }
  }

  async take(bytes: Buffer): Promise<void> {
    if (this.#field !== undefined) {
      const { name, content } = this.#field;
      if (content.length + bytes.length > maxFieldBytes) {
        throw badField(name, `Invalid '${name}': it is longer than ${maxFieldBytes} bytes.`, 'invalid_value');
      }
      this.#field.content = Buffer.concat([content, bytes]);
      return;
    }
    this.#bytes += bytes.length;
    if (this.#bytes > this.#rules.maxBytes) {
      throw tooLarge(this.#rules);
    }
    if (this.#head.length < 3) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, 3 - this.#head.length)]);
    }
    await this.#incoming?.write(bytes);
  }

  end(): void {
    if (this.#field !== undefined) {
      this.#values.set(this.#field.name, this.#field.content.toString('utf8'));
    }
  }

  result(): { readonly form: Form; readonly incoming: IncomingFile } {
    const { fileField } = this.#rules;
    if (this.#incoming === undefined) {
      throw badField(fileField, `Missing required parameter: '${fileField}'.`, 'missing_required_parameter');
    }
    const form = { values: this.#values, filename: this.#filename, bytes: this.#bytes, head: this.#head };
    return { form, incoming: this.#incoming };
  }

  async discard(): Promise<void> {
    await this.#incoming?.discard();
  }
}

/** The bytes of a body. Leaving early keeps the connection, so that the reason can still be told. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch {
    throw request.complete ? malformedForm() : new ApiError(400, 'The upload broke off.');
  }
}

function tooLarge({ fileField, maxBytes }: FormRules): ApiError {
  return new ApiError(413, `The file is larger than ${maxBytes} bytes.`, {
    param: fileField,
    code: 'file_too_large',
    headers: { connection: 'close' },
  });
}
