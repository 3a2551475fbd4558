import * as vscode from 'vscode';
import { commandIds, viewIds } from '../../contributions.ts';
import { jobName } from '../../core/jobs/jobName.ts';
import { jobKey, readJobRef } from '../../core/jobs/jobRef.ts';
import { describeStatus } from '../../core/jobs/jobStatus.ts';
import type { JobRef, JobStore } from '../../core/jobs/jobStore.ts';
import { statusText, timeText } from '../../messages/jobs.ts';
import type { Connections } from '../../platform/connections.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import { WebviewHost } from '../../platform/webviewHost.ts';
import { MetricsPanel, type MetricsPanelServices } from './metricsPanel.ts';
import { ViewChoices } from './viewChoices.ts';

type MetricsServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
};

/** «Show Metrics»: one panel per job, revealed if it is open, back after a reload. */
export function registerMetrics(services: MetricsServices): vscode.Disposable {
  const { context, log } = services;
  const disposables = new DisposableStore();
  const panels = new Map<string, MetricsPanel>();
  const panelServices: MetricsPanelServices = {
    ...services,
    webviews: new WebviewHost(context.extensionUri, log),
    choices: new ViewChoices(context.workspaceState),
  };

  const adopt = (ref: JobRef, panel: vscode.WebviewPanel): void => {
    const key = jobKey(ref);
    panels.get(key)?.dispose();
    const metrics = new MetricsPanel(ref, panel, panelServices);
    panels.set(key, metrics);
    metrics.onDidDispose(() => {
      if (panels.get(key) === metrics) panels.delete(key);
    });
  };

  disposables.add(
    vscode.commands.registerCommand(commandIds.metricsShow, async (argument: unknown) => {
      const ref = readJobRef(argument) ?? (await pickJob(services));
      if (ref === undefined) return;
      const open = panels.get(jobKey(ref));
      if (open !== undefined) return open.reveal();
      const title = vscode.l10n.t('Metrics: {0}', ref.jobId);
      const column = vscode.ViewColumn.Active;
      adopt(ref, vscode.window.createWebviewPanel(viewIds.metricsPanel, title, column, { enableFindWidget: true }));
    }),
  );
  disposables.add(
    vscode.window.registerWebviewPanelSerializer(viewIds.metricsPanel, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const ref = readJobRef(state);
        if (ref === undefined) panel.dispose();
        else adopt(ref, panel);
      },
    }),
  );
  // Panels stay open when the extension stops, so that VS Code can bring them back.
  return disposables;
}

/** From the palette no job is given: the person chooses among the known ones. */
async function pickJob({ connections, jobStore, jobWatcher }: MetricsServices): Promise<JobRef | undefined> {
  const { id, label } = connections.current;
  if (jobStore.list(id).length === 0) {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the jobs of {0}…', label) },
      () => jobWatcher.refresh(id),
    );
  }
  const items = jobStore.list(id).map(({ job }) => ({
    label: jobName(job),
    description: statusText(describeStatus(job.status)),
    detail: [job.model, timeText(job.created_at, vscode.env.language), job.id].join(' · '),
    ref: { connectionId: id, jobId: job.id },
  }));
  if (items.length === 0) {
    const create = vscode.l10n.t('Create Fine-Tuning Job…');
    const chosen = await vscode.window.showInformationMessage(vscode.l10n.t('{0} has no fine-tuning jobs yet.', label), create);
    if (chosen === create) await vscode.commands.executeCommand(commandIds.jobsCreate);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Show Metrics'),
    placeHolder: vscode.l10n.t('A job of {0}', label),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.ref;
}
