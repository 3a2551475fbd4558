import { ServiceError } from '../../providers/port.ts';
import type { WireFile } from '../../providers/wire.ts';
import { markBytes, markChange, withMarkChange, type MarkChange } from './byteOrderMark.ts';
import { SourceChangedError, type Sent, type UploadResult, type UploadTask } from './upload.ts';
import { uploadInParts } from './uploadParts.ts';
import { candidates } from './uploadedFiles.ts';

/** The longest a service may take to process a file. */
const processingMs = 600_000;
const processingPollMs = 1_000;
/** A larger file goes in parts wherever it can: what is sent in one request is held in memory on its way. */
const largestWhole = 64 * 1024 * 1024;

/**
 * Brings a file to a service, in one pass over it: read, hashed, its byte-order mark as the service wants it, sent.
 * A file that lies there already is not sent again; to know it by its hash costs a reading of its own, which is
 * made only if one of the same size lies there. A large file goes in parts.
 * @throws ServiceError, SourceChangedError, or what reading the file throws
 */
export async function uploadFile(task: UploadTask, signal: AbortSignal): Promise<UploadResult> {
  const change = await readChange(task, signal);
  const there = task.reuse ? await findThere(task, change, signal) : undefined;
  if (there !== undefined) return there;
  const { limits } = task;
  const { uploads } = task.service;
  const inParts = uploads !== undefined && limits !== undefined && change.sentBytes > Math.min(limits.plainBytes, largestWhole);
  const { file, sha256 } = inParts
    ? await uploadInParts({ ...task, limits, uploads, change }, signal)
    : await uploadWhole(task, change, signal);
  const { id: fileId } = await awaitProcessed(task, file, signal);
  const { sentBytes } = change;
  await task.memory.remember({ ...task.place, fileId, sha256, sentBytes, at: task.now() });
  return { fileId, how: inParts ? 'parts' : 'whole', sentBytes, sha256 };
}

async function readChange({ source, mark }: UploadTask, signal: AbortSignal): Promise<MarkChange> {
  const head: number[] = [];
  for await (const chunk of source.open(signal)) {
    head.push(...chunk.subarray(0, markBytes - head.length));
    if (head.length >= markBytes) break;
  }
  return markChange(mark, new Uint8Array(head), source.bytes);
}

/** A file at the service with the same bytes, if it is still there. */
async function findThere(task: UploadTask, { sentBytes }: MarkChange, signal: AbortSignal): Promise<UploadResult | undefined> {
  const { service, memory, place } = task;
  const known = candidates(memory.files(), { ...place, sentBytes });
  if (known.length === 0) return undefined;
  const sha256 = await hashFile(task, signal);
  for (const { fileId } of known.filter((file) => file.sha256 === sha256).reverse()) {
    if (await isThere(service, fileId, sentBytes, signal)) return { fileId, how: 'reused', sentBytes, sha256 };
    await memory.forget(fileId);
  }
  return undefined;
}

async function isThere(service: UploadTask['service'], fileId: string, bytes: number, signal: AbortSignal): Promise<boolean> {
  try {
    const file = await service.retrieveFile(fileId, signal);
    return file.bytes === bytes && file.status !== 'error' && file.status !== 'deleted';
  } catch (error) {
    if (error instanceof ServiceError && error.facts.kind === 'notFound') return false;
    throw error;
  }
}

async function hashFile({ source, hash, onPhase }: UploadTask, signal: AbortSignal): Promise<string> {
  const hasher = hash('sha256');
  let done = 0;
  for await (const chunk of source.open(signal, true)) {
    hasher.update(chunk);
    done += chunk.length;
    onPhase({ phase: 'hashing', done, total: source.bytes });
  }
  if (done !== source.bytes) throw new SourceChangedError(source.name);
  return hasher.digest();
}

async function uploadWhole({ service, source, hash, onPhase }: UploadTask, change: MarkChange, signal: AbortSignal): Promise<Sent> {
  const hasher = hash('sha256');
  const { sentBytes } = change;
  const chunks = withMarkChange(source.open(signal), change, (bytes) => hasher.update(bytes));
  const open = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    let done = 0;
    for await (const chunk of chunks) {
      done += chunk.length;
      onPhase({ phase: 'sending', done, total: sentBytes });
      yield chunk;
    }
  };
  try {
    const file = await service.uploadFile({ filename: source.name, bytes: sentBytes, open }, signal);
    return { file, sha256: hasher.digest() };
  } finally {
    // A client that is refused half-way may just stop reading, and the file would stay open.
    await chunks.return();
  }
}

/** Some services refuse a job whose file they have not read yet. */
async function awaitProcessed(task: UploadTask, uploaded: WireFile, signal: AbortSignal): Promise<WireFile> {
  const end = task.now() + processingMs;
  let file = uploaded;
  while ((file.status === 'pending' || file.status === 'processing') && task.now() < end) {
    task.onPhase({ phase: 'processing' });
    await task.wait(processingPollMs, signal);
    signal.throwIfAborted();
    file = await task.service.retrieveFile(file.id, signal);
  }
  if (file.status !== 'error') return file;
  const reason = file.status_details ?? `The service could not read ${file.filename}.`;
  throw new ServiceError(reason, { kind: 'rejected', param: 'training_file' });
}
