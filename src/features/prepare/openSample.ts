import { join } from 'node:path';
import * as vscode from 'vscode';
import { copyTree, homeFolder, stat } from '../../disk/files.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';

const folderName = 'tunesmith-sample';
/** The sample that a window is about to open, until that window has shown what to do there. */
const stateKey = 'tunesmith.sampleToOpen';

type SampleServices = {
  readonly sampleFolder: string;
  readonly globalState: vscode.Memento;
  readonly log: Log;
};

/**
 * The command «Open Sample Project…»: copies the sample into a new folder below the one that is picked, or that the
 * command was called with. Resolves with the new folder; the offer to open it does not hold it up.
 */
export async function openSample(
  { sampleFolder, globalState, log }: SampleServices,
  argument: unknown,
): Promise<vscode.Uri | undefined> {
  const failure = vscode.l10n.t('The sample project could not be copied');
  try {
    const parent = argument instanceof vscode.Uri ? argument : await pickParent();
    if (parent === undefined) return undefined;
    if (parent.scheme !== 'file') {
      const reason = vscode.l10n.t('{0}: {1} is not a folder on a disk.', failure, parent.toString(true));
      void vscode.window.showErrorMessage(reason);
      return undefined;
    }
    const target = await freeFolder(parent.fsPath);
    await copyTree(sampleFolder, target);
    const uri = vscode.Uri.file(target);
    void offerToOpen(uri, globalState).catch((error: unknown) => reportError(failure, error, log));
    return uri;
  } catch (error) {
    void reportError(failure, error, log);
    return undefined;
  }
}

async function pickParent(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Where should the sample project be copied?'),
    openLabel: vscode.l10n.t('Copy Here'),
    // Without it VS Code proposes the folder of whatever file is being edited.
    defaultUri: vscode.Uri.file(homeFolder()),
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
  });
  return picked?.[0];
}

/** A folder that is not there yet, so that nothing can be overwritten. */
async function freeFolder(parent: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(parent, number === 1 ? folderName : `${folderName}-${number}`);
    if ((await stat(path)) === undefined) return path;
  }
}

async function offerToOpen(folder: vscode.Uri, globalState: vscode.Memento): Promise<void> {
  const open = vscode.l10n.t('Open');
  const inNewWindow = vscode.l10n.t('Open in New Window');
  const message = vscode.l10n.t('The sample project was copied to {0}.', folder.fsPath);
  const chosen = await vscode.window.showInformationMessage(message, open, inNewWindow);
  if (chosen === undefined) return;
  await globalState.update(stateKey, folder.toString());
  await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: chosen === inNewWindow });
}

/** Shows the first steps in the window of a sample that was opened from here. */
export async function welcomeToSample({ globalState }: Pick<SampleServices, 'globalState'>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined || globalState.get<string>(stateKey) !== folder.toString()) return;
  await globalState.update(stateKey, undefined);
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder, 'README.md'));
}
