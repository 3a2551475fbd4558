import { posix } from 'node:path';
import * as vscode from 'vscode';
import { validationNames } from '../../../core/jobs/validationName.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { isCancellation } from '../../../platform/errorReport.ts';
import { askChoice, back, type Step } from '../../../platform/stepInput.ts';
import { findDatasets, isTrainingFile } from './workspaceDatasets.ts';

type FileItem = vscode.QuickPickItem & ({ readonly uri: vscode.Uri | undefined } | { readonly browse: true });

/** A training file: the one being edited, one of the workspace, or any other. */
export async function askTrainingFile(
  step: Step,
  datasets: Datasets,
): Promise<vscode.Uri | typeof back | undefined> {
  const active = activeFile();
  const edited = active !== undefined && (await isTrainingFile(datasets, active)) ? [active] : [];
  const found = await search(datasets);
  if (found === undefined) return undefined;
  const others = found.filter((uri) => uri.toString() !== edited[0]?.toString());
  const items: FileItem[] = [
    ...edited.map((uri) => fileItem(uri, vscode.l10n.t('being edited'))),
    ...others.map((uri) => fileItem(uri)),
    browseItem(),
  ];
  return settle(await askChoice({ ...step, placeholder: vscode.l10n.t('Training file'), items }));
}

/** A search that is over sooner is not worth a message. */
const quietMs = 500;

/** The training files of the workspace; undefined if the person does not wait for them. */
async function search(datasets: Datasets): Promise<readonly vscode.Uri[] | undefined> {
  const source = new vscode.CancellationTokenSource();
  const title = vscode.l10n.t('Looking for training files…');
  const location = vscode.ProgressLocation.Notification;
  try {
    const searching = findDatasets(datasets, source.token);
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), quietMs));
    const found = await Promise.race([searching, late]);
    if (found !== undefined) return found;
    return await vscode.window.withProgress({ location, title, cancellable: true }, (_, token) => {
      token.onCancellationRequested(() => source.cancel());
      return searching;
    });
  } catch (error) {
    if (isCancellation(error)) return undefined;
    throw error;
  } finally {
    source.dispose();
  }
}

/** A validation file beside the training file if there is one, or any other, or none. */
export async function askValidationFile(
  step: Step,
  training: vscode.Uri,
  chosen: vscode.Uri | undefined,
): Promise<{ readonly uri: vscode.Uri | undefined } | typeof back | undefined> {
  const folder = vscode.Uri.joinPath(training, '..');
  const names = validationNames(posix.basename(training.path));
  const beside = await Promise.all(names.map((name) => existing(vscode.Uri.joinPath(folder, name))));
  const candidates = [...(chosen === undefined ? [] : [chosen]), ...beside.flat()];
  const unique = [...new Map(candidates.map((uri) => [uri.toString(), uri])).values()];
  const none: FileItem = {
    label: vscode.l10n.t('None'),
    description: vscode.l10n.t('only the training loss is measured'),
    uri: undefined,
  };
  const items = [...unique.map((uri) => fileItem(uri)), none, browseItem()];
  const placeholder = vscode.l10n.t('Validation file: shows whether the model learns more than the file by heart');
  const picked = await settle(await askChoice({ ...step, placeholder, items }), true);
  return picked === back || picked === undefined ? picked : { uri: picked === 'none' ? undefined : picked };
}

function settle(item: FileItem | typeof back | undefined): Promise<vscode.Uri | typeof back | undefined>;
function settle(
  item: FileItem | typeof back | undefined,
  noneAllowed: true,
): Promise<vscode.Uri | 'none' | typeof back | undefined>;
async function settle(item: FileItem | typeof back | undefined) {
  if (item === undefined || item === back) return item;
  if (!('browse' in item)) return item.uri ?? 'none';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const [uri] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      filters: { [vscode.l10n.t('Training files')]: ['jsonl', 'ndjson'] },
      openLabel: vscode.l10n.t('Use File'),
      ...(folder === undefined ? {} : { defaultUri: folder }),
    })) ?? [];
  return uri;
}

function activeFile(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'jsonl' && !document.isUntitled ? document.uri : undefined;
}

function fileItem(uri: vscode.Uri, detail?: string): FileItem {
  const folder = posix.dirname(vscode.workspace.asRelativePath(uri));
  return {
    label: posix.basename(uri.path),
    description: [...(folder === '.' ? [] : [folder]), ...(detail === undefined ? [] : [detail])].join(' · '),
    uri,
  };
}

function browseItem(): FileItem {
  return { label: vscode.l10n.t('Browse…'), iconPath: new vscode.ThemeIcon('folder-opened'), browse: true };
}

async function existing(uri: vscode.Uri): Promise<readonly vscode.Uri[]> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.File) === 0 ? [] : [uri];
  } catch {
    return [];
  }
}
