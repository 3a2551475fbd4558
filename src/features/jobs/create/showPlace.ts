import * as vscode from 'vscode';
import { reportError } from '../../../platform/errorReport.ts';
import type { Log } from '../../../platform/log.ts';

/** Tells what is wrong in a document and leads there. Never rejects: the document may be gone by then. */
export async function showPlace(message: string, document: vscode.TextDocument, selection: vscode.Range, log: Log): Promise<void> {
  const open = vscode.l10n.t('Open the Place');
  try {
    if ((await vscode.window.showErrorMessage(message, open)) === open) await vscode.window.showTextDocument(document, { selection });
  } catch (error) {
    await reportError(vscode.l10n.t('The place could not be opened'), error, log);
  }
}
