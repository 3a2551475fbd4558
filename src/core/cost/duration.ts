import type { WireJob } from '../providers/wire.ts';
import type { Amount } from './amount.ts';

/** A job that has succeeded: tokens it trained on, and seconds from its creation to its end, queue included. */
export type PastRun = { readonly tokens: number; readonly seconds: number };

/** Seconds, and how many past runs they were learnt from. */
export type DurationEstimate = Amount & { readonly runs: number };

/** Runs that are looked at: the ones most like the new job in size. */
const mostRuns = 5;

/** Past runs of a base model, tuned models of it included. */
export function pastRunsOf(jobs: readonly WireJob[], model: string): readonly PastRun[] {
  const base = baseOf(model);
  return jobs.flatMap((job) => {
    const { trained_tokens: tokens, finished_at: end, created_at: start } = job;
    const usable = job.status === 'succeeded' && baseOf(job.model) === base && tokens !== null && tokens > 0;
    return usable && end !== null && end > start ? [{ tokens, seconds: end - start }] : [];
  });
}

/** How long a job of so many tokens takes if it goes as earlier ones did; undefined without any. */
export function estimateDuration(runs: readonly PastRun[], tokens: Amount): DurationEstimate | undefined {
  const apart = (run: PastRun): number => Math.abs(Math.log(run.tokens / Math.max(1, tokens.likely)));
  const near = runs.toSorted((one, other) => apart(one) - apart(other)).slice(0, mostRuns);
  if (near.length === 0) return undefined;
  // A job has a part that does not grow with its tokens: nothing ends sooner than the quickest one did.
  const least = Math.min(...near.map((run) => run.seconds));
  const rates = near.map((run) => run.tokens / run.seconds).sort((one, other) => one - other);
  const rateAt = (share: number): number => rates[Math.round(share * (rates.length - 1))] ?? 1;
  const smaller = near.every((run) => tokens.likely < run.tokens);
  const floor = smaller ? 0 : least;
  return {
    low: Math.max(floor, tokens.low / rateAt(1)),
    likely: Math.max(floor, tokens.likely / rateAt(0.5)),
    high: Math.max(least, tokens.high / rateAt(0)),
    runs: near.length,
  };
}

function baseOf(model: string): string {
  return model.startsWith('ft:') ? (model.split(':')[1] ?? model) : model;
}
