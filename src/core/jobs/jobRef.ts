import type { JobRef } from './jobStore.ts';

/** The job's name among those of all connections, for maps and for rows of a tree. */
export function jobKey({ connectionId, jobId }: JobRef): string {
  return `${connectionId}/${jobId}`;
}

/** The job that an unknown value names: a reference, or anything that holds one as `ref`. */
export function readJobRef(value: unknown): JobRef | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('ref' in value) return readJobRef(value.ref);
  if (!('connectionId' in value) || !('jobId' in value)) return undefined;
  const { connectionId, jobId } = value;
  return typeof connectionId === 'string' && typeof jobId === 'string' ? { connectionId, jobId } : undefined;
}
