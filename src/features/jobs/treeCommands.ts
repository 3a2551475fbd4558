import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { noFilter, statusClasses, type JobFilter, type JobGrouping, type StatusClass } from '../../core/jobs/jobFilter.ts';
import { shortModelName } from '../../core/jobs/jobName.ts';
import type { JobRecord, JobStore } from '../../core/jobs/jobStore.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import { registerReported } from '../../platform/reportedCommand.ts';
import type { JobRows } from './jobRows.ts';
import { groupTitle } from './sectionItem.ts';
import type { TreeChoices } from './treeChoices.ts';

type TreeCommandServices = { readonly log: Log; readonly jobStore: JobStore; readonly choices: TreeChoices };

type FilterPick = vscode.QuickPickItem & {
  readonly status?: StatusClass;
  readonly model?: string;
  readonly dataset?: string;
};

/** How the jobs are shown: filtered, grouped. */
export function registerTreeCommands({ log, jobStore, choices }: TreeCommandServices, rows: JobRows): vscode.Disposable {
  const disposables = new DisposableStore();
  const register = (id: string, run: () => Promise<void>): void =>
    void disposables.add(registerReported(log, id, vscode.l10n.t('The jobs could not be shown so'), run));
  register(commandIds.jobsFilter, async () => {
    const records = jobStore.connectionIds.flatMap((id) => jobStore.list(id));
    const filter = await askFilter(records, choices.filter, rows);
    if (filter !== undefined) await choices.setFilter(filter);
  });
  register(commandIds.jobsClearFilter, () => choices.clearFilter());
  register(commandIds.jobsGroup, async () => {
    const grouping = await askGrouping(choices.grouping);
    if (grouping !== undefined) await choices.setGrouping(grouping);
  });
  return disposables;
}

/** One list of everything that can be filtered by; nothing chosen in a part lets all of it through. */
async function askFilter(records: readonly JobRecord[], chosen: JobFilter, rows: JobRows): Promise<JobFilter | undefined> {
  const { t } = vscode.l10n;
  const models = unique([...chosen.models, ...records.map(({ job }) => job.model)]);
  const datasets = unique([...chosen.datasets, ...records.map(rows.datasetOf)]);
  const items: FilterPick[] = [
    separator(t('Status')),
    ...statusClasses.map((status) => ({ label: groupTitle(status, 'status'), status, picked: chosen.statuses.includes(status) })),
    ...(models.length < 2 && chosen.models.length === 0 ? [] : [separator(t('Base model'))]),
    ...(models.length < 2 && chosen.models.length === 0
      ? []
      : models.map((model) => ({ label: shortModelName(model), model, picked: chosen.models.includes(model) }))),
    ...(datasets.length < 2 && chosen.datasets.length === 0 ? [] : [separator(t('Dataset'))]),
    ...(datasets.length < 2 && chosen.datasets.length === 0
      ? []
      : datasets.map((dataset) => ({ label: dataset, dataset, picked: chosen.datasets.includes(dataset) }))),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Filter Jobs'),
    placeHolder: t('Show only jobs that fit one of each part'),
    canPickMany: true,
  });
  if (picked === undefined) return undefined;
  return {
    ...noFilter,
    statuses: picked.flatMap(({ status }) => status ?? []),
    models: picked.flatMap(({ model }) => model ?? []),
    datasets: picked.flatMap(({ dataset }) => dataset ?? []),
  };
}

async function askGrouping(current: JobGrouping): Promise<JobGrouping | undefined> {
  const { t } = vscode.l10n;
  const labels: readonly (readonly [JobGrouping, string, string])[] = [
    ['none', t('One list'), 'list-flat'],
    ['status', t('By status'), 'pulse'],
    ['model', t('By base model'), 'symbol-misc'],
    ['dataset', t('By dataset'), 'database'],
  ];
  const items = labels.map(([grouping, label, icon]) => ({
    label,
    iconPath: new vscode.ThemeIcon(icon),
    ...(grouping === current ? { description: t('now') } : {}),
    grouping,
  }));
  return (await vscode.window.showQuickPick(items, { title: t('Group Jobs') }))?.grouping;
}

function separator(label: string): FilterPick {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
