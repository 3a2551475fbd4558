import { dirname, posix, relative } from 'node:path';
import * as vscode from 'vscode';
import { formatJobFile, isJobFileName, jobFileEnding, type JobFile } from '../../../../core/jobs/file/jobFile.ts';
import { replaceFile, stat } from '../../../../disk/files.ts';
import type { FullPlan, PlanFile } from '../jobPlan.ts';

/** «Save as Job File…»: the plan as a file that can be reviewed and run; it is opened. */
export async function saveAsJobFile(plan: FullPlan): Promise<void> {
  const { training } = plan;
  if (training.kind === 'remote') {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('A job file names a training file on this machine, and this one lies at the service only.'),
    );
    return;
  }
  const stem = training.name.replace(/(\.train)?\.[^.]+$/, '') || 'job';
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(training.uri, '..', `${stem}${jobFileEnding}`),
    // The dialog compares no more than what follows the last point, and would add the rest once more.
    filters: { [vscode.l10n.t('Job files')]: ['json'] },
    title: vscode.l10n.t('Save as Job File'),
    saveLabel: vscode.l10n.t('Save Job File'),
  });
  if (target === undefined) return;
  const uri = isJobFileName(target.path) ? target : target.with({ path: target.path.replace(/(\.finetune)?(\.json)?$/, jobFileEnding) });
  if (uri !== target && !(await mayReplace(uri))) return;
  await replaceFile(uri.fsPath, formatJobFile(toJobFile(plan, training, uri)));
  await vscode.window.showTextDocument(uri);
}

/** The dialog has asked about the name that was typed, not about the one that it became. */
async function mayReplace(uri: vscode.Uri): Promise<boolean> {
  if ((await stat(uri.fsPath)) === undefined) return true;
  const replace = vscode.l10n.t('Replace');
  const message = vscode.l10n.t('{0} exists already.', posix.basename(uri.path));
  return (await vscode.window.showWarningMessage(message, { modal: true }, replace)) === replace;
}

function toJobFile({ connection, validation, draft, maxCost }: FullPlan, training: PlanFile & { readonly kind: 'local' }, target: vscode.Uri): JobFile {
  const folder = dirname(target.fsPath);
  const written = (file: vscode.Uri): string => relative(folder, file.fsPath).split(/[\\/]/).join(posix.sep);
  return {
    version: 1,
    connection: connection.id,
    training: written(training.uri),
    validation: validation?.kind === 'local' ? written(validation.uri) : undefined,
    draft,
    maxCost,
  };
}
