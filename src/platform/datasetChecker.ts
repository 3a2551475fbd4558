import * as vscode from 'vscode';
import type { FoundLeak } from '../core/dataset/corpus/leakLedger.ts';
import type { ReferenceFile } from '../core/dataset/corpus/corpusProblems.ts';
import type { StreamResult } from '../core/dataset/stream.ts';
import {
  checkerLimits,
  type ByteSource,
  type DatasetCheck,
  type DatasetCheckOutcome,
  type DatasetOwnerApi,
  type DatasetWorkerApi,
  type FileFailure,
} from '../protocol/datasetCheck.ts';
import { RpcError } from '../protocol/rpc.ts';
import { fileBytes } from './fileBytes.ts';
import type { Log } from './log.ts';
import { WorkerClient } from './workerClient.ts';

type CheckOptions = Pick<DatasetCheck, 'limit' | 'ruleset' | 'file' | 'allow'> & {
  readonly signal: AbortSignal;
  /** A training file that must hold none of the examples. */
  readonly against?: TrainingText | undefined;
  /** Told the share of the file that was read, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
};

/** A training file with the content that it has now: that of its document, or the bytes of its file. */
export type TrainingText = {
  /** Others have another content. */
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly file: ReferenceFile;
  /** Undefined: the bytes of the file. */
  readonly pieces?: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
};

type UnderWay = {
  readonly onProgress: ((share: number) => void) | undefined;
  readonly pieces: AsyncIterator<Uint8Array> | undefined;
};

/** Checks the bytes of files in a worker thread, which is started on first use and ended when idle. */
export class DatasetChecker implements vscode.Disposable {
  readonly #client: WorkerClient<DatasetWorkerApi, DatasetOwnerApi>;
  readonly #underWay = new Map<string, UnderWay>();
  #lastCheck = 0;

  /** `program`: absolute path of the bundled worker. */
  constructor(options: { readonly program: string; readonly log: Log }) {
    this.#client = new WorkerClient<DatasetWorkerApi, DatasetOwnerApi>({
      ...options,
      limits: checkerLimits,
      handlers: {
        progress: ({ checkId, share }) => this.#underWay.get(checkId)?.onProgress?.(share),
        next: async ({ checkId }) => {
          const next = await this.#underWay.get(checkId)?.pieces?.next();
          // What is sent is the whole buffer behind a part of it.
          return next === undefined || next.done === true ? null : next.value.slice();
        },
      },
    });
  }

  /**
   * Checks a file, open or not, of any size. A cancellation ends it at once.
   * @throws vscode.CancellationError, vscode.FileSystemError, or an error that says why the file cannot be checked
   */
  async check(uri: vscode.Uri, { signal, onProgress, against, ...options }: CheckOptions): Promise<StreamResult> {
    try {
      if (against) await this.#readTraining(against, signal);
      const outcome = await this.#withBytes(uri, undefined, signal, onProgress, (checkId, source) => {
        const check = { checkId, source, ...options, against: against && { trainingId: against.id, file: against.file } };
        return this.#client.use((worker) => worker.call('check', check, signal));
      });
      return resultOf(outcome, uri);
    } catch (error) {
      throw translated(error);
    }
  }

  /**
   * What a training file gives away of lines of another file. It is read when it is asked about for the first time.
   * @throws as `check`
   */
  async findLeaks(training: TrainingText, lines: readonly string[], signal: AbortSignal): Promise<readonly (FoundLeak | null)[]> {
    try {
      const question = { trainingId: training.id, lines };
      const ask = () => this.#client.use((worker) => worker.call('findLeaks', question, signal));
      const answers = await ask();
      if (answers !== 'unread') return answers;
      await this.#readTraining(training, signal);
      const second = await ask();
      return second === 'unread' ? lines.map(() => null) : second;
    } catch (error) {
      throw translated(error);
    }
  }

  async #readTraining({ id, uri, pieces }: TrainingText, signal: AbortSignal): Promise<void> {
    const outcome = await this.#withBytes(uri, pieces?.(signal), signal, undefined, (checkId, source) =>
      this.#client.use((worker) => worker.call('readTraining', { checkId, trainingId: id, source }, signal)),
    );
    if (outcome.kind === 'failed') throw errorOf(outcome.failure, uri);
  }

  /** Has the worker do something with the bytes of a file: it reads local ones itself, others are handed over. */
  async #withBytes<T>(
    uri: vscode.Uri,
    given: AsyncIterable<Uint8Array> | undefined,
    signal: AbortSignal,
    onProgress: ((share: number) => void) | undefined,
    work: (checkId: string, source: ByteSource) => Promise<T>,
  ): Promise<T> {
    const checkId = String(++this.#lastCheck);
    const bytes = given ? { size: 0, chunks: given } : uri.scheme === 'file' ? undefined : await fileBytes(uri, signal);
    this.#underWay.set(checkId, { onProgress, pieces: bytes?.chunks[Symbol.asyncIterator]() });
    try {
      return await work(checkId, bytes ? { size: bytes.size } : { path: uri.fsPath });
    } finally {
      this.#underWay.delete(checkId);
    }
  }

  dispose(): void {
    this.#client.dispose();
  }
}

function resultOf(outcome: DatasetCheckOutcome, uri: vscode.Uri): StreamResult {
  if (outcome.kind === 'failed') throw errorOf(outcome.failure, uri);
  return outcome.result;
}

function errorOf(failure: FileFailure, uri: vscode.Uri): Error {
  switch (failure.reason) {
    case 'missing':
      return vscode.FileSystemError.FileNotFound(uri);
    case 'notAFile':
      return new Error(vscode.l10n.t('This is a folder, a pipe or a device, and no file.'));
    case 'changed':
      return new Error(vscode.l10n.t('The file was changed while it was read. Validate it again.'));
    case 'unreadable':
      return new Error(vscode.l10n.t('The file cannot be read ({0}).', failure.code));
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error;
  if (error.code === 'cancelled') return new vscode.CancellationError();
  return error.code === 'closed' ? new Error(vscode.l10n.t('The check ended before it was done. Try again.')) : error;
}
