import * as vscode from 'vscode';
import { failedLines, readJobFailure } from '../../core/jobs/jobFailure.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import { refOf } from './jobNode.ts';

type LineServices = {
  readonly connections: Connections;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
};

/** A larger copy of a file is not fetched into an editor. */
const maxDownload = 16 * 1024 * 1024;

/** Opens the training or validation file at the first line that the job's error names. */
export async function openFailedLine(services: LineServices, record: JobRecord): Promise<void> {
  const failure = readJobFailure(record.job.error);
  const [line] = failedLines(failure);
  if (line === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The error of this job names no line.'));
    return;
  }
  const document = await openFile(services, record, failure.file);
  if (document === undefined) return;
  if (line > document.lineCount) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The file has {0} lines by now, and the error names line {1}: it was changed since the upload.', document.lineCount, line),
    );
  }
  const { range } = document.lineAt(Math.min(line, document.lineCount) - 1);
  const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
  editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
}

/** The file that the job was made from here; for a job from elsewhere the service's copy, or what the person chooses. */
async function openFile(
  services: LineServices,
  record: JobRecord,
  file: 'training' | 'validation',
): Promise<vscode.TextDocument | undefined> {
  const origin = services.jobOrigins.get(refOf(record));
  const known = file === 'training' ? origin?.trainingFile : origin?.validationFile;
  const uri = known === undefined ? undefined : vscode.Uri.parse(known);
  if (uri !== undefined && (await exists(uri))) {
    services.datasets.treatAsDataset(uri);
    return vscode.workspace.openTextDocument(uri);
  }
  const choose = vscode.l10n.t('Choose File…');
  const download = vscode.l10n.t('Download Copy');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('The file that this job was made from is not known here, or no longer there.'),
    choose,
    download,
  );
  if (chosen === download) return downloadFile(services, record, file);
  if (chosen !== choose) return undefined;
  const [picked] = (await vscode.window.showOpenDialog({ filters: { JSONL: ['jsonl', 'ndjson'] } })) ?? [];
  return picked && vscode.workspace.openTextDocument(picked);
}

async function downloadFile(
  { connections }: LineServices,
  { connectionId, job }: JobRecord,
  file: 'training' | 'validation',
): Promise<vscode.TextDocument | undefined> {
  const connection = connections.get(connectionId);
  const fileId = file === 'training' ? job.training_file : job.validation_file;
  if (connection === undefined || fileId === null) return undefined;
  const signal = AbortSignal.timeout(120_000);
  const service = await connections.service(connection, signal);
  const bytes = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Downloading {0}', fileId) },
    () => service.fileContent(fileId, signal, maxDownload),
  );
  return vscode.workspace.openTextDocument({ language: 'jsonl', content: new TextDecoder().decode(bytes) });
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
