import * as vscode from 'vscode';
import { commandIds } from '../../../../contributions.ts';

/** «Validate», «Estimate» and «Run» above the first line of a job file. */
export const jobFileLenses: vscode.CodeLensProvider = {
  provideCodeLenses({ uri }) {
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (icon: string, title: string, tooltip: string, command: string): vscode.CodeLens =>
      new vscode.CodeLens(top, { title: `$(${icon}) ${title}`, tooltip, command, arguments: [uri] });
    return [
      lens('check', vscode.l10n.t('Validate'), vscode.l10n.t('Check this job file and the files that it names'), commandIds.jobsValidateFile),
      lens('credit-card', vscode.l10n.t('Estimate'), vscode.l10n.t('May it be trained, at what price, in what time? Nothing is sent'), commandIds.jobsEstimateFile),
      lens('play', vscode.l10n.t('Run'), vscode.l10n.t('Create the job that this file describes'), commandIds.jobsRunFile),
    ];
  },
};
