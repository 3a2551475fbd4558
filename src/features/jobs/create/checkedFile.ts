import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Format } from '../../../core/dataset/format.ts';
import type { TrainingMethod } from '../../../core/providers/profile.ts';
import type { Datasets, DatasetProblems } from '../../../platform/datasets.ts';
import { abortOnCancel } from '../../../platform/disposables.ts';
import { showProblems } from '../showProblems.ts';
import type { PlanFile } from './jobPlan.ts';

/** A training file that can be trained on, and by what its examples show the method. */
export type TrainingChoice = { readonly file: PlanFile; readonly method: TrainingMethod };

/**
 * Makes sure that what would be trained on is saved and has no problem of error severity. Undefined if the person
 * has to mend something first; they were told what.
 */
export async function checkTrainingFile(datasets: Datasets, uri: vscode.Uri): Promise<TrainingChoice | undefined> {
  if (!(await saveIfDirty(uri))) return undefined;
  const name = posix.basename(uri.path);
  const title = vscode.l10n.t('Checking {0}', name);
  const found = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const cancel = abortOnCancel(token);
      try {
        return await datasets.problems(uri, cancel.signal, 'training');
      } finally {
        cancel.dispose();
      }
    },
  );
  const fault = faultOf(found, name);
  if (fault === undefined) return { file: localFile(uri), method: methodOf(found.format) };
  const show = vscode.l10n.t('Show Problems');
  if ((await vscode.window.showErrorMessage(fault, show)) === show) {
    await showProblems(datasets, uri, found.firstError?.range);
  }
  return undefined;
}

export function localFile(uri: vscode.Uri): PlanFile {
  return { kind: 'local', uri, name: posix.basename(uri.path) };
}

/** A job trains the bytes on disk: what is only in an editor has to get there, or the person leaves. */
export async function saveIfDirty(uri: vscode.Uri): Promise<boolean> {
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

function faultOf({ examples, errors, format, firstError }: DatasetProblems, name: string): string | undefined {
  if (errors > 0) {
    const first = firstError?.message ?? '';
    return errors === 1
      ? vscode.l10n.t('{0} cannot be trained on: {1}', name, first)
      : vscode.l10n.t('{0} cannot be trained on. It has {1} problems; the first: {2}', name, errors, first);
  }
  return examples === 0 || format === undefined ? vscode.l10n.t('{0} has no examples to train on.', name) : undefined;
}

function methodOf(format: Format | undefined): TrainingMethod {
  return format === 'preference' ? 'dpo' : format === 'reinforcement' ? 'reinforcement' : 'supervised';
}
