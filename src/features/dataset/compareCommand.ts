import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';
import type { Datasets } from '../../platform/datasets.ts';

/** More files are no list to choose from; any other is reached through the file dialog. */
const mostFiles = 200;
const skippedFolders = '**/{node_modules,.git,.vscode-test,.tunesmith,dist,out}/**';

type TrainingItem = vscode.QuickPickItem & { readonly training?: vscode.Uri; readonly otherwise?: 'browse' | 'known' | 'none' };

/** Asks which training file must hold none of a file's examples, and remembers it in this workspace. */
export async function compareWithTrainingFile(
  uri: vscode.Uri,
  { datasets, trainingFiles }: { readonly datasets: Datasets; readonly trainingFiles: TrainingFiles },
): Promise<void> {
  const chosen = await vscode.window.showQuickPick(itemsFor(uri, trainingFiles), {
    title: vscode.l10n.t('Compare {0} with a Training File', vscode.workspace.asRelativePath(uri)),
    placeHolder: vscode.l10n.t('Which training file must hold none of these examples?'),
    matchOnDescription: true,
  });
  if (chosen === undefined) return;
  const training = chosen.otherwise === 'browse' ? await browse(uri) : chosen.training;
  if (chosen.otherwise === 'browse' && training === undefined) return;
  datasets.treatAsDataset(uri);
  if (chosen.otherwise === 'known') await trainingFiles.unchoose(uri);
  else await trainingFiles.choose(uri, training);
}

async function itemsFor(uri: vscode.Uri, trainingFiles: TrainingFiles): Promise<readonly TrainingItem[]> {
  const now = trainingFiles.chosenFor(uri);
  const marked = (item: TrainingItem, isNow: boolean): TrainingItem =>
    isNow ? { ...item, description: [item.description ?? '', vscode.l10n.t('now')].filter(Boolean).join(' · ') } : item;
  const found = await vscode.workspace.findFiles('**/*.jsonl', skippedFolders, mostFiles);
  const others = found.filter((file) => file.toString() !== uri.toString()).sort((one, other) => one.path.localeCompare(other.path));
  const known: TrainingItem = { label: vscode.l10n.t('By Recipe, Job or Name'), otherwise: 'known' };
  const none: TrainingItem = { label: vscode.l10n.t('No Comparison'), otherwise: 'none' };
  return [
    ...others.map((file) => marked(fileItem(file), file.toString() === now?.training?.toString())),
    { label: vscode.l10n.t('Browse…'), iconPath: new vscode.ThemeIcon('folder-opened'), otherwise: 'browse' },
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    marked(known, now === undefined),
    marked(none, now !== undefined && now.training === undefined),
  ];
}

async function browse(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      canSelectMany: false,
      filters: { [vscode.l10n.t('Training files')]: ['jsonl', 'ndjson'] },
      openLabel: vscode.l10n.t('Compare'),
      defaultUri: vscode.Uri.joinPath(uri, '..'),
    })) ?? [];
  return file;
}

function fileItem(uri: vscode.Uri): TrainingItem {
  const folder = posix.dirname(vscode.workspace.asRelativePath(uri));
  return { label: posix.basename(uri.path), description: folder === '.' ? '' : folder, training: uri };
}
