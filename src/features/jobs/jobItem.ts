import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { isNamed, jobLabel, shortModelName } from '../../core/jobs/jobName.ts';
import { jobProgress } from '../../core/jobs/jobProgress.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { WireCheckpoint } from '../../core/providers/wire.ts';
import { ageText, jobErrorText, lossText, progressText, statusText } from '../../messages/jobs.ts';
import { nodeId, type JobNode } from './jobNode.ts';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** The row of a node. `record` is undefined if the job left while the tree was drawn. */
export function toTreeItem(node: JobNode, record: JobRecord | undefined): vscode.TreeItem {
  const item = node.kind === 'more' ? moreItem(node) : record === undefined ? goneItem() : itemOf(node, record);
  item.id = nodeId(node);
  return item;
}

function itemOf(node: Exclude<JobNode, { kind: 'more' }>, record: JobRecord): vscode.TreeItem {
  switch (node.kind) {
    case 'job':
      return jobItem(node, record);
    case 'model':
      return modelItem(node.model);
    case 'checkpoint': {
      const checkpoint = record.checkpoints.find((each) => each.id === node.checkpointId);
      return checkpoint === undefined ? goneItem() : checkpointItem(checkpoint);
    }
    case 'error':
      return errorItem(record);
    case 'nothing':
      return new vscode.TreeItem(vscode.l10n.t('No tuned model and no checkpoints'), None);
    default:
      return node satisfies never;
  }
}

function jobItem(node: JobNode, record: JobRecord): vscode.TreeItem {
  const { job } = record;
  const { language } = vscode.env;
  const status = describeStatus(job.status);
  const hasChildren = status.terminal || record.checkpoints.length > 0;
  const label = jobLabel(job);
  const progress = status.terminal ? undefined : jobProgress(record);
  const words = [
    statusText(status),
    ...(progress === undefined ? [] : [progressText(progress, language)]),
    ageText(job.created_at, Date.now() / 1_000, language),
    ...(isNamed(job) ? [shortModelName(job.model)] : []),
  ];
  const item = new vscode.TreeItem(label, hasChildren ? Collapsed : None);
  item.description = words.join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    status.icon,
    status.color === undefined ? undefined : new vscode.ThemeColor(status.color),
  );
  item.contextValue = [
    'job',
    ...(status.cancelable ? ['cancelable'] : []),
    ...(job.fine_tuned_model === null ? [] : ['hasModel']),
    'copyable',
  ].join(' ');
  item.accessibilityInformation = { label: `${label}, ${words.join(', ')}`, role: 'treeitem' };
  item.command = { command: commandIds.metricsShow, title: vscode.l10n.t('Show Metrics'), arguments: [node] };
  return item;
}

function modelItem(model: string): vscode.TreeItem {
  const item = new vscode.TreeItem(shortModelName(model), None);
  item.description = vscode.l10n.t('tuned model');
  item.tooltip = model;
  item.iconPath = new vscode.ThemeIcon('package');
  item.contextValue = 'model hasModel copyable';
  item.accessibilityInformation = { label: vscode.l10n.t('Tuned model {0}', model), role: 'treeitem' };
  return item;
}

function checkpointItem(checkpoint: WireCheckpoint): vscode.TreeItem {
  const { language } = vscode.env;
  const { step_number: step, metrics } = checkpoint;
  const valid = metrics.full_valid_loss ?? metrics.valid_loss;
  const losses = [
    ...(metrics.train_loss === undefined ? [] : [vscode.l10n.t('loss {0}', lossText(metrics.train_loss, language))]),
    ...(valid === undefined ? [] : [vscode.l10n.t('validation {0}', lossText(valid, language))]),
  ].join(' · ');
  const label = vscode.l10n.t('Checkpoint at step {0}', new Intl.NumberFormat(language).format(step));
  const item = new vscode.TreeItem(label, None);
  item.description = losses;
  item.tooltip = checkpoint.fine_tuned_model_checkpoint;
  item.iconPath = new vscode.ThemeIcon('milestone');
  item.contextValue = 'checkpoint hasModel copyable';
  item.accessibilityInformation = { label: losses === '' ? label : `${label}, ${losses}`, role: 'treeitem' };
  return item;
}

function errorItem(record: JobRecord): vscode.TreeItem {
  const text = jobErrorText(record.job.error);
  const item = new vscode.TreeItem(text, None);
  item.tooltip = text;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  item.contextValue = 'error';
  item.accessibilityInformation = { label: vscode.l10n.t('Why the job failed: {0}', text), role: 'treeitem' };
  return item;
}

function moreItem(node: Extract<JobNode, { kind: 'more' }>): vscode.TreeItem {
  const title = vscode.l10n.t('Load more jobs…');
  const item = new vscode.TreeItem(title, None);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: commandIds.jobsLoadMore, title, arguments: [node] };
  return item;
}

/** Stands in for a moment, until the change that removed the job redraws its parent. */
function goneItem(): vscode.TreeItem {
  return new vscode.TreeItem(vscode.l10n.t('No longer there'), None);
}
