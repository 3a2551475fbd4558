import { crc32 } from 'node:zlib';

/** First bytes of the file; the digits are the version of the layout. */
export const magic = Buffer.from('TSLOG001', 'latin1');
/**
 * length (u32), CRC-32 of everything behind it (u32), sequence (u48), how many records in front of this one were not
 * known to be on disk when it was written (u16), all little-endian. The last tells a tail that a power loss tore, out
 * of order maybe, from damage to what had been durable.
 */
const headerBytes = 16;
export const maxUnsyncedRecords = 0xffff;
export const maxRecordBytes = 1024 * 1024;

/** The log holds something that is no torn tail; nothing was changed. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
}

/** The bytes of one record. */
export function frame(payload: Uint8Array, sequence: bigint, unsynced = 0): Buffer {
  const record = Buffer.allocUnsafe(headerBytes + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.writeBigUInt64LE(sequence | (BigInt(unsynced) << 48n), 8);
  record.set(payload, headerBytes);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Payload of the record at `offset`, if a whole, intact one is there. */
function recordAt(
  view: Buffer,
  offset: number,
): { payload: Uint8Array; sequence: bigint; unsynced: number; end: number } | undefined {
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
  return {
    payload: view.subarray(offset + headerBytes, end),
    sequence: BigInt(view.readUIntLE(offset + 8, 6)),
    unsynced: view.readUInt16LE(offset + 14),
    end,
  };
}

/** What a log holds. `damage`: something that is no torn tail; what stands behind `end` must not be cut off then. */
export type LogContent = {
  /** Bytes up to the end of the last intact record. */
  readonly end: number;
  /** Number of the last intact record. */
  readonly sequence: bigint;
  readonly damage?: { readonly kind: 'notOurs' | 'version' | 'middle'; readonly message: string };
};

/**
 * Hands every record to `onRecord`, in order, up to the first that is damaged or does not follow.
 * `after`: number of the record before the first one of this file.
 */
export function readRecords(
  bytes: Uint8Array,
  path: string,
  onRecord: (payload: Uint8Array) => void,
  after = 0n,
): LogContent {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = view.subarray(0, magic.length);
  if (head.length < magic.length && magic.subarray(0, head.length).equals(head)) {
    return { end: 0, sequence: after };
  }
  if (!head.equals(magic)) {
    const version = /^TSLOG(\d{3})$/.exec(head.toString('latin1'))?.[1];
    const damage =
      version === undefined
        ? ({ kind: 'notOurs', message: `${path} does not begin like a log of this product` } as const)
        : ({ kind: 'version', message: `${path} has layout version ${version}, which this version cannot read` } as const);
    return { end: 0, sequence: after, damage };
  }
  let offset = magic.length;
  let sequence = after;
  while (offset < view.length) {
    const record = recordAt(view, offset);
    if (record === undefined || record.sequence !== sequence + 1n) {
      return wasDurable(view, offset, sequence + 1n)
        ? { end: offset, sequence, damage: { kind: 'middle', message: damageText(path, offset) } }
        : { end: offset, sequence };
    }
    onRecord(record.payload);
    sequence = record.sequence;
    offset = record.end;
  }
  return { end: offset, sequence };
}

function damageText(path: string, offset: number): string {
  return `${path} is damaged at byte ${offset}, in front of records that can still be read; it was left as it is`;
}

/**
 * Whether a record behind `from` proves that record `lost` had been durable. Then this is damage, which must not be
 * cut; otherwise it is a tail that was never promised to anybody.
 */
function wasDurable(view: Buffer, from: number, lost: bigint): boolean {
  for (let offset = from; offset + headerBytes <= view.length; offset += 1) {
    // Only sequence numbers that can follow are worth a checksum; no log has more than 2^32 records.
    if (view[offset + 12] !== 0 || view[offset + 13] !== 0) {
      continue;
    }
    const claimed = BigInt(view.readUInt32LE(offset + 8));
    if (claimed < lost || claimed > lost + BigInt(view.length)) {
      continue;
    }
    const record = recordAt(view, offset);
    if (record !== undefined && record.sequence - BigInt(record.unsynced) > lost) {
      return true;
    }
  }
  return false;
}
