const mark = [0xef, 0xbb, 0xbf];

/** Bytes of a UTF-8 byte-order mark. */
export const markBytes = mark.length;

export function startsWithMark(head: Uint8Array): boolean {
  return head.length >= markBytes && mark.every((byte, index) => head[index] === byte);
}

/** What a service gets of a file of so many bytes that begins with `head`. */
export type MarkChange = {
  /** Bytes of the file that are left out at its start. */
  readonly drop: number;
  /** Bytes that are put in front. */
  readonly add: Uint8Array<ArrayBuffer>;
  /** Bytes that are sent in all. */
  readonly sentBytes: number;
};

export function markChange(wanted: 'wanted' | 'unwanted', head: Uint8Array, fileBytes: number): MarkChange {
  const has = startsWithMark(head);
  const drop = has && wanted === 'unwanted' ? markBytes : 0;
  const add = new Uint8Array(!has && wanted === 'wanted' ? mark : []);
  return { drop, add, sentBytes: fileBytes - drop + add.length };
}

/** The bytes that are sent for the bytes of a file; each of the file's chunks is shown to `onFile` as it is. */
export async function* withMarkChange(
  chunks: AsyncIterable<Uint8Array>,
  { drop, add }: MarkChange,
  onFile: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = drop;
  if (add.length > 0) yield add;
  for await (const chunk of chunks) {
    onFile(chunk);
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield skipped === 0 ? chunk : chunk.subarray(skipped);
  }
}
