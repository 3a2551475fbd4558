import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import type { PrepareResult, PrepareSummary } from '../../core/prepare/outcome.ts';
import type { ParsedRecipe } from '../../core/prepare/parseRecipe.ts';
import { prepareProgressText, prepareSummaryText, prepareWarningText } from '../../messages/prepare.ts';
import { reportError } from '../../platform/errorReport.ts';
import type { Log } from '../../platform/log.ts';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';
import { askAboutChangedOutputs } from './changedOutputs.ts';
import type { PrepareWorker } from './prepareWorker.ts';
import type { RecipeDiagnostics } from './recipeDiagnostics.ts';
import { pickRecipe, refuseWhere, sourcePathOf } from './recipeFile.ts';
import { showFailure } from './showFailure.ts';

type RunServices = {
  readonly log: Log;
  readonly worker: PrepareWorker;
  readonly diagnostics: RecipeDiagnostics;
  readonly trainingFiles: TrainingFiles;
};

/** Recipes that run now: a second run of the same one would race for its outputs. */
const running = new Set<string>();

/** The command «Run Recipe». Resolves with the summary once files are written, before its message is answered. */
export async function runRecipe(services: RunServices, argument: unknown): Promise<PrepareSummary | undefined> {
  const uri = await pickRecipe(argument);
  if (uri === undefined || (await refuseWhere(uri, vscode.l10n.t('The recipe cannot be run')))) return undefined;
  const key = uri.toString();
  if (running.has(key)) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This recipe is running already.'));
    return undefined;
  }
  running.add(key);
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.isDirty && !(await document.save())) return undefined;
    const { parsed } = await services.diagnostics.check(document);
    if (!(await saveFilesOf(uri, parsed))) return undefined;
    const result = await runAndAsk(services, uri);
    if (result?.kind === 'failed') showFailure(uri, result.failure, services.log);
    if (result?.kind !== 'written') return undefined;
    const { training, validation } = result.summary;
    if (validation) await services.trainingFiles.note(vscode.Uri.file(validation.path), vscode.Uri.file(training.path));
    void offerNextSteps(result.summary);
    return result.summary;
  } catch (error) {
    void reportError(vscode.l10n.t('The recipe could not be run'), error, services.log);
    return undefined;
  } finally {
    running.delete(key);
  }
}

/** A run, and a second one if outputs were changed and the person wants them overwritten. */
async function runAndAsk(services: RunServices, uri: vscode.Uri): Promise<PrepareResult | undefined> {
  const result = await runOnce(services, uri, false);
  if (result.kind !== 'failed' || result.failure.kind !== 'outputsChanged') return result;
  const overwrite = await askAboutChangedOutputs(uri, result.failure.outputs);
  return overwrite ? runOnce(services, uri, true) : undefined;
}

async function runOnce({ worker, log }: RunServices, uri: vscode.Uri, force: boolean): Promise<PrepareResult> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Running {0}', vscode.workspace.asRelativePath(uri)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    const result = await worker.run({ recipePath: uri.fsPath, force, keepNew: true }, token, (state) => {
      const share = state.totalBytes === 0 ? 0 : (state.bytesRead / state.totalBytes) * 100;
      progress.report({ message: prepareProgressText(state, vscode.env.language), increment: share - shown });
      shown = share;
    });
    log.info(`Recipe run: ${result.kind}${result.kind === 'failed' ? ` (${result.failure.kind})` : ''}`);
    return result;
  });
}

/** A run reads and writes the disk: unsaved changes of its source and outputs must be on it first. */
async function saveFilesOf(recipe: vscode.Uri, parsed: ParsedRecipe): Promise<boolean> {
  const folder = dirname(recipe.fsPath);
  const { training, validation } = parsed.recipe?.outputs ?? { training: null, validation: null };
  const paths = [sourcePathOf(recipe, parsed), ...[training, validation].map((file) => file && resolve(folder, file))];
  const dirty = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && paths.includes(uri.fsPath),
  );
  if (dirty.length === 0) return true;
  const save = vscode.l10n.t('Save and Run');
  const names = dirty.map(({ uri }) => vscode.workspace.asRelativePath(uri)).join(', ');
  const message = vscode.l10n.t('{0} has unsaved changes. A run reads and writes the saved file.', names);
  if ((await vscode.window.showWarningMessage(message, { modal: true }, save)) !== save) return false;
  const saved = await Promise.all(dirty.map((document) => document.save()));
  return saved.every(Boolean);
}

async function offerNextSteps(summary: PrepareSummary): Promise<void> {
  const open = vscode.l10n.t('Open Training File');
  const create = vscode.l10n.t('Create Job…');
  const lines = [prepareSummaryText(summary, vscode.env.language), ...summary.warnings.map(prepareWarningText)];
  const show = summary.warnings.length > 0 ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await show(lines.join(' '), open, create);
  const uri = vscode.Uri.file(summary.training.path);
  if (chosen === open) await vscode.commands.executeCommand('vscode.open', uri);
  if (chosen === create) await vscode.commands.executeCommand(commandIds.jobsCreate, uri);
}
