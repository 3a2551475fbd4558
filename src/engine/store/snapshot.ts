import { maxRecordBytes, readLog } from '../../disk/appendLog.ts';
import { frame, magic } from '../../disk/logRecords.ts';
import { replaceFile, type System } from '../../disk/files.ts';
import type { Change } from './changes.ts';
import { snapshotPath, storeVersion } from './generation.ts';
import { State } from './state.ts';

/** First record of a snapshot and of each journal but the oldest form. */
export type Header = { readonly version: number; readonly generation: number; readonly sequence: number };

export function headerRecord(generation: number, sequence: bigint): Buffer {
  const header: Header = { version: storeVersion, generation, sequence: Number(sequence) };
  return Buffer.from(JSON.stringify(header), 'utf8');
}

/** Changes are collected into records up to this size. */
const recordBytes = 256 * 1024;

/** Writes the state as it is after the record `sequence`. Durable when it resolves. */
export async function writeSnapshot(
  root: string,
  generation: number,
  state: State,
  sequence: bigint,
  system: System,
): Promise<void> {
  await replaceFile(snapshotPath(root, generation), snapshotBytes(generation, state, sequence), { mode: 0o600, system });
}

async function* snapshotBytes(
  generation: number,
  state: State,
  sequence: bigint,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield magic;
  let number = 1n;
  yield frame(headerRecord(generation, sequence), number);
  let changes = 0;
  let pending: string[] = [];
  let length = 0;
  const record = (): Buffer => {
    number += 1n;
    const bytes = frame(Buffer.from(`[${pending.join(',')}]`, 'utf8'), number);
    pending = [];
    length = 0;
    return bytes;
  };
  for (const change of state.changes()) {
    const text = JSON.stringify(change);
    if (pending.length > 0 && (length + text.length) * 3 > maxRecordBytes) {
      yield record();
    }
    pending.push(text);
    length += text.length;
    changes += 1;
    if (length >= recordBytes) {
      yield record();
    }
  }
  if (pending.length > 0) {
    yield record();
  }
  yield frame(Buffer.from(JSON.stringify({ changes }), 'utf8'), number + 1n);
}

export type ReadSnapshot =
  | { readonly kind: 'absent' }
  | { readonly kind: 'whole'; readonly state: State; readonly sequence: bigint; readonly bytes: number }
  /** `state` is what could be read. */
  | { readonly kind: 'damaged'; readonly state: State; readonly reason: string };

export async function readSnapshot(root: string, generation: number, system: System): Promise<ReadSnapshot> {
  const path = snapshotPath(root, generation);
  const state = new State();
  let header: Header | undefined;
  let changes = 0;
  let promised: number | undefined;
  const found = await readLog(
    path,
    (payload) => {
      const value = parseRecord(payload);
      if (Array.isArray(value)) {
        changes += value.length;
        for (const change of value as readonly Change[]) {
          state.apply(change);
        }
      } else if (header === undefined) {
        header = value as Header;
      } else {
        promised = (value as { readonly changes: number }).changes;
      }
    },
    { system },
  );
  const { bytes } = found;
  if (bytes === undefined) {
    return { kind: 'absent' };
  }
  if (found.damage !== undefined || found.end !== bytes.length || promised !== changes || header?.generation !== generation) {
    return { kind: 'damaged', state, reason: found.damage?.message ?? `${path} is damaged or incomplete` };
  }
  return { kind: 'whole', state, sequence: BigInt(header.sequence), bytes: bytes.length };
}

/** A record whose checksum is right: a list of changes, or a header. */
export function parseRecord(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8'));
}
