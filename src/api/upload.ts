import { toFile, toStreamingFile } from 'openai';
import type { FileUpload } from '../core/providers/port.ts';
import type { WireFile } from '../core/providers/wire.ts';
import { parseFile } from './answers.ts';
import type { Exchange } from './exchange.ts';

type Uploadable = Parameters<import('openai').OpenAI['files']['create']>[0]['file'];

/**
 * Up to this size a file is read first, so that the request says how long it is: a few servers and proxies refuse
 * bodies of unknown length. Above it the file streams from the disk and memory stays constant.
 */
export const bufferedBytes = 8 * 1024 * 1024;

/** Milliseconds until an upload is given up: ten minutes, or 64 KiB each second for what is larger. */
export function uploadTimeout(bytes: number): number {
  return Math.max(600_000, Math.ceil((bytes / (64 * 1024)) * 1000));
}

/** Sends one file whole. What goes wrong with the file itself is thrown as it is, everything else as a ServiceError. */
export async function uploadFile(exchange: Exchange, upload: FileUpload, signal: AbortSignal): Promise<WireFile> {
  const body = new UploadBody(upload);
  try {
    const file = await body.open();
    const timeout = uploadTimeout(upload.bytes);
    const request = { file, purpose: 'fine-tune' } as const;
    return await exchange.ask('once', signal, (settings) => exchange.client.files.create(request, { ...settings, timeout }), parseFile);
  } catch (error) {
    if (body.failure && !signal.aborted) throw body.failure;
    throw exchange.toError(error, signal);
  }
}

/** The file as the SDK takes it. What goes wrong with the file itself is kept in `failure`. */
export class UploadBody {
  readonly #upload: FileUpload;
  failure: Error | undefined;

  constructor(upload: FileUpload) {
    this.#upload = upload;
  }

  async open(): Promise<Uploadable> {
    const { bytes, filename } = this.#upload;
    const type = 'application/jsonl';
    if (bytes > bufferedBytes) return toStreamingFile(this.chunks(), filename, { type });
    return toFile(this.chunks(), filename, { type });
  }

  /** The bytes, exactly as many as announced: a file that changes meanwhile is not what was checked. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    let sent = 0;
    try {
      for await (const chunk of this.#upload.open()) {
        sent += chunk.byteLength;
        if (sent > this.#upload.bytes) break;
        yield chunk as Uint8Array<ArrayBuffer>;
      }
      if (sent !== this.#upload.bytes) throw new Error(`${this.#upload.filename} changed while it was uploaded.`);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}
