import type { Service } from '../../providers/port.ts';
import type { UploadLimits } from '../../providers/profile.ts';
import type { WireFile } from '../../providers/wire.ts';
import type { SourceFile, UploadState } from './uploadState.ts';
import type { UploadedFile } from './uploadedFiles.ts';

/** A running digest, in hexadecimal at its end. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/** A local file that is to be uploaded. */
export type UploadSource = SourceFile & {
  /** The bytes from the start of the file. `reuses`: a chunk is there only until the next one is asked for. */
  open(signal: AbortSignal, reuses?: boolean): AsyncIterable<Uint8Array>;
};

/** What is remembered of uploads, over restarts and for all windows. */
export interface UploadMemory {
  /** Files that lie at services. */
  files(): readonly UploadedFile[];
  remember(file: UploadedFile): Promise<void>;
  forget(fileId: string): Promise<void>;
  /** The unfinished upload of a file. */
  unfinished(place: UploadPlace, uri: string): Promise<UploadState | undefined>;
  /** Durable once it resolves. */
  save(state: UploadState): Promise<void>;
  drop(state: UploadState): Promise<void>;
}

export type UploadPlace = { readonly connectionId: string; readonly baseURL: string };

export type UploadPhase =
  | { readonly phase: 'hashing'; readonly done: number; readonly total: number }
  | { readonly phase: 'sending'; readonly done: number; readonly total: number }
  | { readonly phase: 'processing' };

/** Why an upload that was begun could not be gone on with. */
export type Restart = 'changed' | 'expired';

export type UploadTask = {
  readonly service: Service;
  readonly place: UploadPlace;
  readonly source: UploadSource;
  readonly mark: 'wanted' | 'unwanted';
  /** How the service takes parts; undefined where it does not. */
  readonly limits: UploadLimits | undefined;
  readonly memory: UploadMemory;
  readonly hash: (kind: 'sha256' | 'md5') => Hasher;
  /** Waits so many milliseconds, less if the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** A signal that is aborted after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** False: a file of its own is wanted, even if the same bytes lie there already. */
  readonly reuse: boolean;
  readonly onPhase: (phase: UploadPhase) => void;
  /** An upload that was begun is begun anew. */
  readonly onRestart: (why: Restart) => void;
};

export type UploadResult = {
  readonly fileId: string;
  readonly how: 'reused' | 'whole' | 'parts';
  readonly sentBytes: number;
  /** SHA-256 of the file on the disk. */
  readonly sha256: string;
};

/** The file at the service, and what it was made of. */
export type Sent = { readonly file: WireFile; readonly sha256: string };

/** The file is not any more what was going to be sent. */
export class SourceChangedError extends Error {
  override readonly name = 'SourceChangedError';

  constructor(name: string) {
    super(`${name} changed while it was uploaded.`);
  }
}
