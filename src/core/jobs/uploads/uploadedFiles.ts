/** A file that lies at a service, and what it was made of. */
export type UploadedFile = {
  readonly fileId: string;
  readonly connectionId: string;
  readonly baseURL: string;
  /** SHA-256 of the file on the disk, in hexadecimal. */
  readonly sha256: string;
  /** Bytes that were sent: they tell with which mark. */
  readonly sentBytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** Files remembered; the ones uploaded first are forgotten first. */
const maxFiles = 200;

/** Files of that many bytes at a service: only then is it worth a reading to learn the hash before an upload. */
export function candidates(
  known: readonly UploadedFile[],
  place: Pick<UploadedFile, 'connectionId' | 'baseURL' | 'sentBytes'>,
): readonly UploadedFile[] {
  return known.filter(
    ({ connectionId, baseURL, sentBytes }) =>
      connectionId === place.connectionId && baseURL === place.baseURL && sentBytes === place.sentBytes,
  );
}

export function withFile(known: readonly UploadedFile[], file: UploadedFile): readonly UploadedFile[] {
  return [...withoutFile(known, file.fileId), file].slice(-maxFiles);
}

export function withoutFile(known: readonly UploadedFile[], fileId: string): readonly UploadedFile[] {
  return known.filter((file) => file.fileId !== fileId);
}

/** Reads what was stored; anything else than the expected shape counts as nothing. */
export function readUploadedFiles(stored: unknown): readonly UploadedFile[] {
  if (!Array.isArray(stored)) return [];
  return (stored as readonly unknown[]).filter((value): value is UploadedFile => {
    if (typeof value !== 'object' || value === null) return false;
    const { fileId, connectionId, baseURL, sha256, sentBytes, at } = value as Readonly<Record<string, unknown>>;
    const texts = [fileId, connectionId, baseURL, sha256].every((text) => typeof text === 'string');
    return texts && typeof sentBytes === 'number' && typeof at === 'number';
  });
}
