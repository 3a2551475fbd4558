import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';

/** «Run» and «Validate» above the first line of a recipe. */
export const recipeLenses: vscode.CodeLensProvider = {
  provideCodeLenses({ uri }) {
    const top = new vscode.Range(0, 0, 0, 0);
    const run = {
      title: `$(play) ${vscode.l10n.t('Run')}`,
      tooltip: vscode.l10n.t('Write the training file that this recipe describes'),
      command: commandIds.prepareRunRecipe,
      arguments: [uri],
    };
    const validate = {
      title: `$(check) ${vscode.l10n.t('Validate')}`,
      tooltip: vscode.l10n.t('Check this recipe against its source'),
      command: commandIds.prepareValidateRecipe,
      arguments: [uri],
    };
    return [new vscode.CodeLens(top, run), new vscode.CodeLens(top, validate)];
  },
};
