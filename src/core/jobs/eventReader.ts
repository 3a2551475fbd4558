import type { Service } from '../providers/port.ts';
import { maxEventsPerJob } from './jobEvents.ts';
import type { JobRef, JobStore } from './jobStore.ts';

/** Events asked for at once. */
const pageSize = 100;

/**
 * Reads one job's events newest first until it meets a known one. What a failure or the page budget cut off is
 * remembered as a gap, and read the next time.
 */
export class EventReader {
  readonly #store: JobStore;
  readonly #ref: JobRef;
  /** Ids of events below which older ones are still unread. */
  #gaps: readonly string[] = [];

  constructor(store: JobStore, ref: JobRef) {
    this.#store = store;
    this.#ref = ref;
  }

  /** True if everything the service had at the last read is in the store. */
  get complete(): boolean {
    return this.#gaps.length === 0;
  }

  /** Reads at most `pages` pages; true if something new came. Throws ServiceError. */
  async read(service: Service, pages: number, signal: AbortSignal): Promise<boolean> {
    let news = false;
    let budget = pages;
    const unread: (string | undefined)[] = [undefined, ...this.#gaps];
    try {
      while (unread.length > 0 && budget > 0) {
        budget -= 1;
        const after = unread[0];
        const query = after === undefined ? { limit: pageSize } : { limit: pageSize, after };
        const page = await service.listEvents(this.#ref.jobId, query, signal);
        const known = new Set(this.#store.get(this.#ref)?.events.map((event) => event.id));
        this.#store.applyEvents(this.#ref, page.data, after);
        const linked = page.data.some((event) => known.has(event.id));
        const last = page.data.at(-1)?.id;
        news ||= page.data.some((event) => !known.has(event.id));
        const goesOn = page.has_more && !linked && last !== undefined && known.size < maxEventsPerJob;
        if (goesOn) unread[0] = last;
        else unread.shift();
      }
    } finally {
      this.#gaps = unread.filter((id) => id !== undefined);
    }
    return news;
  }
}
