import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { uploadFile } from '../core/jobs/uploads/uploadFile.ts';
import type { UploadMemory, UploadResult } from '../core/jobs/uploads/upload.ts';
import type { Service } from '../core/providers/port.ts';
import type { ProviderProfile } from '../core/providers/profile.ts';
import { readChunks } from '../disk/files.ts';
import { realSystem } from '../disk/system.ts';
import type { CliIo } from './io.ts';

/** A command of its own remembers nothing: what it began ends with it. */
const forgetful: UploadMemory = {
  files: () => [],
  remember: async () => {},
  forget: async () => {},
  unfinished: async () => undefined,
  save: async () => {},
  drop: async () => {},
};

/** Brings a file to a service, in parts if it is large. @throws as `uploadFile` does */
export async function sendFile(
  service: Service,
  profile: ProviderProfile,
  path: string,
  mark: 'wanted' | 'unwanted',
  { signal }: Pick<CliIo, 'signal'>,
): Promise<UploadResult> {
  const { size, mtimeMs } = await realSystem.stat(path);
  return uploadFile(
    {
      service,
      place: { connectionId: '', baseURL: '' },
      source: {
        uri: pathToFileURL(path).href,
        name: basename(path),
        bytes: size,
        modifiedMs: mtimeMs,
        open: (given, reuses = false) => readChunks(path, given, { reuses }),
      },
      mark,
      limits: profile.capabilities.uploads ? profile.uploads?.value : undefined,
      memory: forgetful,
      hash: (kind) => {
        const hash = createHash(kind);
        return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
      },
      wait: (milliseconds, given) => realSystem.sleep(milliseconds, given),
      timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
      now: Date.now,
      reuse: false,
      onPhase: () => {},
      onRestart: () => {},
    },
    signal,
  );
}
