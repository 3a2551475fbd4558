import { toFile, toStreamingFile } from 'openai';
import type { FileUpload } from '../core/providers/port.ts';

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
    if (bytes > bufferedBytes) return toStreamingFile(this.#chunks(), filename, { type });
    return toFile(this.#chunks(), filename, { type });
  }

  /** The bytes, exactly as many as announced: a file that changes meanwhile is not what was checked. */
  async *#chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
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
