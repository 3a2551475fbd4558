import * as vscode from 'vscode';
import { latestWarning } from '../../core/jobs/jobEvents.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import type { JobOrigin } from '../../core/jobs/jobOrigin.ts';
import { jobProgress } from '../../core/jobs/jobProgress.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { ModelLife } from '../../core/models/modelLife.ts';
import type { Auto } from '../../core/providers/wire.ts';
import { jobFailureSentence, jobFailureTexts } from '../../messages/jobFailures.ts';
import { durationText, progressText, stallText, statusText, timeText, waitingText } from '../../messages/jobs.ts';
import { lifeSentence } from '../../messages/models.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import { appendWords } from '../../platform/plainWords.ts';

const { t } = vscode.l10n;

/** What is known of a job besides its record. */
type Beside = {
  /** The connection's label. */
  readonly connection: string;
  readonly origin: JobOrigin | undefined;
  readonly stalledMs: number | undefined;
  readonly life: ModelLife | undefined;
  /** What the service called the answer that the job has failed. */
  readonly requestId: string | undefined;
};

/** Everything known about a job. Values come from a service, so none of them is read as Markdown. */
export function toTooltip(record: JobRecord, beside: Beside): vscode.MarkdownString {
  const status = describeStatus(record.job.status);
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.appendMarkdown(`$(${status.icon.replace('~spin', '')}) **`);
  appendWords(tooltip, jobName(record.job));
  tooltip.appendMarkdown('**\n\n');
  for (const [label, value] of facts(record, beside)) {
    tooltip.appendMarkdown('- ');
    appendWords(tooltip, `${label}: ${value}`);
    tooltip.appendMarkdown('\n');
  }
  return tooltip;
}

/** Why a job failed, whole. `requestId` as in `Beside`. */
export function toErrorTooltip({ job }: JobRecord, requestId: string | undefined): vscode.MarkdownString {
  const { summary, quote, advice } = jobFailureTexts(job.error);
  const request = requestId === undefined ? [] : [t('Request ID for the service’s support: {0}', requestId)];
  const tooltip = new vscode.MarkdownString();
  for (const text of [summary, ...(quote === summary ? [] : [quote]), advice, ...request]) {
    appendWords(tooltip, text);
    tooltip.appendMarkdown('\n\n');
  }
  return tooltip;
}

function facts(record: JobRecord, { connection, origin, stalledMs, life, requestId }: Beside): readonly [string, string][] {
  const { job } = record;
  const { language } = vscode.env;
  const number = (value: number) => numberFormat(language).format(value);
  const precise = numberFormat(language, { maximumSignificantDigits: 6 });
  const auto = (value: Auto<number> | undefined) =>
    value === undefined || value === 'auto' ? t('auto') : precise.format(value);
  const status = describeStatus(job.status);
  const progress = status.terminal ? undefined : jobProgress(record);
  const hyperparameters = job.hyperparameters ?? {};
  const all: (readonly [string, string | null | undefined])[] = [
    [t('Status'), statusText(status)],
    [t('Progress'), progress && progressText(progress, language)],
    [t('Last step'), progress && timeText(progress.at, language)],
    [t('Stalled'), stalledMs === undefined ? undefined : t('{0}; the service still says that it runs. Cancel it, or give its details to the service’s support.', stallText(stalledMs))],
    [t('In the queue'), status.phase === 'queued' ? waitingText(Date.now() / 1_000 - job.created_at) : undefined],
    [t('Finishes in about'), remaining(progress?.finishAt ?? (status.terminal ? undefined : (job.estimated_finish ?? undefined)))],
    [t('Notice'), status.terminal ? undefined : latestWarning(record.events)],
    [t('Error'), job.status === 'failed' ? jobFailureSentence(job.error) : undefined],
    [t('Request ID'), requestId],
    [t('Job'), job.id],
    [t('Connection'), connection],
    [t('Base model'), job.model],
    [t('Tuned model'), job.fine_tuned_model ?? undefined],
    [t('Life'), life && lifeSentence(life, Date.now())],
    [t('Suffix'), job.user_provided_suffix ?? undefined],
    [t('Created'), job.created_at === 0 ? undefined : timeText(job.created_at, language)],
    [t('Finished'), job.finished_at === null ? undefined : timeText(job.finished_at, language)],
    [t('Took'), job.finished_at === null ? undefined : durationText(job.finished_at - job.created_at)],
    [t('Trained tokens'), job.trained_tokens === null ? undefined : number(job.trained_tokens)],
    [t('Epochs'), auto(hyperparameters.n_epochs)],
    [t('Batch size'), auto(hyperparameters.batch_size)],
    [t('Learning-rate multiplier'), auto(hyperparameters.learning_rate_multiplier)],
    [t('Seed'), String(job.seed)],
    [t('Training file'), fileText(job.training_file, origin?.trainingFile)],
    [t('Validation file'), job.validation_file && fileText(job.validation_file, origin?.validationFile)],
    [t('Result files'), job.result_files.length === 0 ? undefined : job.result_files.join(', ')],
  ];
  return all.flatMap(([label, value]): [string, string][] => (value == null ? [] : [[label, value]]));
}

function remaining(finishAt: number | undefined): string | undefined {
  const seconds = finishAt === undefined ? 0 : finishAt - Date.now() / 1_000;
  return seconds > 0 ? durationText(seconds) : undefined;
}

function fileText(fileId: string, uri: string | undefined): string {
  return uri === undefined ? fileId : `${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))} (${fileId})`;
}
