import type { Change } from '../store/changes.ts';
import type { Engine } from './call.ts';
import { isLive } from './files.ts';
import { isOverdue } from './uploads.ts';

/** Forgotten in one record of the journal, which has a limit; the others are next. */
const mostAtOnce = 1_000;

/** Forgets files and unfinished uploads whose time is over, and frees their space. */
export async function dropExpired(engine: Pick<Engine, 'store' | 'expiryNow'>): Promise<void> {
  const { store } = engine;
  const now = engine.expiryNow();
  const freed = await store.commit((state) => {
    const dead = [...state.files.values()].filter((file) => !isLive(file, now)).slice(0, mostAtOnce);
    const overdue = [...state.uploads.values()].filter((upload) => isOverdue(upload, now)).slice(0, mostAtOnce);
    const [files, uploads] = [dead.map((file) => file.wire.id), overdue.map((upload) => upload.wire.id)];
    const parts = uploads.flatMap((id) => state.uploadParts(id).map((part) => part.id));
    const changes: readonly Change[] = [
      ...files.map((id) => ({ kind: 'fileDeleted', id }) as const),
      ...uploads.map((id) => ({ kind: 'uploadEnded', id, wire: { status: 'expired', file: null } }) as const),
    ];
    return { changes, result: [...files, ...parts] };
  });
  await store.fileBytes.release(freed);
}
