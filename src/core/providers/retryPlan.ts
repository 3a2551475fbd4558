import type { ServiceErrorFacts } from './port.ts';

/** What a call is for: how often it may be repeated, and how long all of its pauses may take together. */
export type CallKind = 'read' | 'download' | 'once';

type Budget = { readonly attempts: number; readonly pausesMs: number };

/**
 * A person waits for what is read, so it gives up soon; a download is worth more patience. What creates, changes,
 * deletes or costs is asked once: after a lost answer it is looked for, not asked again.
 */
const budgets: Readonly<Record<CallKind, Budget>> = {
  read: { attempts: 3, pausesMs: 10_000 },
  download: { attempts: 5, pausesMs: 60_000 },
  once: { attempts: 1, pausesMs: 0 },
};

const baseMs = 500;
const capMs = 60_000;

/** Statuses of refusals that time mends: the request took too long, something is locked, too many at once. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);

/** Faults of the network that may be over in a moment; a name or a certificate that is wrong stays wrong. */
const lasting = /^(?:ENOTFOUND|CERT|DEPTH|SELF|UNABLE|HOSTNAME|ERR_TLS|ERR_SSL|ERR_INVALID|EPROTO|EACCES)|CERT|SELF_SIGNED/;

/**
 * Milliseconds until a failed call is repeated, or undefined if it is not. Full jitter, random(0, min(cap, base *
 * 2^n)), as AWS describes it; a service that names a longer time is obeyed if the budget allows.
 * @param attempt how often it was asked, 1 after the first failure
 * @param spentMs pauses so far
 * @param random in [0, 1)
 */
export function planRetry(
  kind: CallKind,
  facts: ServiceErrorFacts,
  attempt: number,
  spentMs: number,
  random: number,
): number | undefined {
  const { attempts, pausesMs } = budgets[kind];
  if (attempt >= attempts || !isPassing(facts)) return undefined;
  const backOff = Math.round(random * Math.min(capMs, baseMs * 2 ** attempt));
  const asked = facts.retryAfter === undefined || !(facts.retryAfter > 0) ? 0 : Math.ceil(facts.retryAfter * 1_000);
  const pause = Math.max(backOff, asked);
  return pause <= capMs && spentMs + pause <= pausesMs ? pause : undefined;
}

/** True for a failure that asking again may mend. */
export function isPassing({ kind, status, code, retryable }: ServiceErrorFacts): boolean {
  if (retryable === false || code === 'insufficient_quota') return false;
  if (status !== undefined) return passing.has(status);
  if (kind === 'unreachable') return code === undefined || !lasting.test(code);
  return kind === 'cutOff';
}
