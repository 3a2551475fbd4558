import { createHash } from 'node:crypto';
import type { WireUpload, WireUploadPart } from '../../core/providers/wire.ts';
import type { StoredPart, StoredUpload } from '../store/changes.ts';
import { newId } from '../store/ids.ts';
import type { State } from '../store/state.ts';
import { ApiError, badField, notFound, quote } from './apiError.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';
import { field, numberField, objectField, requiredString, stringField } from './fields.ts';
import { fileFields, newFile, refuseEmpty } from './fileRules.ts';
import { limits } from './limits.ts';
import { orRelease, receiveForm } from './upload.ts';

/** Large files in parts, which may come in any order and at the same time; the last call puts them in order. */
export async function createUpload(engine: Engine, call: Call): Promise<Answer> {
  const { body } = call;
  const name = requiredString(body, 'filename');
  const expiry = objectField(body, 'expires_after');
  const expiresAfter = expiry && { anchor: field(expiry, 'anchor'), seconds: field(expiry, 'seconds') };
  const fields = fileFields({ filename: name, purpose: requiredString(body, 'purpose'), expiresAfter }, 'filename');
  const bytes = numberField(body, 'bytes', { min: 1, max: limits.uploadTotalBytes, integer: true });
  if (bytes === undefined) {
    throw badField('bytes', "Missing required parameter: 'bytes'.", 'missing_required_parameter');
  }
  requiredString(body, 'mime_type');
  const now = engine.now();
  const wire: WireUpload = {
    id: newId.upload(),
    object: 'upload',
    bytes,
    created_at: now,
    filename: fields.filename,
    purpose: fields.purpose,
    status: 'pending',
    expires_at: now + limits.uploadSeconds,
    file: null,
  };
  await engine.store.commit((state) => {
    const pending = [...state.uploads.values()].filter((upload) => upload.wire.status === 'pending').length;
    if (pending >= limits.pendingUploads) {
      throw new ApiError(429, 'Too many uploads are unfinished.', {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        headers: { 'retry-after': '60' },
      });
    }
    const upload: StoredUpload = { wire, fileExpiresAfter: fields.expiresAfter };
    return { changes: [{ kind: 'uploadAdded', upload }], result: undefined };
  });
  return json(wire);
}

export async function addUploadPart(engine: Engine, call: Call): Promise<Answer> {
  const { store, now, expiryNow } = engine;
  const uploadId = param(call, 'upload_id');
  pendingUpload(store.state, uploadId, expiryNow());
  const rules = {
    fileField: 'data',
    maxBytes: limits.uploadPartBytes,
    receive: () => store.fileBytes.receive(newId.uploadPart()),
  };
  const { id, bytes, sha256 } = await receiveForm(call.request, rules, (form) => refuseEmpty(form.bytes, new Uint8Array(), 'data'));
  const wire: WireUploadPart = { id, object: 'upload.part', created_at: now(), upload_id: uploadId };
  await orRelease(store, id, () =>
    store.commit((state) => {
      // While the bytes came in, the upload may have come to its end.
      pendingUpload(state, uploadId, expiryNow());
      const parts = state.uploadParts(uploadId);
      if (parts.length >= limits.uploadParts || sumOf(parts) + bytes > limits.uploadTotalBytes) {
        throw badField('data', `An upload takes at most ${limits.uploadParts} parts of ${limits.uploadTotalBytes} bytes in total.`);
      }
      return { changes: [{ kind: 'uploadPartAdded', uploadId, part: { id, bytes, sha256 } }], result: undefined };
    }),
  );
  return json(wire);
}

export async function completeUpload(engine: Engine, call: Call): Promise<Answer> {
  const { store, now, expiryNow } = engine;
  const uploadId = param(call, 'upload_id');
  const upload = pendingUpload(store.state, uploadId, expiryNow());
  const all = store.state.uploadParts(uploadId);
  const chosen = chosenParts(field(call.body, 'part_ids'), all);
  const md5 = stringField(call.body, 'md5');
  const bytes = sumOf(chosen);
  if (bytes !== upload.wire.bytes) {
    const message = `The parts have ${bytes} bytes, but the upload was announced with ${upload.wire.bytes} bytes.`;
    throw badField('part_ids', message, 'invalid_value');
  }
  const joined = await joinParts(engine, chosen, call.signal, md5).catch((error: unknown) => {
    // Parts are gone if somebody else ended the upload meanwhile; then that is what is said.
    pendingUpload(store.state, uploadId, expiryNow());
    throw error;
  });
  const { filename, purpose } = upload.wire;
  const file = newFile(joined.id, bytes, now(), { filename, purpose, expiresAfter: upload.fileExpiresAfter });
  const wire = await orRelease(store, joined.id, () =>
    store.commit((state) => {
      const present = pendingUpload(state, uploadId, expiryNow());
      return {
        changes: [
          { kind: 'fileAdded', file: { wire: file, sha256: joined.sha256 } },
          { kind: 'uploadEnded', id: uploadId, wire: { status: 'completed', file } },
        ],
        result: { ...present.wire, status: 'completed', file } as const,
      };
    }),
  );
  await store.fileBytes.release(all.map((part) => part.id));
  return json(wire);
}

export async function cancelUpload(engine: Engine, call: Call): Promise<Answer> {
  const { store, expiryNow } = engine;
  const id = param(call, 'upload_id');
  const { wire, parts } = await store.commit((state) => {
    const upload = pendingUpload(state, id, expiryNow());
    const ending = { status: 'cancelled', file: null } as const;
    return {
      changes: [{ kind: 'uploadEnded', id, wire: ending }],
      result: { wire: { ...upload.wire, ...ending }, parts: state.uploadParts(id) },
    };
  });
  await store.fileBytes.release(parts.map((part) => part.id));
  return json(wire);
}

/** True for an upload that was not finished in time and is not yet told so. */
export function isOverdue(upload: StoredUpload, now: number): boolean {
  return upload.wire.status === 'pending' && now >= upload.wire.expires_at;
}

/** @throws ApiError 404, or 400 if the upload takes nothing more */
function pendingUpload(state: State, id: string, now: number): StoredUpload {
  const upload = state.uploads.get(id);
  if (upload === undefined) {
    throw notFound('Upload object', id, 'upload_id');
  }
  const status = isOverdue(upload, now) ? 'expired' : upload.wire.status;
  if (status !== 'pending') {
    throw badField('upload_id', `The upload ${quote(id)} is ${status}.`, `upload_${status}`);
  }
  return upload;
}

function chosenParts(ids: unknown, parts: readonly StoredPart[]): readonly StoredPart[] {
  if (ids === undefined) {
    throw badField('part_ids', "Missing required parameter: 'part_ids'.", 'missing_required_parameter');
  }
  if (!Array.isArray(ids) || ids.length === 0) {
    throw badField('part_ids', "Invalid type for 'part_ids': expected a list of ids of parts.", 'invalid_type');
  }
  const known = new Map(parts.map((part) => [part.id, part]));
  return ids.map((id: unknown) => {
    const part = typeof id === 'string' ? known.get(id) : undefined;
    if (part === undefined) {
      const message = `Invalid 'part_ids': ${quote(String(id))} is no part of this upload, or is named twice.`;
      throw badField('part_ids', message, 'invalid_value');
    }
    known.delete(part.id);
    return part;
  });
}

async function joinParts(
  { store }: Engine,
  parts: readonly StoredPart[],
  signal: AbortSignal,
  md5: string | undefined,
): Promise<{ readonly id: string; readonly sha256: string }> {
  const hash = createHash('md5');
  const incoming = await store.fileBytes.receive();
  try {
    for (const { id, sha256 } of parts) {
      const own = createHash('sha256');
      for await (const chunk of store.fileBytes.read(id, signal)) {
        hash.update(chunk);
        own.update(chunk);
        await incoming.write(chunk);
      }
      if (sha256 !== undefined && own.digest('hex') !== sha256) {
        // Keeps what is wrong and says where.
        await store.fileBytes.checked({ sha256, wire: { id } });
        throw new Error('A part of an upload was not read twice as the same');
      }
    }
    if (md5 !== undefined && md5.toLowerCase() !== hash.digest('hex')) {
      throw badField('md5', "Invalid 'md5': the parts in this order have another checksum.", 'invalid_value');
    }
    const { sha256 } = await incoming.finish();
    return { id: incoming.id, sha256 };
  } catch (error) {
    await incoming.discard();
    throw error;
  }
}

function sumOf(parts: readonly StoredPart[]): number {
  return parts.reduce((sum, part) => sum + part.bytes, 0);
}
