import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { withoutLinks } from '../../messages/plainText.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { abortOnCancel } from '../../platform/disposables.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';
import { mendAll, toEdit } from './codeActions.ts';
import { compareWithTrainingFile } from './compareCommand.ts';
import { shownProblems, type DatasetDiagnostics } from './diagnostics.ts';
import { setFormat } from './formatCommand.ts';

export type CommandServices = {
  readonly datasets: Datasets;
  readonly datasetRules: DatasetRules;
  readonly trainingFiles: TrainingFiles;
  readonly diagnostics: DatasetDiagnostics;
  readonly log: Log;
};

export function registerCommands(services: CommandServices): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand(commandIds.datasetValidate, (target: unknown) => validate(target, services)),
    vscode.commands.registerCommand(commandIds.datasetTreatAsDataset, (target: unknown) => {
      const uri = fileOf(target);
      if (uri) {
        services.datasets.treatAsDataset(uri);
      } else {
        askForFile();
      }
    }),
    vscode.commands.registerCommand(commandIds.datasetSetFormat, async (target: unknown) => {
      const uri = fileOf(target);
      if (uri) {
        await setFormat(uri, { datasets: services.datasets, rules: services.datasetRules });
      } else {
        askForFile();
      }
    }),
    vscode.commands.registerCommand(commandIds.datasetCompareWithTraining, async (target: unknown) => {
      const uri = fileOf(target);
      if (uri) {
        await compareWithTrainingFile(uri, services);
      } else {
        askForFile();
      }
    }),
    vscode.commands.registerCommand(commandIds.datasetFixAll, () => fixAllClear(services)),
  );
}

/** The file a command was called on, or that of the active tab: large files have a tab but no editor for extensions. */
export function fileOf(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) {
    return target;
  }
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return vscode.window.activeTextEditor?.document.uri ?? (input instanceof vscode.TabInputText ? input.uri : undefined);
}

export function askForFile(): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Open a training file (.jsonl) first, or choose one in the Explorer.'),
  );
}

/** Mends what has one clear mend in the active file, as one edit that can be undone. */
async function fixAllClear({ datasets, log }: CommandServices): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const dataset = document && datasets.openDataset(document.uri);
  if (!dataset) {
    askForFile();
    return;
  }
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Fixing {0}', vscode.workspace.asRelativePath(document.uri)),
    cancellable: true,
  };
  try {
    const edits = await vscode.window.withProgress(options, (_progress, token) => mendAll(dataset, token));
    if (edits && edits.length > 0) {
      await vscode.workspace.applyEdit(toEdit(document, edits));
    } else if (edits) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing in this file has one clear fix. The other problems have their own menu (Quick Fix).'),
      );
    }
  } catch (error) {
    await reportError(vscode.l10n.t('The file could not be fixed'), error, log);
  }
}

async function validate(target: unknown, services: CommandServices): Promise<void> {
  const uri = fileOf(target);
  if (!uri) {
    askForFile();
    return;
  }
  const name = vscode.workspace.asRelativePath(uri);
  try {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Validating {0}', name),
      cancellable: true,
    };
    const found = await vscode.window.withProgress(options, (progress, token) => check(uri, services, progress, token));
    await tell(name, found);
  } catch (error) {
    await reportError(vscode.l10n.t('{0} could not be validated', name), error, services.log);
  }
}

type Found = {
  readonly examples: number;
  readonly errors: number;
  readonly warnings: number;
  /** What a person must know about how it was checked. */
  readonly remark?: string | undefined;
};

async function check(
  uri: vscode.Uri,
  { datasets, diagnostics }: CommandServices,
  progress: vscode.Progress<{ increment?: number }>,
  token: vscode.CancellationToken,
): Promise<Found> {
  const key = uri.toString();
  const abort = abortOnCancel(token);
  let shown = 0;
  const onProgress = (share: number): void => {
    const percent = Math.floor(share * 100);
    if (percent > shown) {
      progress.report({ increment: percent - shown });
      shown = percent;
    }
  };
  try {
    if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === key)) {
      datasets.treatAsDataset(uri);
      return await datasets.problems(uri, abort.signal);
    }
    // One more than is shown tells that there are more.
    const result = await datasets.checkFile(uri, { limit: shownProblems + 1, signal: abort.signal, onProgress });
    diagnostics.showFile(uri, result.problems, result.errors + result.warnings + result.information);
    return { ...result, remark: remarkOn(uri) };
  } finally {
    abort.dispose();
  }
}

/** An editor may show a file without handing it to extensions: VS Code does so with more than 50 MB. */
function remarkOn(uri: vscode.Uri): string | undefined {
  const key = uri.toString();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const tab = tabs.find(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === key);
  if (tab?.isDirty === true) {
    return vscode.l10n.t('The file as it is on disk was checked, without the changes that are not saved.');
  }
  return tab
    ? vscode.l10n.t('VS Code keeps files of this size from extensions: hovers, token counts and fixes are off, and problems are those of the last check.')
    : undefined;
}

async function tell(name: string, { examples, errors, warnings, remark }: Found): Promise<void> {
  const showProblems = vscode.l10n.t('Show Problems');
  const numbers = vscode.l10n.t('{0}: {1} examples, {2} errors, {3} warnings.', name, examples, errors, warnings);
  const counts = withoutLinks(remark === undefined ? numbers : `${numbers} ${remark}`);
  const chosen =
    errors > 0
      ? await vscode.window.showErrorMessage(counts, showProblems)
      : warnings > 0
        ? await vscode.window.showWarningMessage(counts, showProblems)
        : await vscode.window.showInformationMessage(counts);
  if (chosen === showProblems) {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}
