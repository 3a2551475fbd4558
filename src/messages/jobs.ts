import { t } from '@vscode/l10n';
import type { JobPhase, JobStatus } from '../core/jobs/jobStatus.ts';
import type { JobProgress } from '../core/jobs/jobProgress.ts';
import { numberFormat } from './numberFormat.ts';

/** The status in words; a status nobody documented stays the service's own word. */
export function statusText(status: JobStatus): string {
  return status.phase === 'unknown' ? status.status || t('Unknown') : phaseTexts[status.phase]();
}

const phaseTexts: Readonly<Record<Exclude<JobPhase, 'unknown'>, () => string>> = {
  created: () => t('Created'),
  validating: () => t('Validating files'),
  queued: () => t('Queued'),
  running: () => t('Running'),
  pausing: () => t('Pausing'),
  paused: () => t('Paused'),
  cancelling: () => t('Cancelling'),
  succeeded: () => t('Succeeded'),
  failed: () => t('Failed'),
  cancelled: () => t('Cancelled'),
};

/** `step 120/200 · loss 0.42`. `locale` as in Intl. */
export function progressText(progress: JobProgress, locale: string): string {
  const count = numberFormat(locale);
  const step =
    progress.totalSteps === undefined
      ? t('step {0}', count.format(progress.step))
      : t('step {0}/{1}', count.format(progress.step), count.format(progress.totalSteps));
  return progress.trainLoss === undefined ? step : `${step} · ${t('loss {0}', lossText(progress.trainLoss, locale))}`;
}

export function lossText(loss: number, locale: string): string {
  return numberFormat(locale, { maximumSignificantDigits: 3 }).format(loss);
}

/** How long ago, roughly; both in seconds. A clock that runs behind the service's gives "just now". */
export function ageText(at: number, now: number, locale: string): string {
  const seconds = now - at;
  if (seconds < 60) return t('just now');
  if (seconds < 3_600) return t('{0} min ago', Math.floor(seconds / 60));
  if (seconds < 86_400) return t('{0} h ago', Math.floor(seconds / 3_600));
  if (seconds < 30 * 86_400) return t('{0} d ago', Math.floor(seconds / 86_400));
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at * 1_000);
}

/** A length of time, roughly, in seconds. */
export function durationText(seconds: number): string {
  if (seconds < 60) return t('{0} s', Math.max(0, Math.round(seconds)));
  if (seconds < 3_600) return t('{0} min', Math.round(seconds / 60));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return minutes === 0 ? t('{0} h', hours) : t('{0} h {1} min', hours, minutes);
}

/** Local time and UTC: services and their support speak UTC. `at` in Unix seconds. */
export function timeText(at: number, locale: string): string {
  const date = new Date(at * 1_000);
  const local = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(date);
  return t('{0} ({1} UTC)', local, date.toISOString().slice(0, 19).replace('T', ' '));
}

/**
 * What the view says about a list that could not be read again. `offline`: nobody answered; else the answer was a
 * refusal, which `reason` tells. Times in milliseconds since 1970.
 */
export function staleText(answeredAt: number | undefined, now: number, offline: boolean, reason: string): string {
  if (answeredAt === undefined) return offline ? t('Offline. {0}', reason) : reason;
  const age = staleAgeText(Math.floor((now - answeredAt) / 60_000));
  return offline ? t('Offline; state of {0}. {1}', age, reason) : t('State of {0}. {1}', age, reason);
}

function staleAgeText(minutes: number): string {
  if (minutes < 1) return t('less than a minute ago');
  if (minutes === 1) return t('1 minute ago');
  return minutes < 120 ? t('{0} minutes ago', minutes) : t('{0} hours ago', Math.floor(minutes / 60));
}

/** How long a job has waited for its turn, in seconds; undefined for less than a minute, and where clocks disagree. */
export function waitingText(seconds: number): string | undefined {
  return seconds < 60 ? undefined : t('waiting {0}', durationText(seconds));
}

export function remainingText(seconds: number): string | undefined {
  return seconds > 0 ? t('{0} left', durationText(seconds)) : undefined;
}

export function stallText(milliseconds: number): string {
  return t('no new step for {0}', durationText(milliseconds / 1_000));
}
