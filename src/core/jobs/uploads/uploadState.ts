/**
 * An upload in parts as it is written down after each part, so that another window or a later day can go on with it.
 * No hash can be stored half-way: who goes on reads the file again and knows by the hash of each part, the last of
 * which stands for all before it, that it is still the same.
 */
export type UploadState = {
  readonly version: 1;
  readonly uploadId: string;
  readonly connectionId: string;
  /** Base URL, because ids are those of one service. */
  readonly baseURL: string;
  readonly file: SourceFile;
  /** What is sent: with or without a byte-order mark of its own. */
  readonly sentBytes: number;
  readonly partBytes: number;
  /** By their index. */
  readonly parts: readonly (SentPart | null)[];
  /** Unix seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
};

export type SourceFile = {
  readonly uri: string;
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
};

export type SentPart = { readonly id: string; readonly sha256: string };

const mebibyte = 1024 * 1024;

/**
 * Bytes of each part but the last. Small ones keep the memory small, since three are under way at once; a thousand
 * are enough, since services limit their number.
 */
export function partBytesFor(sentBytes: number, maxPartBytes: number): number {
  const least = Math.ceil(sentBytes / 1_000 / mebibyte) * mebibyte;
  return Math.min(maxPartBytes, Math.max(2 * mebibyte, least));
}

export function partCount({ sentBytes, partBytes }: Pick<UploadState, 'sentBytes' | 'partBytes'>): number {
  return Math.max(1, Math.ceil(sentBytes / partBytes));
}

export function withPart(state: UploadState, index: number, part: SentPart): UploadState {
  const parts = Array.from({ length: partCount(state) }, (_, at) => (at === index ? part : (state.parts[at] ?? null)));
  return { ...state, parts };
}

export function doneBytes(state: UploadState): number {
  const count = state.parts.filter((part) => part !== null).length;
  return Math.min(state.sentBytes, count * state.partBytes);
}

/** Why an upload cannot be gone on with; undefined if it can, as far as can be told without asking or reading. */
export function staleness(state: UploadState, file: SourceFile, now: number): 'changed' | 'expired' | undefined {
  if (state.file.bytes !== file.bytes || state.file.modifiedMs !== file.modifiedMs) return 'changed';
  return now / 1_000 >= state.expiresAt ? 'expired' : undefined;
}

/** Reads what was written down; anything else than the expected shape counts as nothing. */
export function parseUploadState(text: string): UploadState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['file']) || !Array.isArray(value['parts'])) return undefined;
  const { uploadId, connectionId, baseURL, sentBytes, partBytes, createdAt, expiresAt } = value;
  const { uri, name, bytes, modifiedMs } = value['file'];
  if (![uploadId, connectionId, baseURL, uri, name].every((one) => typeof one === 'string')) return undefined;
  if (![sentBytes, partBytes, createdAt, expiresAt, bytes, modifiedMs].every((one) => typeof one === 'number')) return undefined;
  const parts = (value['parts'] as readonly unknown[]).map((part) =>
    isRecord(part) && typeof part['id'] === 'string' && typeof part['sha256'] === 'string' ? { id: part['id'], sha256: part['sha256'] } : null,
  );
  return { ...(value as UploadState), parts };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
