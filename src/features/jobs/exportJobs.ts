import * as vscode from 'vscode';
import { exportExtensions, exportFormats, exportJobs, type ExportFormat } from '../../core/jobs/jobExport.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connection } from '../../platform/connections.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { JobRows } from './jobRows.ts';

type ExportServices = { readonly jobStore: JobStore; readonly jobWatcher: JobWatcher };

/** Pages that one export asks for at most: 20,000 jobs. */
const maxPages = 200;

/** Writes the jobs of a connection, as far as they pass the filter, as a table. Asks for all pages first. */
export async function askExport({ jobWatcher }: ExportServices, connection: Connection, rows: JobRows): Promise<void> {
  const format = await askFormat(connection.label);
  if (format === undefined) return;
  await jobWatcher.answered(connection.id);
  if (!(await loadAll(jobWatcher, connection))) return;
  const jobs = rows.passing(connection.id).map(({ job }) => job);
  const extension = exportExtensions[format];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${connection.id}-jobs.${extension}`) } : {}),
    filters: { [titles()[format]]: [extension] },
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(exportJobs(jobs, format)));
  const open = vscode.l10n.t('Open');
  const name = vscode.workspace.asRelativePath(target);
  const message = vscode.l10n.t('{0} jobs written to {1}.', jobs.length, name);
  if ((await vscode.window.showInformationMessage(message, open)) === open) await vscode.window.showTextDocument(target);
}

function titles(): Readonly<Record<ExportFormat, string>> {
  return { csv: 'CSV', markdown: 'Markdown', json: 'JSON' };
}

async function askFormat(label: string): Promise<ExportFormat | undefined> {
  const details: Readonly<Record<ExportFormat, string>> = {
    csv: vscode.l10n.t('For spreadsheets'),
    markdown: vscode.l10n.t('For notes and pull requests'),
    json: vscode.l10n.t('For programs'),
  };
  const items = exportFormats.map((format) => ({ label: titles()[format], description: details[format], format }));
  const title = vscode.l10n.t('Export Jobs of {0}', label);
  return (await vscode.window.showQuickPick(items, { title }))?.format;
}

/** False if the person cancelled. */
async function loadAll(jobWatcher: JobWatcher, { id, label }: Connection): Promise<boolean> {
  if (jobWatcher.state(id)?.hasMore !== true) return true;
  const title = vscode.l10n.t('Reading all jobs of {0}', label);
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_, token) => {
    const cancel = abortOnCancel(token);
    try {
      for (let page = 0; page < maxPages && jobWatcher.state(id)?.hasMore === true; page += 1) {
        await jobWatcher.loadMore(id, AbortSignal.any([cancel.signal, AbortSignal.timeout(60_000)]));
      }
      return !cancel.signal.aborted;
    } finally {
      cancel.dispose();
    }
  });
}
