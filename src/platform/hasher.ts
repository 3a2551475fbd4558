import { createHash } from 'node:crypto';
import type { Hasher } from '../core/jobs/uploads/upload.ts';

/** A running digest of Node's, as core asks for one. */
export function createHasher(kind: 'sha256' | 'md5'): Hasher {
  const hash = createHash(kind);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

export function sha256Text(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
