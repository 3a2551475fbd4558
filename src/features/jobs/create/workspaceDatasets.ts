import { posix } from 'node:path';
import * as vscode from 'vscode';
import { looksLikeDataset } from '../../../core/dataset/format.ts';
import { validationNames } from '../../../core/jobs/validationName.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { fileBytes } from '../../../platform/fileBytes.ts';

/** Files looked at; any other is reached through the file dialog. */
const maxFiles = 200;
const skippedFolders = '**/{node_modules,.git,.vscode-test,.tunesmith,dist,out}/**';

/** Files read at once: a slow disk or a remote file system serves no more. */
const maxReading = 8;

/**
 * The training files of the workspace by path; those that look like the validation file of another come last.
 * @throws vscode.CancellationError
 */
export async function findDatasets(datasets: Datasets, token: vscode.CancellationToken): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles('**/*.jsonl', skippedFolders, maxFiles, token);
  const kept: vscode.Uri[] = [];
  const waiting = found.values();
  const readOn = async (): Promise<void> => {
    for (const uri of waiting) {
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      if (await isTrainingFile(datasets, uri)) kept.push(uri);
    }
  };
  await Promise.all(Array.from({ length: maxReading }, readOn));
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  const files = kept.sort((a, b) => a.path.localeCompare(b.path));
  const paths = files.flatMap((uri) => {
    const folder = posix.dirname(uri.path);
    return validationNames(posix.basename(uri.path)).map((name) => posix.join(folder, name));
  });
  const validates = new Set(paths);
  return [...files.filter(({ path }) => !validates.has(path)), ...files.filter(({ path }) => validates.has(path))];
}

/** Judges a file by its beginning; one that cannot be read is none. */
export async function isTrainingFile(datasets: Datasets, uri: vscode.Uri): Promise<boolean> {
  if (datasets.openDataset(uri) !== undefined) return true;
  const abort = new AbortController();
  try {
    const { chunks } = await fileBytes(uri, abort.signal);
    for await (const chunk of chunks) {
      const lines = new TextDecoder().decode(chunk).split('\n');
      return looksLikeDataset({ lineCount: lines.length, lineAt: (line) => lines[line] ?? '' });
    }
  } catch {
    return false;
  } finally {
    abort.abort();
  }
  return false;
}
