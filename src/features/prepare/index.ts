import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';
import { createRecipe } from './createRecipe.ts';
import { openSample, welcomeToSample } from './openSample.ts';
import { PrepareWorker } from './prepareWorker.ts';
import { RecipeDiagnostics } from './recipeDiagnostics.ts';
import { recipeSelector } from './recipeFile.ts';
import { recipeLenses } from './recipeLens.ts';
import { runRecipe } from './runRecipe.ts';
import { SourceLooks } from './sourceLooks.ts';
import { validateRecipe } from './validateRecipe.ts';

type PrepareServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly trainingFiles: TrainingFiles;
};

/** Recipes: problems while they are written, «Run», «Validate», a first one from a table, and the sample project. */
export function registerPrepare({ context, log, trainingFiles }: PrepareServices): vscode.Disposable {
  const disposables = new DisposableStore();
  const program = join(context.extensionPath, 'dist', 'prepareWorker.js');
  const worker = disposables.add(new PrepareWorker({ program, log }));
  const diagnostics = disposables.add(new RecipeDiagnostics(new SourceLooks(worker), log));
  const { globalState } = context;
  const sampleFolder = join(context.extensionPath, 'media', 'sample');
  const services = { log, worker, diagnostics, trainingFiles, sampleFolder, globalState };
  const commands = {
    [commandIds.prepareRunRecipe]: runRecipe,
    [commandIds.prepareValidateRecipe]: validateRecipe,
    [commandIds.prepareCreateRecipe]: createRecipe,
    [commandIds.prepareOpenSample]: openSample,
  };
  for (const [id, run] of Object.entries(commands)) {
    disposables.add(vscode.commands.registerCommand(id, (argument: unknown) => run(services, argument)));
  }
  // When the activation is over.
  const welcome = setImmediate(() => {
    welcomeToSample(services).catch((error: unknown) => log.error('The first steps could not be shown', error));
  });
  disposables.add({ dispose: () => clearImmediate(welcome) });
  disposables.add(vscode.languages.registerCodeLensProvider(recipeSelector, recipeLenses));
  return disposables;
}
