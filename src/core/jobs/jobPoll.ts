import { ServiceError } from '../providers/port.ts';
import type { Service } from '../providers/port.ts';
import type { WireCheckpoint } from '../providers/wire.ts';
import { EventReader } from './eventReader.ts';
import { isTerminal } from './jobStatus.ts';
import type { JobRef, JobStore } from './jobStore.ts';

type PollInterest = {
  /** Jobs somebody looks at: their events and checkpoints are kept complete. */
  readonly watched: ReadonlySet<string>;
  /** Jobs whose end must not be missed, also if the first page does not name them. */
  readonly unfinished: readonly string[];
};

type PollOutcome = {
  /** Jobs of `unfinished` that the service does not know any more. */
  readonly gone: readonly string[];
};

const pageSize = 20;
/** Of older jobs, which a person asks for by hand. */
const olderPageSize = 100;
const watchedPages = 20;
const maxCheckpointPages = 10;

type Details = { readonly events: EventReader; checkpointsRead: boolean; settled: boolean };

/** Asks one connection about its jobs, one round at a time, and writes the answers into the store. */
export class JobPoll {
  readonly #store: JobStore;
  readonly #connectionId: string;
  readonly #now: () => number;
  readonly #details = new Map<string, Details>();
  /** Last job of the pages read so far; undefined = everything is listed. */
  #nextAfter: string | undefined;
  #listed = false;

  constructor(store: JobStore, connectionId: string, now: () => number) {
    this.#store = store;
    this.#connectionId = connectionId;
    this.#now = now;
  }

  /** True if the service has older jobs than those in the store. */
  get hasMore(): boolean {
    return this.#nextAfter !== undefined;
  }

  /** One round: newest jobs, unfinished ones beyond them, then what is new inside running and watched jobs. */
  async round(service: Service, interest: PollInterest, signal: AbortSignal): Promise<PollOutcome> {
    const before = this.#store.list(this.#connectionId);
    const running = before.filter((record) => !isTerminal(record.job)).map((record) => record.job.id);
    const listed = await this.#listNewest(service, signal);
    const wanted = new Set([...running, ...interest.unfinished]);
    for (const jobId of interest.watched) if (this.#store.get(this.#ref(jobId)) === undefined) wanted.add(jobId);
    const gone: string[] = [];
    for (const jobId of wanted) {
      if (!listed.has(jobId) && !(await this.#retrieve(service, jobId, signal))) gone.push(jobId);
    }
    for (const { job } of this.#store.list(this.#connectionId)) {
      const watched = interest.watched.has(job.id);
      const hasNews = watched || !isTerminal(job) || running.includes(job.id);
      if (hasNews) await this.#readDetails(service, job.id, watched, signal);
    }
    return { gone };
  }

  /** Lists one more page of older jobs. */
  async loadMore(service: Service, signal: AbortSignal): Promise<void> {
    const after = this.#nextAfter;
    if (after === undefined) return;
    const asked = this.#store.ask(this.#now());
    const page = await service.listJobs({ limit: olderPageSize, after }, signal);
    this.#store.applyPage(this.#connectionId, page, asked, after);
    if (this.#nextAfter === after) this.#nextAfter = page.has_more ? page.data.at(-1)?.id : undefined;
  }

  /** Reads the details of one ended job, or of all of them, again in the next round. */
  forgetDetails(jobId?: string): void {
    for (const [id, details] of this.#details) if (jobId === undefined || id === jobId) details.settled = false;
  }

  async #listNewest(service: Service, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const asked = this.#store.ask(this.#now());
    const page = await service.listJobs({ limit: pageSize }, signal);
    const linked = page.data.some((job) => this.#store.get(this.#ref(job.id)) !== undefined);
    this.#store.applyPage(this.#connectionId, page, asked);
    if (!page.has_more) this.#nextAfter = undefined;
    else if (!this.#listed || !linked) this.#nextAfter = page.data.at(-1)?.id;
    this.#listed = true;
    return new Set(page.data.map((job) => job.id));
  }

  async #retrieve(service: Service, jobId: string, signal: AbortSignal): Promise<boolean> {
    const asked = this.#store.ask(this.#now());
    try {
      this.#store.applyJob(this.#connectionId, (await service.retrieveJob(jobId, signal)).job, asked);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.facts.kind !== 'notFound') throw error;
      this.#store.applyGone(this.#ref(jobId), asked);
      return false;
    }
  }

  async #readDetails(service: Service, jobId: string, watched: boolean, signal: AbortSignal): Promise<void> {
    const ref = this.#ref(jobId);
    const details = this.#details.get(jobId) ?? {
      events: new EventReader(this.#store, ref),
      checkpointsRead: false,
      settled: false,
    };
    this.#details.set(jobId, details);
    const record = this.#store.get(ref);
    if (record === undefined || details.settled) return;
    const news = await optional(() => details.events.read(service, watched ? watchedPages : 1, signal));
    if (news !== false || !details.checkpointsRead || isTerminal(record.job)) {
      details.checkpointsRead = false;
      await optional(() => this.#readCheckpoints(service, ref, signal));
      details.checkpointsRead = true;
    }
    details.settled = isTerminal(record.job) && details.events.complete;
  }

  async #readCheckpoints(service: Service, ref: JobRef, signal: AbortSignal): Promise<void> {
    const asked = this.#store.ask(this.#now());
    const found: WireCheckpoint[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < maxCheckpointPages; pages += 1) {
      const query = after === undefined ? { limit: pageSize } : { limit: pageSize, after };
      const page = await service.listCheckpoints(ref.jobId, query, signal);
      found.push(...page.data);
      after = page.data.at(-1)?.id;
      if (!page.has_more || after === undefined) break;
    }
    this.#store.applyCheckpoints(ref, found, asked);
  }

  #ref(jobId: string): JobRef {
    return { connectionId: this.#connectionId, jobId };
  }
}

/** Some services have no events or checkpoints; their refusal is an answer, not a failure of the round. */
async function optional<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    const kind = error instanceof ServiceError ? error.facts.kind : undefined;
    if (kind === 'notFound' || kind === 'rejected' || kind === 'forbidden') return undefined;
    throw error;
  }
}
