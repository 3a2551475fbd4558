import * as vscode from 'vscode';
import { contextKeys } from '../../contributions.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { DatasetRules } from '../../platform/datasetRules.ts';
import type { DatasetChecker } from '../../platform/datasetChecker.ts';
import type { Datasets } from '../../platform/datasets.ts';
import type { TrainingFiles } from '../../platform/trainingFiles.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Log } from '../../platform/log.ts';
import type { TokenCounter } from '../../platform/tokenCounter.ts';
import { registerAllowValue } from './allowValue.ts';
import { DatasetCodeActions } from './codeActions.ts';
import { registerCommands } from './commands.ts';
import { DatasetTokens } from './datasetTokens.ts';
import { DatasetDiagnostics } from './diagnostics.ts';
import { registerExampleCommands } from './exampleCommands.ts';
import { ExampleFiles, exampleScheme } from './exampleFiles.ts';
import { ExampleParts } from './exampleParts.ts';
import { ProblemFreeFolding } from './folding.ts';
import { ExampleHover } from './hover.ts';
import { DatasetCompletions } from './completions.ts';
import { registerExplanations } from './problemPage.ts';
import { registerStatistics } from './statistics.ts';
import { PasteExamples } from './pasteExamples.ts';
import { DatasetStatus } from './status.ts';
import { ExampleSymbols } from './symbols.ts';
import { TokenHints } from './tokenHints.ts';
import { TrainingLeaks } from './trainingLeaks.ts';

type DatasetServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly datasets: Datasets;
  readonly datasetRules: DatasetRules;
  readonly checker: DatasetChecker;
  readonly trainingFiles: TrainingFiles;
  readonly tokens: TokenCounter;
  readonly connections: Connections;
  readonly jobStore: JobStore;
};

/** Languages in which training files are opened: their own, and those somebody may call a dataset. */
const languages = ['jsonl', 'json', 'plaintext'].map((language) => ({ language }));

/** Marks the mistakes of training files while they are edited, and offers to mend them. */
export function registerDataset(services: DatasetServices): vscode.Disposable {
  const { context, log, datasets, datasetRules, trainingFiles, tokens, connections, jobStore } = services;
  const counted = new DatasetTokens({ datasets, tokens, log });
  const hints = new TokenHints(counted, languages);
  const examples = new ExampleFiles();
  const diagnostics = new DatasetDiagnostics(datasets, counted);
  const leaks = new TrainingLeaks(services);
  const folding = new ProblemFreeFolding(datasets, diagnostics);
  const parts = new ExampleParts();
  return vscode.Disposable.from(
    diagnostics,
    leaks,
    vscode.languages.registerCodeActionsProvider(
      languages,
      new DatasetCodeActions(datasets, context.extensionUri),
      { providedCodeActionKinds: DatasetCodeActions.kinds },
    ),
    // The built-in language has JSON's comments, so Toggle Comment would write `//` into the data and break it.
    vscode.languages.setLanguageConfiguration('jsonl', { comments: {} }),
    counted,
    new DatasetStatus({ datasets, datasetRules, leaks, tokens: counted, connections, jobStore }),
    hints,
    vscode.languages.registerCompletionItemProvider(languages, new DatasetCompletions(datasets), ...DatasetCompletions.triggers),
    vscode.languages.registerDocumentPasteEditProvider(
      languages,
      new PasteExamples((uri) => datasets.openDataset(uri)?.core.summary()),
      PasteExamples.metadata,
    ),
    vscode.languages.registerHoverProvider(languages, new ExampleHover({ datasets, tokens, counted, connections })),
    vscode.languages.registerDocumentSymbolProvider(languages, new ExampleSymbols(datasets), {
      label: vscode.l10n.t('Examples'),
    }),
    folding,
    vscode.languages.registerDocumentSymbolProvider({ scheme: exampleScheme }, parts),
    vscode.languages.registerFoldingRangeProvider({ scheme: exampleScheme }, parts),
    examples,
    registerExampleCommands({ datasets, examples, log }),
    registerAllowValue(datasets, log),
    registerExplanations(context.extensionUri),
    registerStatistics({ context, datasets, tokens, counted, log }),
    registerCommands({ datasets, datasetRules, trainingFiles, diagnostics, log }),
    followActiveEditor(datasets),
  );
}

/** Keeps the context key that says whether the active editor shows a training file. */
function followActiveEditor(datasets: Datasets): vscode.Disposable {
  let shown: boolean | undefined;
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    const isDataset = document !== undefined && datasets.isDataset(document);
    if (isDataset !== shown) {
      shown = isDataset;
      void vscode.commands.executeCommand('setContext', contextKeys.activeIsDataset, isDataset);
    }
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(update),
    datasets.onDidCheck(update),
    datasets.onDidClose(update),
  );
}
