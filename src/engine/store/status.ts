import { terminalJobStatuses } from '../../core/providers/wire.ts';
import { errorCode } from '../../disk/files.ts';
import type { Change } from './changes.ts';

/** Whether the store takes changes; `reason` is for people. */
export type StoreStatus =
  | { readonly kind: 'ready' }
  /** Damaged or not writable: what could be read is served, nothing is changed. `repairable`: by `repairStore`. */
  | { readonly kind: 'readOnly'; readonly reason: string; readonly repairable: boolean }
  /** The disk failed while the store was open: only another opening can tell what is on it. */
  | { readonly kind: 'failed'; readonly reason: string };

/** A change was refused because of the store's status. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly status: Exclude<StoreStatus, { kind: 'ready' }>;

  constructor(status: Exclude<StoreStatus, { kind: 'ready' }>) {
    super(status.reason);
    this.status = status;
  }
}

const notWritable: ReadonlySet<string> = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT']);

/** Errors for which a store that can be read is opened read-only. */
export function isNotWritable(error: unknown): boolean {
  return notWritable.has(errorCode(error) ?? '');
}

export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
}

/** Changes for which the reserve is meant: the end of a job, and what gives space back. */
export function endsOrFrees(change: Change): boolean {
  switch (change.kind) {
    case 'fileDeleted':
    case 'modelDeleted':
    case 'checkpointDropped':
      return true;
    case 'jobChanged':
      return terminalJobStatuses.has(change.wire?.status ?? '');
    default:
      return false;
  }
}
