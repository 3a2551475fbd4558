import { crc32 } from 'node:zlib';

/** First bytes of the file; the digits are the version of the layout. */
export const magic = Buffer.from('TSLOG001', 'latin1');
const magicName = 'TSLOG';
/** length (u32), CRC-32 of sequence and payload (u32), sequence (u64), all little-endian. */
const headerBytes = 16;
export const maxRecordBytes = 1024 * 1024;

/** The log holds something that is no torn tail; nothing was changed. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}

/** The bytes of one record. */
export function frame(payload: Uint8Array, sequence: bigint): Buffer {
  const record = Buffer.allocUnsafe(headerBytes + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.writeBigUInt64LE(sequence, 8);
  record.set(payload, headerBytes);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Payload of the record at `offset`, if a whole, intact one is there. */
function recordAt(view: Buffer, offset: number): { payload: Uint8Array; sequence: bigint; end: number } | undefined {
  if (offset + headerBytes > view.length) {
    return undefined;
  }
  const end = offset + headerBytes + view.readUInt32LE(offset);
  if (end - offset - headerBytes > maxRecordBytes || end > view.length) {
    return undefined;
  }
  if (crc32(view.subarray(offset + 8, end)) !== view.readUInt32LE(offset + 4)) {
    return undefined;
  }
  return { payload: view.subarray(offset + headerBytes, end), sequence: view.readBigUInt64LE(offset + 8), end };
}

/**
 * Hands every record to `onRecord`, in order; tells where the intact ones end and the number of the last.
 * @throws LogDamagedError if the file is none of ours, or damaged in front of readable records
 */
export function readRecords(
  bytes: Uint8Array,
  path: string,
  onRecord: (payload: Uint8Array) => void,
): { readonly end: number; readonly sequence: bigint } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = view.subarray(0, magic.length);
  if (head.length < magic.length) {
    if (!magic.subarray(0, head.length).equals(head)) {
      throw new LogDamagedError(`${path} does not begin like a log of this product`);
    }
    return { end: 0, sequence: 0n };
  }
  if (!head.equals(magic)) {
    const ours = head.subarray(0, magicName.length).toString('latin1') === magicName;
    throw new LogDamagedError(
      ours
        ? `${path} has layout version ${head.subarray(magicName.length).toString('latin1')}, which this version cannot read`
        : `${path} does not begin like a log of this product`,
    );
  }
  let offset = magic.length;
  let sequence = 0n;
  while (offset < view.length) {
    const record = recordAt(view, offset);
    if (record === undefined || record.sequence !== sequence + 1n) {
      refuseDamageBeforeRecords(view, offset, sequence, path);
      break;
    }
    onRecord(record.payload);
    sequence = record.sequence;
    offset = record.end;
  }
  return { end: offset, sequence };
}

/** A torn tail has nothing readable behind it; damage in the middle has, and must not be cut. */
function refuseDamageBeforeRecords(view: Buffer, from: number, sequence: bigint, path: string): void {
  for (let offset = from; offset + headerBytes <= view.length; offset += 1) {
    const claimed = view.readBigUInt64LE(offset + 8);
    // Only sequence numbers that can follow are worth a checksum.
    if (claimed <= sequence || claimed > sequence + BigInt(view.length)) {
      continue;
    }
    if (recordAt(view, offset) !== undefined) {
      throw new LogDamagedError(
        `${path} is damaged at byte ${from}, in front of records that can still be read; it was left as it is`,
      );
    }
  }
}
