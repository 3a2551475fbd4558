/**
 * What was spent and what may still be, as a list of entries that is only ever appended to. All windows append to
 * one file, so that its order is the same for all of them: a reservation counts only if it fits behind everything
 * that stands before it. Two windows that reserve at the same moment thus come to the same verdict, without a lock.
 * Dollars are US dollars, times milliseconds since 1970; months are those of UTC.
 */
export type LedgerEntry =
  | {
      readonly kind: 'reserved';
      /** Our own id of the request for the job. */
      readonly id: string;
      readonly at: number;
      readonly connection: string;
      readonly model: string;
      readonly likely: number;
      readonly high: number;
      /** US dollars for a million tokens, for the bill at the end; undefined where only the service knows the sum. */
      readonly price: number | undefined;
    }
  /** Nothing was spent, as far as is known: no job came of it. */
  | { readonly kind: 'released'; readonly id: string; readonly at: number }
  | { readonly kind: 'created'; readonly id: string; readonly at: number; readonly job: string }
  | { readonly kind: 'billed'; readonly id: string; readonly at: number; readonly dollars: number; readonly tokens: number };

export type Reservation = Extract<LedgerEntry, { readonly kind: 'reserved' }>;

/** One request for a job, with all that became of it. */
export type Spending = Reservation & { readonly job: string | undefined; readonly billed: number | undefined; readonly tokens: number | undefined };

/** Most dollars; undefined = no cap. */
export type Caps = { readonly perJob: number | undefined; readonly perMonth: number | undefined };

export type CapBreach =
  | { readonly kind: 'job'; readonly cap: number; readonly high: number }
  | { readonly kind: 'month'; readonly cap: number; readonly high: number; readonly spent: number };

export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** Entries as lines of JSON. Each begins with a line break too: half a line that a crash left must not eat the next. */
export function formatEntry(entry: LedgerEntry): string {
  return `\n${JSON.stringify(entry)}\n`;
}

/** What cannot be read is left out: one bad line must not hide what others say. */
export function parseEntries(text: string): readonly LedgerEntry[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const entry = readEntry(JSON.parse(line));
      return entry === undefined ? [] : [entry];
    } catch {
      return [];
    }
  });
}

/** Requests that were not taken back, in the order in which they were reserved. */
export function spendings(entries: readonly LedgerEntry[]): readonly Spending[] {
  return [...requests(entries).values()].filter(({ isReleased }) => !isReleased).map(({ spending }) => spending);
}

/** Ids of requests that no job is known of, those that were taken back among them: a job may appear late. */
export function withoutJob(entries: readonly LedgerEntry[]): ReadonlySet<string> {
  return new Set([...requests(entries)].filter(([, { spending }]) => spending.job === undefined).map(([id]) => id));
}

type Request = { readonly spending: Spending; readonly isReleased: boolean };

function requests(entries: readonly LedgerEntry[]): ReadonlyMap<string, Request> {
  const found = new Map<string, Request>();
  for (const entry of entries) {
    const known = found.get(entry.id);
    if (entry.kind === 'reserved') {
      const spending = { ...entry, job: undefined, billed: undefined, tokens: undefined };
      if (known === undefined) found.set(entry.id, { spending, isReleased: false });
    } else if (known !== undefined) {
      found.set(entry.id, followed(known, entry));
    }
  }
  return found;
}

function followed({ spending, isReleased }: Request, entry: Exclude<LedgerEntry, Reservation>): Request {
  switch (entry.kind) {
    case 'released':
      return { spending, isReleased: spending.job === undefined };
    case 'created':
      // A job that is there costs, also if it was given up before it appeared.
      return { spending: { ...spending, job: entry.job }, isReleased: false };
    case 'billed':
      return { spending: { ...spending, billed: entry.dollars, tokens: entry.tokens }, isReleased };
    default:
      return entry satisfies never;
  }
}

/** What counts against a cap: the bill once there is one, until then the high end of the estimate. */
export function heldBy(spending: Spending): number {
  return spending.billed ?? spending.high;
}

export function spentIn(month: string, all: readonly Spending[]): number {
  return all.reduce((sum, spending) => (monthOf(spending.at) === month ? sum + heldBy(spending) : sum), 0);
}

/** Whether a job may be paid for, before anything is reserved. */
export function breachOf(caps: Caps, all: readonly Spending[], high: number, at: number): CapBreach | undefined {
  if (caps.perJob !== undefined && high > caps.perJob) return { kind: 'job', cap: caps.perJob, high };
  const spent = spentIn(monthOf(at), all);
  if (caps.perMonth === undefined || spent + high <= caps.perMonth) return undefined;
  return { kind: 'month', cap: caps.perMonth, high, spent };
}

/** Whether a reservation that stands in the ledger counts: only what stands before it is held against it. */
export function breachOfReserved(caps: Caps, entries: readonly LedgerEntry[], id: string): CapBreach | undefined {
  const all = spendings(entries);
  const index = all.findIndex((spending) => spending.id === id);
  const own = all[index];
  return own && breachOf(caps, all.slice(0, index), own.high, own.at);
}

function readEntry(value: unknown): LedgerEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, id, at, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof at !== 'number') return undefined;
  const { connection, model, likely, high, price, job, dollars, tokens } = rest;
  const isNumber = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one);
  switch (kind) {
    case 'reserved':
      return typeof connection === 'string' && typeof model === 'string' && isNumber(likely) && isNumber(high) && (price === undefined || isNumber(price))
        ? { kind, id, at, connection, model, likely, high, price }
        : undefined;
    case 'released':
      return { kind, id, at };
    case 'created':
      return typeof job === 'string' ? { kind, id, at, job } : undefined;
    case 'billed':
      return isNumber(dollars) && isNumber(tokens) ? { kind, id, at, dollars, tokens } : undefined;
    default:
      return undefined;
  }
}
