import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { FileRole } from '../../../core/dataset/fileRole.ts';
import type { Datasets, DatasetProblems } from '../../../platform/datasets.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { showProblems } from '../showProblems.ts';
import type { CheckedFile } from './jobPlan.ts';

/**
 * Makes sure that what would be trained on is saved and has no problem of error severity. Undefined if the person
 * has to mend something first; they were told what.
 */
export async function checkFile(
  datasets: Datasets,
  uri: vscode.Uri,
  role: FileRole,
): Promise<CheckedFile | undefined> {
  if (!(await saveIfDirty(uri))) return undefined;
  const title = vscode.l10n.t('Checking {0}', posix.basename(uri.path));
  const found = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const cancel = abortOnCancel(token);
      try {
        return await datasets.problems(uri, cancel.signal, role);
      } finally {
        cancel.dispose();
      }
    },
  );
  const { size } = await vscode.workspace.fs.stat(uri);
  const fault = faultOf(found, posix.basename(uri.path));
  if (fault === undefined) return { uri, examples: found.examples, bytes: size };
  const show = vscode.l10n.t('Show Problems');
  if ((await vscode.window.showErrorMessage(fault, show)) === show) {
    await showProblems(datasets, uri, found.firstError?.range);
  }
  return undefined;
}

function faultOf({ examples, errors, format, firstError }: DatasetProblems, name: string): string | undefined {
  if (errors > 0) {
    const first = firstError?.message ?? '';
    return errors === 1
      ? vscode.l10n.t('{0} cannot be trained on: {1}', name, first)
      : vscode.l10n.t('{0} cannot be trained on. It has {1} problems; the first: {2}', name, errors, first);
  }
  if (examples === 0) return vscode.l10n.t('{0} has no examples to train on.', name);
  return format === 'chat'
    ? undefined
    : vscode.l10n.t('{0} holds no chat examples (lines with "messages"), and jobs are created from those only.', name);
}

/** A job trains the bytes on disk: what is only in an editor has to get there, or the person leaves. */
async function saveIfDirty(uri: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document === undefined || !document.isDirty) return true;
  const save = vscode.l10n.t('Save and Continue');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} has unsaved changes.', posix.basename(uri.path)),
    { modal: true, detail: vscode.l10n.t('A job trains on the file as it is saved.') },
    save,
  );
  return chosen === save && (await document.save());
}
