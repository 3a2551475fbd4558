import * as vscode from 'vscode';
import { jobName } from '../../core/jobs/jobName.ts';
import { jobProgress } from '../../core/jobs/jobProgress.ts';
import { describeStatus, type JobPhase, type JobStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { Curve } from '../../core/metrics/curve.ts';
import { diagnose, type Diagnosis } from '../../core/metrics/diagnosis.ts';
import type { Measure, MetricPoint } from '../../core/metrics/points.ts';
import { summarize } from '../../core/metrics/summary.ts';
import type { WireEvent, WireJob } from '../../core/providers/wire.ts';
import { explainDiagnosis } from '../../messages/diagnosis.ts';
import { jobFailureSentence } from '../../messages/jobFailures.ts';
import { durationText, statusText, timeText } from '../../messages/jobs.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { EventView, FactView, FinalView, JobView, ProgressView, Remark, StatusTone } from '../../protocol/metrics.ts';

const { t } = vscode.l10n;

const tones: Readonly<Record<JobPhase, StatusTone>> = {
  created: 'waiting',
  validating: 'waiting',
  queued: 'waiting',
  running: 'running',
  pausing: 'stopped',
  paused: 'stopped',
  cancelling: 'stopped',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'stopped',
  unknown: 'unknown',
};

/** Everything the page says in words about a job. `extra` are remarks about reading it. */
export function toJobView(
  record: JobRecord,
  connectionLabel: string,
  curve: Curve,
  extra: readonly Remark[],
): JobView {
  const { job, checkpoints } = record;
  const status = describeStatus(job.status);
  return {
    title: jobName(job),
    subtitle: [connectionLabel, job.model, job.id].join(' · '),
    status: { tone: tones[status.phase], text: statusText(status) },
    progress: status.terminal ? null : toProgress(record),
    facts: toFacts(job),
    finals: toFinals(curve, status.terminal),
    diagnosis: toDiagnosis(diagnose(curve), status),
    remarks: [...toRemarks(job, curve.points), ...extra],
    checkpoints: checkpoints
      .map((checkpoint) => ({ step: checkpoint.step_number, model: checkpoint.fine_tuned_model_checkpoint }))
      .sort((a, b) => a.step - b.step),
    chatModel: status.phase === 'succeeded' ? job.fine_tuned_model : null,
    emptyText: toEmptyText(status.phase, status.terminal),
  };
}

/** The page of a job that is not known yet, or not any more. */
export function toUnknownJobView(jobId: string, emptyText: string, remarks: readonly Remark[]): JobView {
  return {
    title: jobId,
    subtitle: '',
    status: null,
    progress: null,
    facts: [],
    finals: [],
    diagnosis: null,
    remarks,
    checkpoints: [],
    chatModel: null,
    emptyText,
  };
}

/** The events from index `from` on. */
export function toEventViews(events: readonly WireEvent[], from = 0): EventView[] {
  const first = events[0]?.created_at ?? 0;
  const last = events.at(-1)?.created_at ?? 0;
  const severalDays = last - first > 20 * 3600;
  const format = new Intl.DateTimeFormat(vscode.env.language, {
    ...(severalDays ? { dateStyle: 'short' as const } : {}),
    timeStyle: 'medium',
  });
  return events.slice(from).map(({ created_at, level, message }) => ({
    time: format.format(created_at * 1000),
    level: level === 'error' ? 'error' : level === 'warn' || level === 'warning' ? 'warn' : 'info',
    text: message,
  }));
}

function toProgress(record: JobRecord): ProgressView {
  const progress = jobProgress(record);
  if (progress === undefined) return { share: null, text: statusText(describeStatus(record.job.status)) };
  const number = numberFormat(vscode.env.language);
  const { step, totalSteps, finishAt } = progress;
  if (totalSteps === undefined) return { share: null, text: t('Step {0}', number.format(step)) };
  const share = Math.min(1, step / totalSteps);
  const percent = numberFormat(vscode.env.language, { style: 'percent' }).format(share);
  const parts = [t('Step {0} of {1}', number.format(step), number.format(totalSteps)), percent];
  const left = finishAt === undefined ? 0 : finishAt - Date.now() / 1000;
  if (left > 0) parts.push(t('about {0} left', durationText(left)));
  return { share, text: parts.join(' · ') };
}

/** The ten fields that OpenAI's page of a job shows, in its order. */
function toFacts(job: WireJob): FactView[] {
  const { language } = vscode.env;
  const status = describeStatus(job.status);
  const { n_epochs: epochs, batch_size: batch, learning_rate_multiplier: rate } = job.hyperparameters ?? {};
  const pending = status.terminal ? undefined : t('not yet');
  return [
    toFact(t('Status'), statusText(status)),
    { ...toFact(t('Job ID'), job.id), copy: job.id },
    toFact(t('Base model'), job.model || undefined),
    job.fine_tuned_model === null
      ? toFact(t('Output model'), undefined, pending)
      : { ...toFact(t('Output model'), job.fine_tuned_model), copy: job.fine_tuned_model },
    toFact(t('Created'), job.created_at > 0 ? timeText(job.created_at, language) : undefined),
    toFact(t('Trained tokens'), job.trained_tokens?.toLocaleString(language), pending),
    toFact(t('Epochs'), toNumberOrAuto(epochs)),
    toFact(t('Batch size'), toNumberOrAuto(batch)),
    toFact(t('Learning-rate multiplier'), toNumberOrAuto(rate)),
    toFact(t('Seed'), String(job.seed)),
  ];
}

function toFact(label: string, value: string | undefined, missing = t('not reported')): FactView {
  return value === undefined ? { label, value: missing, missing: true } : { label, value };
}

function toNumberOrAuto(value: number | 'auto' | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value === 'auto' ? t('auto') : value.toLocaleString(vscode.env.language, { maximumSignificantDigits: 6 });
}

function toFinals(curve: Curve, terminal: boolean): FinalView[] {
  const { language } = vscode.env;
  const loss = numberFormat(language, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
  const share = numberFormat(language, { style: 'percent', minimumFractionDigits: 1 });
  const summary = summarize(curve);
  const rows: readonly [Measure, string, Intl.NumberFormat][] = [
    ['trainLoss', t('Training loss'), loss],
    [summary.fullValidLoss ? 'fullValidLoss' : 'validLoss', t('Validation loss'), loss],
    ['trainAccuracy', t('Training accuracy'), share],
    [summary.fullValidAccuracy ? 'fullValidAccuracy' : 'validAccuracy', t('Validation accuracy'), share],
    ['trainReward', t('Training reward'), loss],
    [summary.fullValidReward ? 'fullValidReward' : 'validReward', t('Validation reward'), loss],
  ];
  return rows.flatMap(([measure, label, format]) => {
    const found = summary[measure];
    if (found === undefined) return [];
    const { final, best } = found;
    const step = best.step.toLocaleString(language);
    const note =
      best.value === final.value
        ? terminal
          ? t('its best value')
          : t('its best value so far')
        : t('best {0} at step {1}', format.format(best.value), step);
    return [{ label, value: format.format(final.value), note }];
  });
}

/**
 * While a job runs, only what should make a person stop it is worth a sentence. A run that did not come to its end
 * has not settled, and that it was still falling is no news.
 */
function toDiagnosis(diagnosis: Diagnosis, { phase }: JobStatus): Remark | null {
  const grave = ['diverged', 'exploded', 'overfitting', 'flat'].includes(diagnosis.kind);
  if (phase !== 'succeeded' && (!grave || diagnosis.kind === 'flat')) return null;
  const text = explainDiagnosis(diagnosis, vscode.env.language);
  return text === '' ? null : { tone: grave ? 'warning' : 'info', text };
}

function toRemarks(job: WireJob, points: readonly MetricPoint[]): Remark[] {
  const remarks: Remark[] = [];
  if (job.status === 'failed') remarks.push({ tone: 'error', text: t('The job failed. {0}', jobFailureSentence(job.error)) });
  if (job.status === 'cancelled' && points.length > 0) {
    remarks.push({ tone: 'info', text: t('The job was cancelled, so its curves end before the training did.') });
  }
  if (job.validation_file === null && points.length > 0) {
    remarks.push({
      tone: 'info',
      text: t('No validation file: the curves cannot show overfitting. Choose one when you create the next job.'),
    });
  }
  return remarks;
}

function toEmptyText(phase: JobPhase, terminal: boolean): string {
  if (phase === 'failed') return t('No metrics: the job failed before its first training step.');
  if (phase === 'cancelled') return t('No metrics: the job was cancelled before its first training step.');
  if (terminal) return t('No metrics: the service sent no events with numbers and no result file.');
  if (phase === 'validating') return t('No metrics yet: the service is checking the files.');
  if (phase === 'queued' || phase === 'created') return t('No metrics yet: the job waits for its turn.');
  return t('No metrics yet: they appear here with the first training step.');
}
