import { ServiceError } from '../../providers/port.ts';
import { PartsUpload, RestartNeeded, type PartsTask } from './partsUpload.ts';
import { SourceChangedError, type Restart, type Sent } from './upload.ts';
import { partBytesFor, staleness, type UploadState } from './uploadState.ts';

const courtesyMs = 10_000;

/**
 * Sends a file in parts, three at a time, in one pass over it, and goes on with an upload that was begun. What is
 * sent is written down part by part.
 * @throws ServiceError, SourceChangedError; the unfinished upload stays written down unless the signal was aborted,
 * which cancels it at the service
 */
export async function uploadInParts(task: PartsTask, signal: AbortSignal): Promise<Sent> {
  let known = await task.memory.unfinished(task.place, task.source.uri);
  const stale = known && (known.sentBytes === task.change.sentBytes ? staleness(known, task.source, task.now()) : 'changed');
  if (known !== undefined && stale !== undefined) {
    await abandon(task, known, stale);
    known = undefined;
  }
  const isResumed = known !== undefined;
  try {
    return await runToEnd(task, known ?? (await begin(task, signal)), isResumed, signal);
  } catch (error) {
    if (!(error instanceof RestartNeeded)) throw error;
    task.onRestart(error.why);
    return await runToEnd(task, await begin(task, signal), false, signal);
  }
}

/** @throws RestartNeeded once the upload is forgotten */
async function runToEnd(task: PartsTask, state: UploadState, isResumed: boolean, signal: AbortSignal): Promise<Sent> {
  const run = new PartsUpload(task, state, isResumed);
  try {
    return await run.run(signal);
  } catch (error) {
    if (signal.aborted || error instanceof RestartNeeded || error instanceof SourceChangedError) {
      await cancelUpload(task, run.state);
    }
    throw error;
  }
}

async function abandon(task: PartsTask, state: UploadState, why: Restart): Promise<void> {
  task.onRestart(why);
  await cancelUpload(task, state);
}

/** Cancels an upload at the service, which then forgets its parts, and forgets it here. */
export async function cancelUpload(
  { uploads, memory, timeout }: Pick<PartsTask, 'uploads' | 'memory' | 'timeout'>,
  state: UploadState,
): Promise<void> {
  try {
    // An upload that nobody finishes ends by itself: this is courtesy, and nobody waits long for it.
    await uploads.cancel(state.uploadId, timeout(courtesyMs));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  } finally {
    await memory.drop(state);
  }
}

async function begin({ uploads, source, change, limits, place, memory }: PartsTask, signal: AbortSignal): Promise<UploadState> {
  const { sentBytes } = change;
  const { uri, name, bytes, modifiedMs } = source;
  const upload = await uploads.create({ filename: name, bytes: sentBytes }, signal);
  const state: UploadState = {
    version: 1,
    uploadId: upload.id,
    ...place,
    file: { uri, name, bytes, modifiedMs },
    sentBytes,
    partBytes: partBytesFor(sentBytes, limits.partBytes),
    parts: [],
    createdAt: upload.created_at,
    expiresAt: upload.expires_at,
  };
  await memory.save(state);
  return state;
}
