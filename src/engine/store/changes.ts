import type { WireCheckpoint, WireEvent, WireFile, WireJob, WireUpload } from '../../core/providers/wire.ts';

/** A file of the API. Its bytes are `files/<id>` in the data folder. */
export type StoredFile = {
  readonly wire: WireFile;
  /** Hexadecimal, of the content. */
  readonly sha256: string;
};

/** A request that must not be carried out twice: digests of its key and its body. */
export type StoredRequest = { readonly key: string; readonly body: string };

/** A job and what the wire does not tell about it. */
export type StoredJob = {
  readonly wire: WireJob;
  /** Name its tuned model will have; `wire.fine_tuned_model` only once it exists. */
  readonly modelName: string;
  /** Folder of the tuned model that training continues from, below `models/`; null for the base model. */
  readonly baseDirectory: string | null;
  /** Threads it trains with; fixed, because another number gives other weights. */
  readonly threads: number;
  /** How often training was taken up; each time writes into a folder of its own. */
  readonly attempt: number;
  /** Its files were checked and found good. */
  readonly validated: boolean;
  /** How long its training is; null before it has begun. */
  readonly plan: JobPlan | null;
  /** What training goes on from; null = the beginning. */
  readonly saved: SavedState | null;
  /** Folder of the tuned model below `models/`. */
  readonly modelDirectory: string | null;
  /** Digest of that folder; absent in jobs of earlier versions. */
  readonly modelDigest?: string;
  /** What created it, where the client gave that a key. */
  readonly request?: StoredRequest;
};

export type JobPlan = { readonly totalSteps: number; readonly stepsPerEpoch: number };

/** Weights and everything else that training needs to go on after `step`. */
export type SavedState = {
  readonly step: number;
  /** Below `models/`. */
  readonly directory: string;
  /** Digest of that folder; absent in what earlier versions wrote. */
  readonly digest?: string;
};

export type StoredCheckpoint = {
  readonly wire: WireCheckpoint;
  /** Below `models/`. */
  readonly directory: string;
  /** Digest of that folder; absent in what earlier versions wrote. */
  readonly digest?: string;
};

/** A file that arrives in parts. The bytes of a part are `files/<id of the part>` until the upload ends. */
export type StoredUpload = {
  readonly wire: WireUpload;
  /** Seconds after which the file that comes of it expires; null = never. */
  readonly fileExpiresAfter: number | null;
};

export type StoredPart = {
  readonly id: string;
  readonly bytes: number;
  /** Hexadecimal; absent in what earlier versions wrote. */
  readonly sha256?: string;
};

/** One change of the state. A journal record is a list of them that happens as a whole. */
export type Change =
  | { readonly kind: 'fileAdded'; readonly file: StoredFile }
  | { readonly kind: 'fileDeleted'; readonly id: string }
  | { readonly kind: 'uploadAdded'; readonly upload: StoredUpload }
  | { readonly kind: 'uploadPartAdded'; readonly uploadId: string; readonly part: StoredPart }
  /** Its parts are forgotten. */
  | { readonly kind: 'uploadEnded'; readonly id: string; readonly wire: Pick<WireUpload, 'status' | 'file'> }
  | { readonly kind: 'jobAdded'; readonly job: StoredJob }
  | (Partial<Pick<StoredJob, 'attempt' | 'validated' | 'plan' | 'saved' | 'modelDirectory' | 'modelDigest'>> & {
      readonly kind: 'jobChanged';
      readonly id: string;
      readonly wire?: Partial<WireJob>;
    })
  | { readonly kind: 'eventAdded'; readonly jobId: string; readonly event: WireEvent }
  | { readonly kind: 'checkpointAdded'; readonly checkpoint: StoredCheckpoint }
  | { readonly kind: 'checkpointDropped'; readonly jobId: string; readonly id: string }
  | { readonly kind: 'modelDeleted'; readonly model: string };
