import type { WireJob, WirePage } from '../providers/wire.ts';

type Range = { readonly order: number; readonly newerThan: number; readonly olderThan: number };

/** Pages remembered; older ones cannot matter any more, because their answers have long arrived. */
const maxRanges = 16;

/**
 * Which stretches of the job list (by creation time, ends exclusive: several jobs may share a second) were listed
 * completely, and by which question. A listed job inside a later stretch that did not name it is gone.
 */
export class JobCoverage {
  #ranges: readonly Range[] = [];

  /** `olderThan`: creation time of the job the page was asked to follow, Infinity for the first page. */
  add(page: WirePage<WireJob>, order: number, olderThan: number): void {
    const times = page.data.map((job) => job.created_at);
    const newerThan = page.has_more ? Math.min(olderThan, ...times) : -Infinity;
    this.#ranges = [...this.#ranges, { order, newerThan, olderThan }]
      .sort((a, b) => b.order - a.order)
      .slice(0, maxRanges);
  }

  /** True if a question later than `lastSeen` should have found the job. */
  misses(job: WireJob, lastSeen: number): boolean {
    return this.#ranges.some(
      (range) => range.order > lastSeen && job.created_at > range.newerThan && job.created_at < range.olderThan,
    );
  }
}
