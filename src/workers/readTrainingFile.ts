import type { Corpus } from '../core/dataset/corpus/corpus.ts';
import { readCorpus } from '../core/dataset/corpus/readCorpus.ts';
import { errorCode, readChunks, stat } from '../disk/files.ts';
import type { FileFailure } from '../protocol/datasetCheck.ts';
import { failureOf } from './checkFile.ts';

type TrainingFileRead =
  | { readonly kind: 'read'; readonly corpus: Corpus }
  | { readonly kind: 'failed'; readonly failure: FileFailure };

/**
 * The examples of a training file on disk, to compare others with. Only a regular file is read: a pipe or a device may
 * never end. One that grows meanwhile is read as far as it went when it was opened.
 * @throws only what the signal was aborted with, and faults of our own
 */
export async function readTrainingFile(path: string, signal: AbortSignal): Promise<TrainingFileRead> {
  try {
    const found = await stat(path);
    if (found?.kind !== 'file') {
      return { kind: 'failed', failure: { reason: found ? 'notAFile' : 'missing' } };
    }
    return { kind: 'read', corpus: await readCorpus(readChunks(path, signal, { end: found.bytes })) };
  } catch (error) {
    const code = errorCode(error);
    if (signal.aborted || code === undefined) {
      throw error;
    }
    return { kind: 'failed', failure: failureOf(error, code) };
  }
}
