import { jobKey } from '../../core/jobs/jobRef.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import { refOf } from './jobNode.ts';

type RequestIdServices = {
  readonly connections: Pick<Connections, 'get' | 'peek'>;
  readonly jobStore: Pick<JobStore, 'ask' | 'applyJob'>;
};

/** Somebody waits for it with the mouse over a row. */
const patienceMs = 5_000;

/**
 * What a service calls the answer that a job has failed: its support looks that up. A list of jobs names no request
 * that is about one of them, so a failed job is asked for by itself, once, when somebody wants to read why it failed.
 */
export class RequestIds {
  readonly #services: RequestIdServices;
  readonly #asked = new Map<string, Promise<string | undefined>>();

  constructor(services: RequestIdServices) {
    this.#services = services;
  }

  /** Never rejects; undefined where the service says none, or cannot be asked now. */
  async of(record: JobRecord): Promise<string | undefined> {
    if (record.job.status !== 'failed') return undefined;
    const key = jobKey(refOf(record));
    const asked = this.#asked.get(key) ?? this.#ask(record);
    this.#asked.set(key, asked);
    try {
      return await asked;
    } catch {
      // Offline now is not offline the next time.
      this.#asked.delete(key);
      return undefined;
    }
  }

  async #ask({ connectionId, job: { id } }: JobRecord): Promise<string | undefined> {
    const { connections, jobStore } = this.#services;
    const connection = connections.get(connectionId);
    // Nobody supports the Local engine but its own log.
    if (connection === undefined || connection.profile.key === 'none') return undefined;
    const signal = AbortSignal.timeout(patienceMs);
    const service = await connections.peek(connection, { signal, start: 'never' });
    if (service === undefined) throw new Error('There is no key to ask with.');
    const asked = jobStore.ask(Date.now());
    const { job, requestId } = await service.retrieveJob(id, signal);
    jobStore.applyJob(connectionId, job, asked);
    return requestId;
  }
}
