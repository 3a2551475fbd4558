import * as vscode from 'vscode';
import { measures, type MetricPoint } from '../../core/metrics/points.ts';
import { toCsv } from '../../core/metrics/resultFile.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';

/** Asks for a place and writes the points there. */
export async function exportCsv(jobId: string, points: readonly MetricPoint[], log: Log): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${jobId.replace(/[^\w.-]/g, '_')}.metrics.csv`;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    filters: { CSV: ['csv'] },
  });
  if (target === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(toCsv(points, measures)));
    const message = vscode.l10n.t('Metrics written to {0}', vscode.workspace.asRelativePath(target));
    vscode.window.setStatusBarMessage(message, 6000);
  } catch (error) {
    await reportError(vscode.l10n.t('The metrics could not be written'), error, log);
  }
}
