import type { WireFile } from '../../core/providers/wire.ts';
import { readChunks } from '../../disk/files.ts';
import type { StoredFile } from '../store/changes.ts';
import { badField, notFound } from './apiError.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';
import { pageOf } from './page.ts';
import { receiveUpload, type UploadFields } from './upload.ts';

export const uploadPurposes: ReadonlySet<string> = new Set([
  'assistants',
  'batch',
  'fine-tune',
  'vision',
  'user_data',
  'evals',
]);

export async function createFile(engine: Engine, call: Call): Promise<Answer> {
  const { store, now } = engine;
  const upload = await receiveUpload(call.request, () => store.receiveFile(), checkFields);
  const created = now();
  const { fields, bytes, sha256, id } = upload;
  const wire: WireFile = {
    id,
    object: 'file',
    bytes,
    created_at: created,
    filename: fields.filename,
    purpose: fields.purpose,
    status: 'processed',
    expires_at: fields.expiresAfter === null ? null : created + fields.expiresAfter,
    status_details: null,
  };
  await store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined }));
  return json(wire);
}

/** @throws ApiError for a purpose or name that the service would refuse */
function checkFields(fields: UploadFields): void {
  if (!uploadPurposes.has(fields.purpose)) {
    const known = [...uploadPurposes].map((purpose) => `'${purpose}'`).join(', ');
    throw badField('purpose', `Invalid 'purpose': it must be one of ${known}.`, 'invalid_value');
  }
  if (fields.purpose === 'fine-tune' && !fields.filename.toLowerCase().endsWith('.jsonl')) {
    throw badField('file', 'Invalid file format for the fine-tuning API. The file name must end in .jsonl.', 'invalid_file_format');
  }
}

export async function listFiles(engine: Engine, call: Call): Promise<Answer> {
  const order = call.query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    throw badField('order', "Invalid 'order': it must be 'asc' or 'desc'.", 'invalid_value');
  }
  const purpose = call.query.get('purpose');
  const files = [...engine.store.state.files.values()]
    .filter((file) => isLive(file, engine.now()) && (purpose === null || file.wire.purpose === purpose))
    .map((file) => file.wire);
  const items = order === 'asc' ? files : files.toReversed();
  const page = pageOf(items, (file) => file.id, call.query, { defaultLimit: 10_000, maxLimit: 10_000 });
  // The schema of file lists, unlike that of checkpoints, knows no null here.
  return json({
    object: 'list',
    data: page.data,
    first_id: page.firstId ?? '',
    last_id: page.lastId ?? '',
    has_more: page.hasMore,
  });
}

export async function retrieveFile(engine: Engine, call: Call): Promise<Answer> {
  return json(knownFile(engine, call).wire);
}

export async function downloadFile(engine: Engine, call: Call): Promise<Answer> {
  const { wire } = knownFile(engine, call);
  return {
    kind: 'bytes',
    contentType: wire.purpose === 'fine-tune-results' ? 'text/csv; charset=utf-8' : 'application/octet-stream',
    length: wire.bytes,
    chunks: readChunks(engine.store.filePath(wire.id), call.signal),
  };
}

export async function deleteFile(engine: Engine, call: Call): Promise<Answer> {
  const { id } = knownFile(engine, call).wire;
  await engine.store.commit((state) => {
    if (!state.files.has(id)) {
      throw notFound('File object', id, 'id');
    }
    return { changes: [{ kind: 'fileDeleted', id }], result: undefined };
  });
  await engine.store.releaseFiles([id]);
  return json({ id, object: 'file', deleted: true });
}

export function isLive(file: StoredFile, now: number): boolean {
  return file.wire.expires_at === null || now < file.wire.expires_at;
}

function knownFile(engine: Engine, call: Call): StoredFile {
  const id = param(call, 'file_id');
  const file = engine.store.state.files.get(id);
  if (file === undefined || !isLive(file, engine.now())) {
    throw notFound('File object', id, 'id');
  }
  return file;
}

/** Forgets files whose time was over, and frees their space. */
export async function dropExpiredFiles(engine: Engine): Promise<void> {
  const expired = [...engine.store.state.files.values()]
    .filter((file) => !isLive(file, engine.now()))
    .map((file) => file.wire.id);
  await engine.store.commit(() => ({
    changes: expired.map((id) => ({ kind: 'fileDeleted', id }) as const),
    result: undefined,
  }));
  await engine.store.releaseFiles(expired);
}
