import { checkBytes, type CheckBytesOptions } from '../core/dataset/checkBytes.ts';
import { errorCode, isMissing, readChunks, stat, type System } from '../disk/files.ts';
import type { DatasetCheckOutcome, FileFailure } from '../protocol/datasetCheck.ts';

type CheckFileOptions = Omit<CheckBytesOptions, 'onBytes'> & {
  readonly signal: AbortSignal;
  /** Told the share of the file that was read, 0 to 1, when it grew by a hundredth. */
  readonly onShare?: (share: number) => void;
  readonly system?: System;
};

/**
 * Checks a training file on disk in bounded memory. Only a regular file that stays as it was gives a result: a pipe
 * or a device may never end, and the places found in a file that changed meanwhile are wrong.
 * @throws only what the signal was aborted with, and faults of our own
 */
export async function checkFile(
  path: string,
  { signal, onShare, system, ...options }: CheckFileOptions,
): Promise<DatasetCheckOutcome> {
  try {
    const before = await stat(path, system);
    if (before?.kind !== 'file') {
      return failed({ reason: before ? 'notAFile' : 'missing' });
    }
    const chunks = readChunks(path, signal, { end: before.bytes, reuses: true, ...(system ? { system } : {}) });
    const result = await checkBytes(chunks, { ...options, onBytes: inHundredths(before.bytes, onShare) });
    signal.throwIfAborted();
    const after = await stat(path, system);
    if (after === undefined) {
      return failed({ reason: 'missing' });
    }
    const same = after.kind === 'file' && after.bytes === before.bytes && after.modifiedMs === before.modifiedMs;
    return same ? { kind: 'checked', result } : failed({ reason: 'changed' });
  } catch (error) {
    const code = errorCode(error);
    if (signal.aborted || code === undefined) {
      throw error;
    }
    return failed(failureOf(error, code));
  }
}

/** `code`: that of the operating system. */
export function failureOf(error: unknown, code: string): FileFailure {
  return isMissing(error) ? { reason: 'missing' } : { reason: 'unreadable', code };
}

/** Turns numbers of bytes into shares of the whole, each told once. */
export function inHundredths(size: number, onShare: ((share: number) => void) | undefined): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    const hundredths = size === 0 ? 0 : Math.min(100, Math.floor((100 * bytes) / size));
    if (hundredths > told) {
      told = hundredths;
      onShare?.(hundredths / 100);
    }
  };
}

function failed(failure: FileFailure): DatasetCheckOutcome {
  return { kind: 'failed', failure };
}
