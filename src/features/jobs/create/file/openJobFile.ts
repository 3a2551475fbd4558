import { dirname, posix, resolve } from 'node:path';
import * as vscode from 'vscode';
import { isJobFileName } from '../../../../core/jobs/file/jobFile.ts';
import type { JobFileProblem } from '../../../../core/jobs/file/jobFileProblem.ts';
import { parseJobFile, type ParsedJobFile } from '../../../../core/jobs/file/parseJobFile.ts';
import type { Connections } from '../../../../platform/connections.ts';

type KnownConnections = Pick<Connections, 'current' | 'get' | 'all'>;

/** For CodeLens and diagnostics. */
export const jobFileSelector: vscode.DocumentSelector = { pattern: '**/*.finetune.json' };

export function isJobFile(uri: vscode.Uri): boolean {
  return isJobFileName(uri.path);
}

/** The job file a command is about: what it was called with, the active editor, or one of the workspace's. */
export async function pickJobFile(argument: unknown): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active !== undefined && isJobFile(active)) return active;
  const found = await vscode.workspace.findFiles('**/*.finetune.json', '**/node_modules/**', 200);
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no job file (*.finetune.json) in this workspace. The last step of «Create Fine-Tuning Job…» saves one.'),
    );
    return undefined;
  }
  if (found.length === 1) return found[0];
  const items = found.map((uri) => ({
    label: posix.basename(uri.path),
    description: vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..')),
    uri,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which job file?') }))?.uri;
}

/** Parses a job file for the connections of this machine, and looks whether the files that it names are there. */
export async function readJobFile(connections: KnownConnections, uri: vscode.Uri, text: string): Promise<ParsedJobFile> {
  const parsed = parseJobFile(text, (id) => (id === undefined ? connections.current : connections.get(id))?.profile);
  const found = await Promise.all(parsed.files.map(async ({ file, range }) => ((await isThere(uri, file)) ? [] : [missing(file, range)])));
  const { connection } = parsed;
  const unknown: readonly JobFileProblem[] =
    connection === null || connections.get(connection.id) !== undefined
      ? []
      : [
          {
            code: 'jobFile.connectionUnknown',
            connection: connection.id,
            known: connections.all().map(({ id }) => id),
            severity: 'error',
            range: connection.range,
          },
        ];
  const problems = [...parsed.problems, ...unknown, ...found.flat()];
  const clean = problems.every(({ severity }) => severity !== 'error');
  return { ...parsed, problems, jobFile: clean ? parsed.jobFile : null };
}

/** A path of a job file, as an address. */
export function fileOf(jobFile: vscode.Uri, file: string): vscode.Uri {
  return jobFile.scheme === 'file' ? vscode.Uri.file(resolve(dirname(jobFile.fsPath), file)) : vscode.Uri.joinPath(jobFile, '..', file);
}

function missing(file: string, range: JobFileProblem['range']): JobFileProblem {
  return { code: 'jobFile.fileMissing', file, severity: 'error', range };
}

/** A job file that is not trusted must not make us look for what it names. */
async function isThere(jobFile: vscode.Uri, file: string): Promise<boolean> {
  if (!vscode.workspace.isTrusted || jobFile.scheme === 'untitled') return true;
  try {
    const { type } = await vscode.workspace.fs.stat(fileOf(jobFile, file));
    return (type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}
