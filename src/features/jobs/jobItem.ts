import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { isNamed, jobLabel, jobName, shortModelName } from '../../core/jobs/jobName.ts';
import { failedLines, readJobFailure } from '../../core/jobs/jobFailure.ts';
import { jobProgress } from '../../core/jobs/jobProgress.ts';
import { describeStatus, type JobPhase } from '../../core/jobs/jobStatus.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import { shortLifeDays, daysLeft, type ModelLife } from '../../core/models/modelLife.ts';
import type { ProviderProfile } from '../../core/providers/profile.ts';
import type { WireCheckpoint } from '../../core/providers/wire.ts';
import { jobFailureTexts } from '../../messages/jobFailures.ts';
import { ageText, lossText, progressText, remainingText, stallText, statusText, waitingText } from '../../messages/jobs.ts';
import { lifeSentence, lifeText } from '../../messages/models.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { JobNode } from './jobNode.ts';
import { toErrorTooltip } from './jobTooltip.ts';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** A row of a job, or inside of one. */
type NodeOfJob = Extract<JobNode, { readonly ref: object; readonly kind: 'job' | 'model' | 'deployment' | 'checkpoint' | 'error' | 'nothing' }>;

/** What is known of a job besides its record. */
export type JobSurroundings = {
  readonly profile: ProviderProfile | undefined;
  /** Milliseconds that a running job was watched without a step, where that is too long. */
  readonly stalledMs: number | undefined;
  readonly life: ModelLife | undefined;
  /** The service lists the tuned model no more. */
  readonly deleted: boolean;
  /** What the service called the answer that the job has failed, as far as it was asked. */
  readonly requestId: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
};

const waits: ReadonlySet<JobPhase> = new Set(['created', 'validating', 'queued']);

/** The row of a node. `record` is undefined if the job left while the tree was drawn. */
export function jobNodeItem(node: NodeOfJob, record: JobRecord | undefined, around: JobSurroundings): vscode.TreeItem {
  if (record === undefined) return goneItem();
  switch (node.kind) {
    case 'job':
      return jobItem(node, record, around);
    case 'model':
      return modelItem(node.model, around);
    case 'deployment':
      return deploymentItem(node.model);
    case 'checkpoint': {
      const checkpoint = record.checkpoints.find((each) => each.id === node.checkpointId);
      return checkpoint === undefined ? goneItem() : checkpointItem(checkpoint, around);
    }
    case 'error':
      return errorItem(record, around);
    case 'nothing':
      return new vscode.TreeItem(vscode.l10n.t('No tuned model and no checkpoints'), None);
    default:
      return node satisfies never;
  }
}

/** What a job's row says after its name. It changes with time, too. */
export function jobWords(record: JobRecord, { stalledMs, now }: Pick<JobSurroundings, 'stalledMs' | 'now'>): readonly string[] {
  const { job } = record;
  const { language } = vscode.env;
  const status = describeStatus(job.status);
  const progress = status.terminal ? undefined : jobProgress(record);
  const seconds = now / 1_000;
  // A job that was resumed waits for its turn again, nobody knows since when.
  const waited = waits.has(status.phase) && progress === undefined ? waitingText(seconds - job.created_at) : undefined;
  const left = progress?.finishAt ?? (status.terminal ? null : job.estimated_finish);
  const remaining = left == null || stalledMs !== undefined ? undefined : remainingText(left - seconds);
  return [
    statusText(status),
    progress && progressText(progress, language),
    stalledMs === undefined ? undefined : stallText(stalledMs),
    remaining,
    waited ?? ageText(job.created_at, seconds, language),
    isNamed(job) ? shortModelName(job.model) : undefined,
  ].filter((word) => word !== undefined);
}

function jobItem(node: JobNode, record: JobRecord, around: JobSurroundings): vscode.TreeItem {
  const { job } = record;
  const status = describeStatus(job.status);
  const stalled = around.stalledMs !== undefined;
  const hasChildren = status.terminal || record.checkpoints.length > 0;
  const label = jobLabel(job);
  const words = jobWords(record, around);
  const item = new vscode.TreeItem(label, hasChildren ? Collapsed : None);
  item.description = words.join(' · ');
  const color = stalled ? 'list.warningForeground' : status.color;
  item.iconPath = new vscode.ThemeIcon(stalled ? 'warning' : status.icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  item.contextValue = contextOfJob(record, around.profile).join(' ');
  item.accessibilityInformation = { label: `${label}, ${words.join(', ')}`, role: 'treeitem' };
  item.command = { command: commandIds.metricsShow, title: vscode.l10n.t('Show Metrics'), arguments: [node] };
  return item;
}

/** The words that menus ask for. */
function contextOfJob({ job }: JobRecord, profile: ProviderProfile | undefined): readonly string[] {
  const status = describeStatus(job.status);
  const capabilities = profile?.capabilities;
  const pausable = capabilities?.pause === true && status.phase === 'running';
  const words: readonly (readonly [string, boolean])[] = [
    ['job', true],
    ['cancelable', status.cancelable],
    ['pausable', pausable],
    ['resumable', capabilities?.pause === true && status.phase === 'paused'],
    ['hasModel', job.fine_tuned_model !== null],
    ['deployable', job.status === 'succeeded' && capabilities !== undefined && capabilities.deploy !== 'none'],
    ['hasConsole', profile?.consoleURL !== undefined],
    ['hasEvents', capabilities?.events !== false],
    ['failed', status.phase === 'failed'],
    ['hasLine', status.phase === 'failed' && failedLines(readJobFailure(job.error)).length > 0],
    ['copyable', true],
  ];
  return words.flatMap(([word, applies]) => (applies ? [word] : []));
}

function modelItem(model: string, { life, now, profile, deleted }: JobSurroundings): vscode.TreeItem {
  const item = new vscode.TreeItem(shortModelName(model), None);
  if (deleted) {
    item.description = vscode.l10n.t('deleted at the service');
    item.tooltip = model;
    item.iconPath = new vscode.ThemeIcon('trash', new vscode.ThemeColor('disabledForeground'));
    item.contextValue = 'model copyable';
    return item;
  }
  item.description = [vscode.l10n.t('tuned model'), ...(life === undefined ? [] : [lifeText(life, now)])].join(' · ');
  item.tooltip = modelTooltip(model, life, now);
  item.iconPath = modelIcon(life, now);
  item.contextValue = `model hasModel copyable${profile?.capabilities.deleteModels === true ? ' removable' : ''}`;
  item.accessibilityInformation = { label: `${vscode.l10n.t('Tuned model {0}', model)}, ${item.description}`, role: 'treeitem' };
  return item;
}

/** One that ends soon looks like it. */
export function modelIcon(life: ModelLife | undefined, now: number): vscode.ThemeIcon {
  const isShort = life !== undefined && daysLeft(life, now) <= shortLifeDays;
  return new vscode.ThemeIcon('package', isShort ? new vscode.ThemeColor('list.warningForeground') : undefined);
}

export function modelTooltip(model: string, life: ModelLife | undefined, now: number): string {
  return life === undefined ? model : `${model}\n${lifeSentence(life, now)}`;
}

function deploymentItem(model: string): vscode.TreeItem {
  const item = new vscode.TreeItem(shortModelName(model), None);
  item.description = vscode.l10n.t('deployed, answers under this name');
  item.tooltip = model;
  item.iconPath = new vscode.ThemeIcon('rocket');
  item.contextValue = 'model hasModel copyable';
  item.accessibilityInformation = { label: vscode.l10n.t('Deployed model {0}', model), role: 'treeitem' };
  return item;
}

function checkpointItem(checkpoint: WireCheckpoint, { profile }: JobSurroundings): vscode.TreeItem {
  const { language } = vscode.env;
  const { step_number: step, metrics, fine_tuned_model_checkpoint: model } = checkpoint;
  const valid = metrics.full_valid_loss ?? metrics.valid_loss;
  const losses = [
    ...(metrics.train_loss === undefined ? [] : [vscode.l10n.t('loss {0}', lossText(metrics.train_loss, language))]),
    ...(valid === undefined ? [] : [vscode.l10n.t('validation {0}', lossText(valid, language))]),
  ].join(' · ');
  const label = vscode.l10n.t('Checkpoint at step {0}', numberFormat(language).format(step));
  const item = new vscode.TreeItem(label, None);
  item.description = losses;
  item.tooltip = model;
  item.iconPath = new vscode.ThemeIcon('milestone');
  const deployable = profile !== undefined && profile.capabilities.deploy !== 'none';
  item.contextValue = ['checkpoint', ...(model === '' ? [] : ['hasModel', 'copyable']), ...(deployable ? ['deployable'] : [])].join(' ');
  item.accessibilityInformation = { label: losses === '' ? label : `${label}, ${losses}`, role: 'treeitem' };
  return item;
}

function errorItem(record: JobRecord, { requestId }: JobSurroundings): vscode.TreeItem {
  const { summary, quote, advice } = jobFailureTexts(record.job.error);
  const failure = readJobFailure(record.job.error);
  const item = new vscode.TreeItem(summary, None);
  // The beginning of such a sentence says what the row says already; the tooltip has it whole.
  const detail = failure.kind === 'badExample' && failure.detail !== '' ? failure.detail : quote;
  item.description = detail === summary ? '' : detail;
  item.tooltip = toErrorTooltip(record, requestId);
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  const hasLine = failedLines(failure).length > 0;
  item.contextValue = hasLine ? 'error failed hasLine' : 'error failed';
  item.accessibilityInformation = {
    label: vscode.l10n.t('Why the job {0} failed: {1}. {2}', jobName(record.job), summary, advice),
    role: 'treeitem',
  };
  return item;
}

/** Stands in for a moment, until the change that removed it redraws its parent. */
export function goneItem(): vscode.TreeItem {
  return new vscode.TreeItem(vscode.l10n.t('No longer there'), None);
}
