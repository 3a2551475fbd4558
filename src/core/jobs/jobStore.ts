import { terminalJobStatuses } from '../providers/wire.ts';
import type { WireCheckpoint, WireEvent, WireJob, WirePage } from '../providers/wire.ts';
import { JobEmitter } from './jobEmitter.ts';
import type { Subscription } from './jobEmitter.ts';
import { mergeEvents } from './jobEvents.ts';
import { JobCoverage } from './jobCoverage.ts';

export type JobRef = { readonly connectionId: string; readonly jobId: string };

export type JobRecord = {
  readonly connectionId: string;
  readonly job: WireJob;
  /** Highest step first. */
  readonly checkpoints: readonly WireCheckpoint[];
  /** Oldest first, all known. */
  readonly events: readonly WireEvent[];
  /** When the question was asked whose answer this is, in milliseconds since 1970. */
  readonly seenAt: number;
};

/** Which part of a record changed: a field of the job as the service tells it, or one of its lists. */
type JobField = keyof WireJob | 'events' | 'checkpoints';

export type JobChange =
  | {
      readonly kind: 'listChanged';
      readonly connectionId: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly kind: 'jobChanged'; readonly ref: JobRef; readonly fields: ReadonlySet<JobField> };

/** Stamp of a question to a service, taken before it is sent: answers may overtake each other, questions do not. */
export type Asked = { readonly order: number; readonly at: number };

/** Most events kept over all jobs; jobs whose events came longest ago lose theirs first. */
const maxEvents = 60_000;

type Entry = {
  record: JobRecord;
  /** Order of the question that brought `record.job`. */
  jobOrder: number;
  /** Newest question about this very job that found it, and newest list that named it; 0 = none. */
  directOrder: number;
  listedOrder: number;
  goneOrder: number;
  checkpointsOrder: number;
  eventsTouched: number;
  visible: boolean;
};

/**
 * What is known about the jobs of all connections. Answers may be applied twice and in any order: the answer to
 * the later question wins, and a job that has ended stays ended.
 */
export class JobStore {
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #coverage = new Map<string, JobCoverage>();
  /** Lists as they were told last, until something in them changes. */
  readonly #lists = new Map<string, readonly JobRecord[]>();
  readonly #emitter = new JobEmitter<JobChange>();
  #order = 0;

  /** Call before asking a service; hand the result to the mutator that takes the answer. `now` in milliseconds. */
  ask(now: number): Asked {
    this.#order += 1;
    return { order: this.#order, at: now };
  }

  get(ref: JobRef): JobRecord | undefined {
    const entry = this.#entries.get(ref.connectionId)?.get(ref.jobId);
    return entry?.visible === true ? entry.record : undefined;
  }

  /** Newest first. */
  list(connectionId: string): readonly JobRecord[] {
    const known = this.#lists.get(connectionId);
    if (known !== undefined) return known;
    const list = [...(this.#entries.get(connectionId)?.values() ?? [])]
      .filter((entry) => entry.visible)
      .map((entry) => entry.record)
      .sort((a, b) => b.job.created_at - a.job.created_at || (a.job.id < b.job.id ? 1 : -1));
    this.#lists.set(connectionId, list);
    return list;
  }

  /** Connections of which jobs are known. */
  get connectionIds(): readonly string[] {
    return [...this.#entries.keys()].filter((id) => this.list(id).length > 0);
  }

  onDidChange(listener: (change: JobChange) => void): Subscription {
    return this.#emitter.on(listener);
  }

  /** Applies one page of the job list; `after` is what the page was asked with. Jobs the page should name but does
   * not, are gone. */
  applyPage(connectionId: string, page: WirePage<WireJob>, asked: Asked, after?: string): void {
    const coverage = this.#coverage.get(connectionId) ?? new JobCoverage();
    this.#coverage.set(connectionId, coverage);
    const upper = after === undefined ? Infinity : this.#entry(connectionId, after)?.record.job.created_at;
    if (upper !== undefined) coverage.add(page, asked.order, upper);
    this.#mutate(connectionId, () => {
      for (const job of page.data) this.#applySnapshot(connectionId, job, asked, 'listed');
    });
  }

  /** Applies the answer to a question about one job: retrieve, create or cancel. */
  applyJob(connectionId: string, job: WireJob, asked: Asked): void {
    this.#mutate(connectionId, () => this.#applySnapshot(connectionId, job, asked, 'direct'));
  }

  /** The service does not know this job any more. */
  applyGone(ref: JobRef, asked: Asked): void {
    const entry = this.#entry(ref.connectionId, ref.jobId);
    if (entry === undefined) return;
    this.#mutate(ref.connectionId, () => {
      entry.goneOrder = Math.max(entry.goneOrder, asked.order);
    });
  }

  /** Applies one page of events (newest first); `after` is what the page was asked with. Unknown jobs are ignored. */
  applyEvents(ref: JobRef, page: readonly WireEvent[], after?: string): void {
    const entry = this.#entry(ref.connectionId, ref.jobId);
    if (entry === undefined) return;
    entry.eventsTouched = this.#order += 1;
    const events = mergeEvents(entry.record.events, page, after);
    if (events === entry.record.events) return;
    this.#replace(entry, { ...entry.record, events });
    this.#evictEvents();
    this.#fireJob(entry, new Set<JobField>(['events']));
  }

  /** Applies the whole list of a job's checkpoints: services delete old ones. Unknown jobs are ignored. */
  applyCheckpoints(ref: JobRef, checkpoints: readonly WireCheckpoint[], asked: Asked): void {
    const entry = this.#entry(ref.connectionId, ref.jobId);
    if (entry === undefined || asked.order < entry.checkpointsOrder) return;
    entry.checkpointsOrder = asked.order;
    const sorted = [...checkpoints].sort((a, b) => b.step_number - a.step_number);
    if (isSame(sorted, entry.record.checkpoints)) return;
    this.#replace(entry, { ...entry.record, checkpoints: sorted });
    this.#fireJob(entry, new Set<JobField>(['checkpoints']));
  }

  /** Forgets a connection: its store was deleted, its key taken away, or it was removed. */
  clear(connectionId: string): void {
    const removed = this.list(connectionId).map((record) => record.job.id);
    this.#entries.delete(connectionId);
    this.#coverage.delete(connectionId);
    this.#lists.delete(connectionId);
    if (removed.length > 0) this.#emitter.fire({ kind: 'listChanged', connectionId, added: [], removed });
  }

  #entry(connectionId: string, jobId: string): Entry | undefined {
    return this.#entries.get(connectionId)?.get(jobId);
  }

  #applySnapshot(connectionId: string, job: WireJob, asked: Asked, how: 'listed' | 'direct'): void {
    const jobs = this.#entries.get(connectionId) ?? new Map<string, Entry>();
    this.#entries.set(connectionId, jobs);
    let entry = jobs.get(job.id);
    if (entry === undefined) {
      entry = {
        record: { connectionId, job, checkpoints: [], events: [], seenAt: asked.at },
        jobOrder: asked.order,
        directOrder: 0,
        listedOrder: 0,
        goneOrder: 0,
        checkpointsOrder: 0,
        eventsTouched: 0,
        visible: false,
      };
      jobs.set(job.id, entry);
    } else if (supersedes(job, asked.order, entry)) {
      entry.jobOrder = asked.order;
      this.#replace(entry, { ...entry.record, job, seenAt: Math.max(asked.at, entry.record.seenAt) });
    } else if (asked.at > entry.record.seenAt) {
      this.#replace(entry, { ...entry.record, seenAt: asked.at });
    }
    if (how === 'listed') entry.listedOrder = Math.max(entry.listedOrder, asked.order);
    else entry.directOrder = Math.max(entry.directOrder, asked.order);
  }

  /** Runs a change of a connection's jobs, then tells the difference in one go. */
  #mutate(connectionId: string, change: () => void): void {
    const before = new Map(this.list(connectionId).map(({ job }) => [job.id, job]));
    change();
    const added: string[] = [];
    const removed: string[] = [];
    const changed: { entry: Entry; fields: ReadonlySet<JobField> }[] = [];
    for (const [id, entry] of this.#entries.get(connectionId) ?? []) {
      entry.visible = this.#isThere(connectionId, entry);
      const old = before.get(id);
      if (entry.visible && old === undefined) added.push(id);
      else if (!entry.visible && old !== undefined) removed.push(id);
      else if (entry.visible && old !== undefined && old !== entry.record.job) {
        const fields = changedFields(old, entry.record.job);
        if (fields.size > 0) changed.push({ entry, fields });
      }
    }
    this.#lists.delete(connectionId);
    if (added.length + removed.length > 0) this.#emitter.fire({ kind: 'listChanged', connectionId, added, removed });
    for (const { entry, fields } of changed) this.#fireJob(entry, fields);
  }

  /** A job that no list has named yet is not missed by lists: services show a new job late. */
  #isThere(connectionId: string, entry: Entry): boolean {
    const lastSeen = Math.max(entry.directOrder, entry.listedOrder);
    if (entry.goneOrder > lastSeen) return false;
    if (entry.listedOrder === 0) return true;
    return !(this.#coverage.get(connectionId)?.misses(entry.record.job, lastSeen) ?? false);
  }

  #evictEvents(): void {
    const holders = [...this.#entries.values()]
      .flatMap((jobs) => [...jobs.values()])
      .filter((entry) => entry.record.events.length > 0)
      .sort((a, b) => b.eventsTouched - a.eventsTouched);
    let total = 0;
    for (const entry of holders) {
      total += entry.record.events.length;
      if (total > maxEvents && entry !== holders[0]) this.#replace(entry, { ...entry.record, events: [] });
    }
  }

  #replace(entry: Entry, record: JobRecord): void {
    entry.record = record;
    this.#lists.delete(record.connectionId);
  }

  #fireJob(entry: Entry, fields: ReadonlySet<JobField>): void {
    if (!entry.visible) return;
    const ref = { connectionId: entry.record.connectionId, jobId: entry.record.job.id };
    this.#emitter.fire({ kind: 'jobChanged', ref, fields });
  }
}

function supersedes(job: WireJob, order: number, entry: Entry): boolean {
  const [isEnd, wasEnd] = [job.status, entry.record.job.status].map((status) => terminalJobStatuses.has(status));
  if (isEnd !== wasEnd) return isEnd === true;
  return order >= entry.jobOrder;
}

function changedFields(old: WireJob, job: WireJob): ReadonlySet<JobField> {
  const keys = new Set([...Object.keys(old), ...Object.keys(job)] as (keyof WireJob)[]);
  return new Set<JobField>([...keys].filter((key) => !isSame(old[key], job[key])));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
