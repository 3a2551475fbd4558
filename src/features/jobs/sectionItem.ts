import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { statusClasses, type JobGrouping } from '../../core/jobs/jobFilter.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import { shortModelName } from '../../core/jobs/jobName.ts';
import type { ModelLife } from '../../core/models/modelLife.ts';
import { ServiceError } from '../../core/providers/port.ts';
import { troubleOf, type Trouble } from '../../core/providers/trouble.ts';
import type { WireFile } from '../../core/providers/wire.ts';
import { ageText } from '../../messages/jobs.ts';
import { lifeText } from '../../messages/models.ts';
import { numberFormat } from '../../messages/numberFormat.ts';
import type { Connection } from '../../platform/connections.ts';
import type { WatchState } from '../../platform/connectionWatch.ts';
import { explainError } from '../../platform/errorReport.ts';
import { modelIcon, modelTooltip } from './jobItem.ts';
import type { JobNode, SectionName } from './jobNode.ts';
import { rowJobName, type TunedRow } from './tunedList.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
const { t } = vscode.l10n;

/** The row of a connection: which one is current, and what is wrong with it. */
export function connectionItem(connection: Connection, isCurrent: boolean, state: WatchState | undefined, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(connection.label, isCurrent ? Expanded : Collapsed);
  const trouble = troubleText(state, now);
  const words = [...(isCurrent ? [t('current')] : []), ...(trouble === undefined ? [] : [trouble])];
  item.description = words.join(' · ');
  const icon = connection.profile.key === 'none' ? 'device-desktop' : 'cloud';
  item.iconPath = trouble === undefined ? new vscode.ThemeIcon(icon) : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = `connection ${isCurrent ? 'current' : 'other'}${connection.profile.key === 'none' ? '' : ' keyed'}`;
  item.tooltip = state?.kind === 'failed' ? explainError(state.error) : (connection.baseURL ?? t('Trains on this machine'));
  item.accessibilityInformation = { label: t('Connection {0}', [connection.label, ...words].join(', ')), role: 'treeitem' };
  return item;
}

/** What goes wrong with a connection, in a few words, with the age of what is shown nevertheless. */
function troubleText(state: WatchState | undefined, now: number): string | undefined {
  if (state?.kind !== 'failed') return undefined;
  const word = troubleWord(troubleOf(state.error instanceof ServiceError ? state.error.facts : undefined));
  if (state.answeredAt === undefined) return word;
  return `${word} · ${t('as of {0}', ageText(state.answeredAt / 1_000, now / 1_000, vscode.env.language))}`;
}

function troubleWord(trouble: Trouble): string {
  switch (trouble) {
    case 'keyRefused':
      return t('API key refused');
    case 'wrongAddress':
      return t('wrong address');
    case 'offline':
      return t('offline');
    case 'failed':
      return t('does not answer well');
    default:
      return trouble satisfies never;
  }
}

function troubleSentence(trouble: Trouble): string {
  switch (trouble) {
    case 'keyRefused':
      return t('The API key is refused');
    case 'wrongAddress':
      return t('Something else answers at this address');
    case 'offline':
      return t('The service cannot be reached');
    case 'failed':
      return t('The service did not answer well');
    default:
      return trouble satisfies never;
  }
}

const sectionIcons: Readonly<Record<SectionName, string>> = { jobs: 'beaker', models: 'package', files: 'files' };

export function sectionItem(section: SectionName, description: string): vscode.TreeItem {
  const titles: Readonly<Record<SectionName, string>> = { jobs: t('Jobs'), models: t('Tuned Models'), files: t('Files') };
  const item = new vscode.TreeItem(titles[section], section === 'jobs' ? Expanded : Collapsed);
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(sectionIcons[section]);
  item.contextValue = `section ${section}`;
  item.accessibilityInformation = { label: [titles[section], description].filter((text) => text !== '').join(', '), role: 'treeitem' };
  return item;
}

export function groupItem(group: string, grouping: JobGrouping, count: number): vscode.TreeItem {
  const label = groupTitle(group, grouping);
  const item = new vscode.TreeItem(label, Expanded);
  item.description = numberFormat(vscode.env.language).format(count);
  item.iconPath = groupIcon(group, grouping);
  item.contextValue = 'group';
  if (group !== label) item.tooltip = group;
  return item;
}

export function groupTitle(group: string, grouping: JobGrouping): string {
  if (grouping === 'model') return shortModelName(group);
  const titles: Readonly<Record<string, string>> = {
    active: t('Waiting and running'),
    paused: t('Paused'),
    succeeded: t('Succeeded'),
    failed: t('Failed'),
    cancelled: t('Cancelled'),
    unknown: t('Other'),
  };
  return grouping === 'status' ? (titles[group] ?? group) : group;
}

function groupIcon(group: string, grouping: JobGrouping): vscode.ThemeIcon {
  if (grouping === 'model') return new vscode.ThemeIcon('symbol-misc');
  if (grouping === 'dataset') return new vscode.ThemeIcon('database');
  const known = statusClasses.find((status) => status === group) ?? 'unknown';
  const { icon, color } = describeStatus(known === 'active' ? 'running' : known);
  return new vscode.ThemeIcon(icon.replace('~spin', ''), color === undefined ? undefined : new vscode.ThemeColor(color));
}

export function listedModelItem(row: TunedRow, life: ModelLife | undefined, canDelete: boolean, now: number): vscode.TreeItem {
  const { model, record, wire } = row;
  const item = new vscode.TreeItem(shortModelName(model), None);
  const created = record?.job.created_at ?? wire?.created;
  const words = [
    ...(life === undefined ? [] : [lifeText(life, now)]),
    rowJobName(row) === undefined ? t('its job is not loaded') : (record?.job.model ?? ''),
    ...(created === undefined || created === 0 ? [] : [ageText(created, now / 1_000, vscode.env.language)]),
  ];
  item.description = words.join(' · ');
  item.tooltip = modelTooltip(model, life, now);
  item.iconPath = modelIcon(life, now);
  item.contextValue = ['model', ...(record === undefined ? [] : ['hasModel']), 'copyable', ...(canDelete ? ['removable'] : [])].join(' ');
  item.accessibilityInformation = { label: `${t('Tuned model {0}', model)}, ${words.join(', ')}`, role: 'treeitem' };
  return item;
}

export function fileItem(file: WireFile, canDelete: boolean, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(file.filename, None);
  const { language } = vscode.env;
  const problem = file.status === 'error' ? t('unusable') : undefined;
  const expires = file.expires_at === null ? undefined : t('expires {0}', new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(file.expires_at * 1_000));
  const words = [problem, sizeText(file.bytes, language), ageText(file.created_at, now / 1_000, language), expires].filter((word) => word !== undefined);
  item.description = words.join(' · ');
  item.tooltip = file.status_details === null ? file.id : `${file.id}\n${file.status_details}`;
  item.iconPath = problem === undefined ? new vscode.ThemeIcon('file') : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = `file copyable${canDelete ? ' removable' : ''}`;
  item.accessibilityInformation = { label: `${file.filename}, ${words.join(', ')}`, role: 'treeitem' };
  return item;
}

function sizeText(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1_000)));
  const format = { style: 'unit', unit: units[power], unitDisplay: 'short', maximumSignificantDigits: 3 } as const;
  return numberFormat(locale, format).format(bytes / 1_000 ** power);
}

export function moreItem(node: Extract<JobNode, { kind: 'more' }>): vscode.TreeItem {
  const title = t('Load more…');
  const item = new vscode.TreeItem(title, None);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: commandIds.jobsLoadMore, title, arguments: [node] };
  return item;
}

/** Why a section has nothing to show. */
export type Remark =
  | { readonly kind: 'empty' | 'filtered' | 'noKey' | 'idle' | 'untrusted' }
  | { readonly kind: 'failed'; readonly error: unknown };

export function remarkItem(section: SectionName, remark: Remark): vscode.TreeItem {
  const { label, icon, context, detail } = remarkLook(section, remark);
  const item = new vscode.TreeItem(label, None);
  if (detail !== undefined) item.description = detail;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = `remark ${context}`;
  item.tooltip = detail ?? label;
  item.accessibilityInformation = { label: detail === undefined ? label : `${label}. ${detail}`, role: 'treeitem' };
  return item;
}

type RemarkLook = { readonly label: string; readonly icon: string; readonly context: string; readonly detail?: string };

function remarkLook(section: SectionName, remark: Remark): RemarkLook {
  switch (remark.kind) {
    case 'empty': {
      const labels: Readonly<Record<SectionName, string>> = { jobs: t('No fine-tuning jobs yet'), models: t('No tuned models yet'), files: t('No files for fine-tuning yet') };
      return { label: labels[section], icon: 'info', context: `empty ${section}` };
    }
    case 'filtered':
      return { label: t('No loaded job passes the filter'), icon: 'filter', context: 'filtered' };
    case 'noKey':
      return { label: t('No API key yet'), icon: 'key', context: 'noKey' };
    case 'idle':
      return { label: t('Nothing stored on this machine yet'), icon: 'info', context: `empty ${section}` };
    case 'untrusted':
      return { label: t('Not asked in Restricted Mode'), icon: 'shield', context: 'untrusted' };
    case 'failed': {
      const trouble = troubleOf(remark.error instanceof ServiceError ? remark.error.facts : undefined);
      const context = trouble === 'keyRefused' ? 'noKey failed' : 'failed';
      return { label: troubleSentence(trouble), icon: 'warning', context, detail: explainError(remark.error) };
    }
    default:
      return remark satisfies never;
  }
}
