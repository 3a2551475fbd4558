import type { StoredFile } from '../store/changes.ts';
import { badField, notFound } from './apiError.ts';
import { base64Length, toBase64 } from './base64.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';
import { fileFields, newFile, refuseEmpty, type FileFields } from './fileRules.ts';
import { limits } from './limits.ts';
import { pageOf } from './page.ts';
import { orRelease, receiveForm, type Form } from './upload.ts';

export async function createFile(engine: Engine, call: Call): Promise<Answer> {
  const { store, now } = engine;
  const rules = { fileField: 'file', maxBytes: limits.fileBytes, receive: () => store.fileBytes.receive() };
  const { id, bytes, sha256, fields } = await receiveForm(call.request, rules, fieldsOf);
  const wire = newFile(id, bytes, now(), fields);
  await orRelease(store, id, () =>
    store.commit(() => ({ changes: [{ kind: 'fileAdded', file: { wire, sha256 } }], result: undefined })),
  );
  return json(wire);
}

function fieldsOf({ values, filename, bytes, head }: Form): FileFields {
  refuseEmpty(bytes, head, 'file');
  const anchor = values.get('expires_after[anchor]');
  const seconds = values.get('expires_after[seconds]');
  const expiresAfter = anchor === undefined && seconds === undefined ? undefined : { anchor, seconds };
  return fileFields({ filename, purpose: values.get('purpose'), expiresAfter }, 'file');
}

export async function listFiles(engine: Engine, call: Call): Promise<Answer> {
  const order = call.query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    throw badField('order', "Invalid 'order': it must be 'asc' or 'desc'.", 'invalid_value');
  }
  const purpose = call.query.get('purpose');
  const files = [...engine.store.state.files.values()]
    .filter((file) => isLive(file, engine.expiryNow()) && (purpose === null || file.wire.purpose === purpose))
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
  const file = knownFile(engine, call);
  const { wire } = file;
  await engine.store.fileBytes.checked(file);
  const chunks = engine.store.fileBytes.read(wire.id, call.signal);
  if (wire.purpose !== 'fine-tune-results') {
    return { kind: 'bytes', contentType: 'application/octet-stream', length: wire.bytes, chunks };
  }
  return engine.base64Results
    ? { kind: 'bytes', contentType: 'text/plain; charset=utf-8', length: base64Length(wire.bytes), chunks: toBase64(chunks) }
    : { kind: 'bytes', contentType: 'text/csv; charset=utf-8', length: wire.bytes, chunks };
}

export async function deleteFile(engine: Engine, call: Call): Promise<Answer> {
  const { id } = knownFile(engine, call).wire;
  await engine.store.commit((state) => {
    if (!state.files.has(id)) {
      throw notFound('File object', id, 'id');
    }
    return { changes: [{ kind: 'fileDeleted', id }], result: undefined };
  });
  await engine.store.fileBytes.release([id]);
  return json({ id, object: 'file', deleted: true });
}

export function isLive(file: StoredFile, now: number): boolean {
  return file.wire.expires_at === null || now < file.wire.expires_at;
}

function knownFile(engine: Engine, call: Call): StoredFile {
  const id = param(call, 'file_id');
  const file = engine.store.state.files.get(id);
  if (file === undefined || !isLive(file, engine.expiryNow())) {
    throw notFound('File object', id, 'id');
  }
  return file;
}
