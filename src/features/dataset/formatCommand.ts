import * as vscode from 'vscode';
import { formats, type Format } from '../../core/dataset/format.ts';
import { formatName } from '../../messages/datasetWords.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { Datasets } from '../../platform/datasets.ts';

type FormatItem = vscode.QuickPickItem & { readonly format: Format | undefined };

/** Asks which format a file has, and remembers it in this workspace; the file counts as a dataset from then on. */
export async function setFormat(
  uri: vscode.Uri,
  { datasets, rules }: { readonly datasets: Datasets; readonly rules: DatasetRules },
): Promise<void> {
  const now = rules.formatOf(uri);
  const item = (format: Format | undefined, label: string): FormatItem => ({
    format,
    label,
    ...(format === now ? { description: vscode.l10n.t('now') } : {}),
  });
  const items = [
    item(undefined, vscode.l10n.t('Recognize by the content')),
    ...formats.map((format) => item(format, formatName(format))),
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Format of {0}', vscode.workspace.asRelativePath(uri)),
    placeHolder: vscode.l10n.t('By which format is the file checked?'),
  });
  if (chosen) {
    await rules.setFormat(uri, chosen.format);
    datasets.treatAsDataset(uri);
  }
}
