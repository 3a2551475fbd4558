import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { WireJob } from '../core/providers/wire.ts';
import { listFolder, makeFolder, removeTree, replaceFile } from '../disk/files.ts';
import { readText } from '../disk/reading.ts';
import type { Connection } from './connections.ts';
import type { Log } from './log.ts';

/** The newest jobs of a connection as they were last told. `at` in milliseconds since 1970. */
type JobSnapshot = { readonly at: number; readonly jobs: readonly WireJob[] };

const maxBytes = 4 * 1024 * 1024;

/**
 * What was known of the newest jobs when the editor was closed, so that a start without a network shows it with its
 * age. One file per connection and address: another address is another account. The Local engine needs none, because
 * it answers without a network.
 */
export class JobSnapshots {
  readonly #folder: string;
  readonly #log: Log;

  /** `folder` need not exist. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  async read(connection: Connection): Promise<JobSnapshot | undefined> {
    const path = this.#pathOf(connection);
    if (path === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(await readText(path, { maxBytes }));
      return isSnapshot(value) ? value : undefined;
    } catch {
      // No file yet, or one that a later version wrote: the service is asked anyway.
      return undefined;
    }
  }

  /** Never rejects: without a snapshot only the next start without a network shows less. */
  async write(connection: Connection, snapshot: JobSnapshot): Promise<void> {
    const path = this.#pathOf(connection);
    if (path === undefined) return;
    try {
      await makeFolder(this.#folder);
      await replaceFile(path, JSON.stringify({ version: 1, ...snapshot }), { mode: 0o600 });
    } catch (error) {
      this.#log.debug(`The jobs of ${connection.id} were not kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Forgets the jobs of a connection at all its addresses. */
  async forget(connectionId: string): Promise<void> {
    const own = `${connectionId}-`;
    for (const { name } of await listFolder(this.#folder).catch(() => [])) {
      // The id of another connection may begin with this one's.
      const isOwn = name.startsWith(own) && /^[0-9a-f]{16}\.json$/.test(name.slice(own.length));
      if (isOwn) await removeTree(join(this.#folder, name)).catch(() => undefined);
    }
  }

  #pathOf({ id, baseURL, profile }: Connection): string | undefined {
    if (profile.key === 'none' || baseURL === undefined) return undefined;
    const address = createHash('sha256').update(baseURL).digest('hex').slice(0, 16);
    return join(this.#folder, `${id}-${address}.json`);
  }
}

function isSnapshot(value: unknown): value is JobSnapshot {
  if (typeof value !== 'object' || value === null) return false;
  const { version, at, jobs } = value as Readonly<Record<string, unknown>>;
  return version === 1 && typeof at === 'number' && Array.isArray(jobs) && jobs.every(isJob);
}

/** It was a job when it was written; only a file that somebody else wrote holds anything else. */
function isJob(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { id, status, model, created_at: created } = value as Partial<Record<keyof WireJob, unknown>>;
  return [id, status, model].every((field) => typeof field === 'string') && typeof created === 'number';
}
