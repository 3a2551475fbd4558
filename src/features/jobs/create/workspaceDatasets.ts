import { posix } from 'node:path';
import * as vscode from 'vscode';
import { looksLikeDataset } from '../../../core/dataset/format.ts';
import { validationNames } from '../../../core/jobs/validationName.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { fileBytes } from '../../../platform/fileBytes.ts';

/** Files looked at; any other is reached through the file dialog. */
const maxFiles = 200;
const skippedFolders = '**/{node_modules,.git,.vscode-test,.tunesmith,dist,out}/**';

/** The training files of the workspace by path; those that look like the validation file of another come last. */
export async function findDatasets(datasets: Datasets): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles('**/*.jsonl', skippedFolders, maxFiles);
  const kept = await Promise.all(found.map(async (uri) => ((await isTrainingFile(datasets, uri)) ? [uri] : [])));
  const files = kept.flat().sort((a, b) => a.path.localeCompare(b.path));
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
