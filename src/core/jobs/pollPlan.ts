import type { ServiceErrorKind } from '../providers/port.ts';
import { describeStatus, isTerminal } from './jobStatus.ts';
import type { JobRecord } from './jobStore.ts';

export type PollSituation = {
  readonly records: readonly JobRecord[];
  /** Somebody looks: the tree is visible or a panel follows a job. */
  readonly visible: boolean;
  /** Attempts that failed one after another, the last one included; 0 after an answer. */
  readonly failures: number;
  /** Undefined = something that is not the service's doing, such as an engine that cannot start. */
  readonly lastFailure?: ServiceErrorKind | undefined;
  /** Seconds the service asked us to wait. */
  readonly retryAfter?: number | undefined;
};

const fastPollMs = 2_000;
const slowPollMs = 15_000;
/** A service that asks for longer than this is asked again nevertheless; less than a second is no pause. */
const maxRetryAfterMs = 600_000;
const maxBackOffMs = 60_000;
const minBackOffMs = 1_000;

/** Failures that time does not mend: the next attempt waits for the person to change something. */
const hopeless: ReadonlySet<ServiceErrorKind> = new Set(['unauthorized', 'forbidden', 'notFound', 'rejected']);
/** Attempts at what is not the service's doing. */
const maxOwnFailures = 3;

/**
 * Milliseconds until the next question, or undefined for none until something changes. `random` in [0, 1) spreads
 * clients that failed together: full jitter, random(0, min(cap, base * 2^n)), as AWS describes it.
 */
export function planPoll(situation: PollSituation, random: number): number | undefined {
  const { visible, failures, lastFailure, retryAfter } = situation;
  const running = situation.records.some((record) => !isTerminal(record.job));
  // A paused job changes when a person wants it to, mostly here.
  const isMoving = situation.records.some(({ job }) => !isTerminal(job) && describeStatus(job.status).phase !== 'paused');
  if (failures === 0) {
    if (!running) return undefined;
    return visible && isMoving ? fastPollMs : slowPollMs;
  }
  if (lastFailure === undefined ? failures >= maxOwnFailures : hopeless.has(lastFailure)) return undefined;
  if (!running && !visible) return undefined;
  const ceiling = Math.min(maxBackOffMs, fastPollMs * 2 ** Math.min(failures, 16));
  const backOff = Math.max(minBackOffMs, Math.round(random * ceiling));
  const asked =
    retryAfter === undefined || !(retryAfter > 0) ? 0 : Math.min(maxRetryAfterMs, Math.ceil(retryAfter * 1_000));
  return Math.max(backOff, asked, visible ? 0 : slowPollMs);
}
