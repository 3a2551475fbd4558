import { billOf } from '../../../core/cost/estimate.ts';
import type { Subscription } from '../../../core/jobs/jobEmitter.ts';
import { requestIdKey } from '../../../core/jobs/jobOrigin.ts';
import { jobKey } from '../../../core/jobs/jobRef.ts';
import { isTerminal } from '../../../core/jobs/jobStatus.ts';
import type { JobChange, JobStore } from '../../../core/jobs/jobStore.ts';
import type { WireJob } from '../../../core/providers/wire.ts';
import type { Log } from '../../../platform/log.ts';
import type { SpendingLedger } from '../../../platform/spending.ts';

export type BillServices = {
  readonly jobStore: Pick<JobStore, 'list' | 'onDidChange'>;
  readonly spending: Pick<SpendingLedger, 'all' | 'withoutJob' | 'append'>;
  readonly log: Pick<Log, 'error'>;
};

/** What a bill is made of. */
const billFields = ['status', 'trained_tokens', 'total_price'] as const;

/**
 * Writes the bill of each job into the ledger once the job has ended and its tokens are told, or the sum itself. A job
 * whose answer was lost, or that was given up, is known by the id of its request.
 */
export class BillWatch {
  readonly #services: BillServices;
  readonly #subscription: Subscription;
  /** Jobs that were looked at, so that the ledger is not read at each change. A look that failed does not count. */
  readonly #billed = new Set<string>();
  readonly #recognized = new Set<string>();
  /** One look after the other: two at once would write the same entries. */
  #looks: Promise<void> = Promise.resolve();

  constructor(services: BillServices) {
    this.#services = services;
    this.#subscription = services.jobStore.onDidChange((change) => {
      if (change.kind === 'jobChanged' && !billFields.some((field) => change.fields.has(field))) return;
      this.#looks = this.#looks.then(() => this.#look(change)).catch((error: unknown) => services.log.error('A bill could not be noted', error));
    });
  }

  /** Resolves once everything that has changed so far was looked at. */
  async settled(): Promise<void> {
    await this.#looks;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #look(change: JobChange): Promise<void> {
    if (change.kind === 'jobChanged') this.#billed.delete(jobKey(change.ref));
    const connectionId = change.kind === 'listChanged' ? change.connectionId : change.ref.connectionId;
    await this.#recognize(connectionId);
    await this.#bill(connectionId);
  }

  async #recognize(connectionId: string): Promise<void> {
    const { jobStore, spending } = this.#services;
    const named = jobStore.list(connectionId).flatMap(({ job: { id: jobId, metadata } }) => {
      const [request, key] = [metadata?.[requestIdKey], jobKey({ connectionId, jobId })];
      return request === undefined || this.#recognized.has(key) ? [] : [{ request, jobId, key }];
    });
    if (named.length === 0) return;
    const lost = await spending.withoutJob();
    for (const { request, jobId, key } of named) {
      if (lost.has(request)) await spending.append({ kind: 'created', id: request, at: Date.now(), job: jobId });
      this.#recognized.add(key);
    }
  }

  async #bill(connectionId: string): Promise<void> {
    const { jobStore, spending } = this.#services;
    const ended = jobStore.list(connectionId).filter(({ job }) => isTerminal(job) && !this.#billed.has(jobKey({ connectionId, jobId: job.id })));
    if (ended.length === 0) return;
    const noted = (await spending.all()).filter(({ connection }) => connection === connectionId);
    for (const { job } of ended) {
      for (const { id, job: jobId, price, billed } of noted) {
        if (jobId !== job.id) continue;
        const dollars = billOfJob(job, price);
        // Only a sum that the service itself tells takes the place of a bill.
        const isNews = billed === undefined || (job.total_price != null && billed !== dollars);
        if (dollars !== undefined && isNews) await spending.append({ kind: 'billed', id, at: Date.now(), dollars, tokens: job.trained_tokens ?? 0 });
      }
      this.#billed.add(jobKey({ connectionId, jobId: job.id }));
    }
  }
}

/** Undefined while nobody can tell. A job that failed or was cancelled before it trained is billed nothing. */
function billOfJob({ status, trained_tokens: tokens, total_price: sum }: WireJob, price: number | undefined): number | undefined {
  if (sum != null) return sum;
  const billed = tokens ?? (status === 'succeeded' ? null : 0);
  return price === undefined && billed !== 0 ? undefined : billOf(billed, price ?? 0);
}
