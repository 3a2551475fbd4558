import type { Change } from '../store/changes.ts';
import type { Engine } from './call.ts';
import { isLive } from './files.ts';
import { isOverdue } from './uploads.ts';

/** Forgets files and unfinished uploads whose time is over, and frees their space. */
export async function dropExpired(engine: Engine): Promise<void> {
  const { store } = engine;
  const now = engine.expiryNow();
  const freed = await store.commit((state) => {
    const files = [...state.files.values()].filter((file) => !isLive(file, now)).map((file) => file.wire.id);
    const uploads = [...state.uploads.values()].filter((upload) => isOverdue(upload, now)).map((upload) => upload.wire.id);
    const parts = uploads.flatMap((id) => state.uploadParts(id).map((part) => part.id));
    const changes: readonly Change[] = [
      ...files.map((id) => ({ kind: 'fileDeleted', id }) as const),
      ...uploads.map((id) => ({ kind: 'uploadEnded', id, wire: { status: 'expired', file: null } }) as const),
    ];
    return { changes, result: [...files, ...parts] };
  });
  await store.fileBytes.release(freed);
}
