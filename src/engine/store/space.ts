import type { JobError } from '../../core/providers/wire.ts';
import { treeBytes } from '../../disk/files.ts';
import type { StoredJob } from './changes.ts';
import type { Store } from './store.ts';

/** Weights of the base model with its largest vocabulary: 900,000 numbers of four bytes. */
const baseModelBytes = 4 * 1024 * 1024;
/** Three kept checkpoints and a new one; the saved state before and the one being written, with two moments each. */
const copies = 4 + 2 * 3;
/** For everything else, so that the disk is never full to the last byte. */
const spareBytes = 64 * 1024 * 1024;

/** Why a job cannot begin: the disk would be full before it ends. */
export async function missingSpace(store: Store, job: StoredJob): Promise<JobError | undefined> {
  const base = job.baseDirectory === null ? 0 : await treeBytes(store.modelFolders.path(job.baseDirectory));
  const needed = copies * Math.max(base, baseModelBytes) + spareBytes;
  const free = await store.freeBytes();
  if (free >= needed) {
    return undefined;
  }
  const message =
    `The job failed because the disk is nearly full: training may need ${megabytes(needed)} MB in ` +
    `${store.layout.root}, and ${megabytes(free)} MB are free. Free some space and create the job again.`;
  return { code: 'disk_full', message, param: null };
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_000_000);
}
