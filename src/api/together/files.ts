import { APIError } from 'openai';
import { isLoopback } from '../../core/providers/connection.ts';
import { ServiceError, type FileUpload } from '../../core/providers/port.ts';
import type { WireFile } from '../../core/providers/wire.ts';
import { parseFile } from '../answers.ts';
import { readBody } from '../download.ts';
import type { Exchange } from '../exchange.ts';
import { isFields, toFields, toText } from '../fields.ts';
import { UploadBody, uploadTimeout } from '../upload.ts';

export function parseTogetherFile(value: unknown): WireFile {
  const file = toFields(value, 'file');
  const report = isFields(file['validation_report']) ? file['validation_report'] : {};
  const processing = toText(file['processing_status']);
  const failed = processing === 'FAILED' || processing === 'INVALID_FORMAT' || report['valid'] === false;
  // Before there was a state of its own, a file that was there could be used.
  const ready = processing === null ? file['Processed'] !== false : processing === 'COMPLETED';
  return {
    ...parseFile(value),
    status: failed ? 'error' : ready ? 'processed' : 'uploaded',
    expires_at: null,
    status_details: failed ? toText(report['error']) : null,
  };
}

/**
 * Together keeps files elsewhere: it answers with an address that takes one file, and the bytes go there. That
 * address carries its own permission, so neither the key nor any header of the connection goes with them.
 */
export async function uploadToTogether(exchange: Exchange, upload: FileUpload, signal: AbortSignal): Promise<WireFile> {
  const place = await askForPlace(exchange, upload, signal);
  await send(exchange, place.address, upload, signal);
  const path = `/files/${encodeURIComponent(place.fileId)}`;
  return exchange.ask('read', signal, (settings) => exchange.client.get<unknown>(path, settings), parseTogetherFile);
}

type Place = { readonly address: string; readonly fileId: string };

async function askForPlace(exchange: Exchange, upload: FileUpload, signal: AbortSignal): Promise<Place> {
  const query = { file_name: upload.filename, file_type: 'jsonl', purpose: 'fine-tune' };
  try {
    await exchange.client.post<unknown>('/files', { query, signal, maxRetries: 0 });
  } catch (error) {
    if (!(error instanceof APIError) || error.status !== 302) throw exchange.toError(error, signal);
    const address = error.headers?.get('location') ?? '';
    const fileId = error.headers?.get('x-together-file-id') ?? '';
    if (fileId !== '' && isSafeAddress(address, exchange.options.baseURL)) return { address, fileId };
  }
  throw new ServiceError('The service named no place for the file.', { kind: 'serverFault', code: 'invalid_answer' });
}

/** Rows do not leave this machine in the open; a test's own service may name its own machine. */
function isSafeAddress(address: string, baseURL: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname) && isLoopback(new URL(baseURL).hostname));
}

async function send(exchange: Exchange, address: string, upload: FileUpload, signal: AbortSignal): Promise<void> {
  const body = new UploadBody(upload);
  const ends = AbortSignal.any([signal, AbortSignal.timeout(uploadTimeout(upload.bytes))]);
  try {
    const response = await exchange.fetch(address, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(upload.bytes) },
      body: ReadableStream.from(body.chunks()),
      duplex: 'half',
      redirect: 'manual',
      signal: ends,
    } as RequestInit);
    if (response.ok) {
      await response.body?.cancel();
      return;
    }
    await readBody(response, 64 * 1024).catch(() => undefined);
    const kind = response.status >= 500 ? 'serverFault' : 'rejected';
    throw new ServiceError('The place for the file did not take it.', { kind, status: response.status, code: 'upload_refused' });
  } catch (error) {
    if (body.failure && !signal.aborted) throw body.failure;
    throw exchange.toError(error, ends.aborted ? ends : signal);
  }
}
