import type { WireEvent } from '../providers/wire.ts';

/** Most events kept of one job; the oldest go first. A finished job's whole curve is in its result file. */
export const maxEventsPerJob = 20_000;

/**
 * Known events (oldest first) joined with a page (newest first). Events of one second keep the order the service
 * gave them: a page is contiguous, so ids known already, and `after` (the event the page follows), are anchors.
 * Returns `known` itself if the page brings nothing new.
 */
export function mergeEvents(
  known: readonly WireEvent[],
  page: readonly WireEvent[],
  after?: string,
  limit = maxEventsPerJob,
): readonly WireEvent[] {
  const news = newestOf(known, page);
  if (news !== undefined) return news.length === 0 ? known : keepNewest([...known, ...news], limit);
  const knownIds = new Set(known.map((event) => event.id));
  const fresh = page.filter((event) => !knownIds.has(event.id));
  if (fresh.length === 0) return known;

  const anchors = new Set([...page.map((event) => event.id), ...(after === undefined ? [] : [after])]);
  const merged: WireEvent[] = [];
  const taken = new Set<string>();
  const take = (event: WireEvent) => {
    taken.add(event.id);
    merged.push(event);
  };
  let next = 0;
  const takeKnown = (goesOn: (other: WireEvent) => boolean) => {
    for (let other = known[next]; other !== undefined && goesOn(other); other = known[next]) {
      take(other);
      next += 1;
    }
  };

  for (const event of [...page].reverse()) {
    if (knownIds.has(event.id)) {
      takeKnown(() => !taken.has(event.id));
    } else if (!taken.has(event.id)) {
      takeKnown((other) => !anchors.has(other.id) && compareEvents(other, event) < 0);
      take(event);
    }
  }
  takeKnown(() => true);
  return keepNewest(merged, limit);
}

function keepNewest(events: readonly WireEvent[], limit: number): readonly WireEvent[] {
  return events.length > limit ? events.slice(events.length - limit) : events;
}

/**
 * What a page of the usual kind brings, oldest first: the newest known events and what came after them. It costs as
 * much as the page is long. Undefined for every other page.
 */
function newestOf(known: readonly WireEvent[], page: readonly WireEvent[]): readonly WireEvent[] | undefined {
  const last = known.at(-1);
  const count = last === undefined ? -1 : page.findIndex((event) => event.id === last.id);
  if (last === undefined || count < 0 || page.length - count > known.length) return undefined;
  for (let index = count; index < page.length; index += 1) {
    if (page[index]?.id !== known[known.length - 1 - (index - count)]?.id) return undefined;
  }
  const news = page.slice(0, count).reverse();
  const ids = new Set(news.map((event) => event.id));
  const earliest = Math.min(...news.map((event) => event.created_at));
  if (ids.size < news.length) return undefined;
  // An event that is known already can only be among those of the same time.
  for (let index = known.length - 1; (known[index]?.created_at ?? -1) >= earliest; index -= 1) {
    if (ids.has(known[index]?.id ?? '')) return undefined;
  }
  return news;
}

/** What the service warned of last: examples that were cut, a run that had to go back. Events oldest first. */
export function latestWarning(events: readonly WireEvent[]): string | undefined {
  return events.findLast(({ level }) => level === 'warn' || level === 'warning')?.message;
}

/** Oldest first by time, then by training step, then by id, which is only a fixed choice. */
function compareEvents(a: WireEvent, b: WireEvent): number {
  if (a.created_at !== b.created_at) return a.created_at - b.created_at;
  const [stepA, stepB] = [a.data?.['step'], b.data?.['step']];
  if (typeof stepA === 'number' && typeof stepB === 'number' && stepA !== stepB) return stepA - stepB;
  return a.id < b.id ? -1 : 1;
}
