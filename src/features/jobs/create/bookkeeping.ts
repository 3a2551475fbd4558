import { ServiceError } from '../../../core/providers/port.ts';
import type { Log } from '../../../platform/log.ts';
import type { PendingNotes } from '../../../platform/pendingNotes.ts';
import type { SpendingLedger } from '../../../platform/spending.ts';

/** Where it is written down what was asked for and what it holds. */
export type Books = {
  readonly pendingNotes: Pick<PendingNotes, 'settle' | 'giveUp'>;
  readonly spending: Pick<SpendingLedger, 'settle'>;
  readonly log: Pick<Log, 'error'>;
};

export type RequestSteps<T> = {
  /** Writes down what is going to be asked for. */
  readonly note: () => Promise<void>;
  /** @throws where it may not be paid */
  readonly reserve: () => Promise<void>;
  readonly ask: () => Promise<T>;
};

/**
 * Notes a request for a job, reserves its money and asks, in this order: money is held only while a note or a job
 * stands for it, so that a window that ends in between holds none for good.
 * @throws what a step throws, or the reason of `signal`, which counts until the job is asked for. Then neither note nor
 * money is left, unless the request itself ended otherwise than in a ServiceError: there may be a job, and both stay
 */
export async function askNoted<T>(books: Books, requestId: string, { note, reserve, ask }: RequestSteps<T>, signal: AbortSignal): Promise<T> {
  let asked = false;
  try {
    await note();
    await reserve();
    signal.throwIfAborted();
    asked = true;
    return await ask();
  } catch (error) {
    // Only a refusal says that there is no job.
    if (!asked || error instanceof ServiceError) {
      await written(books.log, 'A request that was refused could not be taken off the books', () => books.pendingNotes.giveUp(requestId));
    }
    throw error;
  }
}

/** The note goes last: until the money is known to be a job's, the note says that there may be one. */
export async function noteMade({ pendingNotes, spending, log }: Books, requestId: string, job: string): Promise<void> {
  await written(log, 'A new job could not be put on the books', async () => {
    await spending.settle({ kind: 'created', id: requestId, at: Date.now(), job });
    await pendingNotes.settle(requestId);
  });
}

/** What comes after the answer of a service must not hide that answer: a failure is logged. `what` says which. */
export async function written(log: Books['log'], what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    log.error(what, error);
  }
}
