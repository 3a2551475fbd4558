import { JobEmitter, type Subscription } from '../../core/jobs/jobEmitter.ts';
import { jobKey } from '../../core/jobs/jobRef.ts';
import type { JobRecord, JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import { refOf } from './jobNode.ts';

type RequestIdServices = {
  readonly connections: Pick<Connections, 'get' | 'peek'>;
  readonly jobStore: Pick<JobStore, 'ask' | 'applyJob'>;
};

/** The longest such a question may take. */
const patienceMs = 5_000;
/** A service that could not be asked is not asked again at each look. */
const restMs = 60_000;

/**
 * What a service calls the answer that a job has failed: its support looks that up. A list of jobs names no request
 * that is about one of them, so a failed job is asked for by itself, once, when somebody wants to read why it failed.
 */
export class RequestIds {
  readonly #services: RequestIdServices;
  readonly #asked = new Map<string, Promise<string | undefined>>();
  readonly #known = new Map<string, string>();
  /** When a question failed, in milliseconds since 1970. */
  readonly #failed = new Map<string, number>();
  readonly #learnt = new JobEmitter<JobRef>();

  constructor(services: RequestIdServices) {
    this.#services = services;
  }

  /** The id, as far as it was told. */
  known(record: JobRecord): string | undefined {
    return this.#known.get(jobKey(refOf(record)));
  }

  /** When a job's id is told for the first time. */
  onDidLearn(listener: (ref: JobRef) => void): Subscription {
    return this.#learnt.on(listener);
  }

  /** Asks by the way, and not again soon after a failure. Never rejects. */
  async learn(record: JobRecord): Promise<void> {
    const failed = this.#failed.get(jobKey(refOf(record)));
    if (failed === undefined || Date.now() - failed >= restMs) await this.of(record);
  }

  /** Asks for somebody who wants to know now. Never rejects; undefined where the service says none, or cannot be asked. */
  async of(record: JobRecord): Promise<string | undefined> {
    if (record.job.status !== 'failed') return undefined;
    const key = jobKey(refOf(record));
    const asked = this.#asked.get(key) ?? this.#ask(record);
    this.#asked.set(key, asked);
    try {
      const requestId = await asked;
      this.#failed.delete(key);
      if (requestId !== undefined && !this.#known.has(key)) {
        this.#known.set(key, requestId);
        this.#learnt.fire(refOf(record));
      }
      return requestId;
    } catch {
      // Offline now is not offline the next time.
      this.#asked.delete(key);
      this.#failed.set(key, Date.now());
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
