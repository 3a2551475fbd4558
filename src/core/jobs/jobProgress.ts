import type { WireEvent } from '../providers/wire.ts';
import { describeStatus, type JobPhase } from './jobStatus.ts';
import type { JobRecord } from './jobStore.ts';

export type JobProgress = {
  readonly step: number;
  readonly totalSteps: number | undefined;
  readonly trainLoss: number | undefined;
  readonly validLoss: number | undefined;
  /** Unix seconds. */
  readonly at: number;
  /** Unix seconds at which training ends: the service's own word, else from the speed so far; undefined = unknown. */
  readonly finishAt: number | undefined;
  /** Seconds that a step takes, over the newest steps; undefined before two of them were told. */
  readonly secondsPerStep: number | undefined;
};

type Step = Omit<JobProgress, 'finishAt' | 'secondsPerStep'>;

/** Steps the speed is measured over. */
const speedWindow = 50;

/** Nobody knows when a job ends that nobody works on. */
const standsStill: ReadonlySet<JobPhase> = new Set([
  'queued',
  'pausing',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
]);

/** How far the job is, by its newest event that names a step, or by the job itself; undefined before the first step. */
export function jobProgress(record: JobRecord): JobProgress | undefined {
  const { events, job } = record;
  let newest: Step | undefined;
  let oldest: Step | undefined;
  for (let index = events.length - 1, seen = 0; index >= 0 && seen < speedWindow; index -= 1) {
    const event = events[index];
    const step = event && readStep(event);
    if (step === undefined) continue;
    seen += 1;
    newest = newest === undefined ? step : fillIn(newest, step);
    if (step.step < (oldest?.step ?? Infinity)) oldest = step;
  }
  const secondsPerStep = oldest && newest && speed(oldest, newest);
  newest = later(newest, stepOfJob(record));
  if (newest === undefined) return undefined;
  const stands = standsStill.has(describeStatus(job.status).phase);
  const finishAt = stands ? undefined : (job.estimated_finish ?? extrapolate(newest, secondsPerStep));
  return { ...newest, finishAt, secondsPerStep };
}

/** Some services count the steps in the job, and tell no event of each. */
function stepOfJob({ job, seenAt }: JobRecord): Step | undefined {
  const step = finite(job.trained_steps);
  if (step === undefined || step <= 0) return undefined;
  const unknown = { trainLoss: undefined, validLoss: undefined };
  return { step, totalSteps: finite(job.total_steps), ...unknown, at: Math.round(seenAt / 1_000) };
}

function later(told: Step | undefined, counted: Step | undefined): Step | undefined {
  if (told === undefined || counted === undefined) return told ?? counted;
  return counted.step > told.step ? fillIn(counted, told) : fillIn(told, counted);
}

/** What the newest event leaves out (a total, a loss that is not measured at every step), an older one tells. */
function fillIn(newest: Step, older: Step): Step {
  return {
    ...newest,
    totalSteps: newest.totalSteps ?? older.totalSteps,
    trainLoss: newest.trainLoss ?? older.trainLoss,
    validLoss: newest.validLoss ?? older.validLoss,
  };
}

function speed(oldest: Step, newest: Step): number | undefined {
  const steps = newest.step - oldest.step;
  const seconds = newest.at - oldest.at;
  return steps > 0 && seconds > 0 ? seconds / steps : undefined;
}

function extrapolate({ at, step, totalSteps }: Step, secondsPerStep: number | undefined): number | undefined {
  if (totalSteps === undefined || secondsPerStep === undefined) return undefined;
  return Math.round(at + (totalSteps - step) * secondsPerStep);
}

/** `Step 131/303: training loss=0.25, validation loss=0.37`; Azure leaves the total out. */
const stepMessage = /^Step (\d+)(?:\/(\d+))?\b/;
const lossMessage = /\b(training|validation) loss=(\d+(?:\.\d+)?(?:e[-+]?\d+)?)/gi;

function readStep(event: WireEvent): Step | undefined {
  const data = event.data ?? {};
  const match = stepMessage.exec(event.message);
  const step = finite(data['step']) ?? finite(match?.[1]);
  if (step === undefined) return undefined;
  const losses = new Map([...event.message.matchAll(lossMessage)].map(([, name, loss]) => [name?.toLowerCase(), loss]));
  return {
    step,
    totalSteps: finite(data['total_steps']) ?? finite(match?.[2]),
    trainLoss: finite(data['train_loss']) ?? finite(losses.get('training')),
    validLoss: finite(data['valid_loss']) ?? finite(losses.get('validation')),
    at: event.created_at,
  };
}

function finite(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
