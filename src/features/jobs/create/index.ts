import * as vscode from 'vscode';
import { commandIds } from '../../../contributions.ts';
import type { JobStore } from '../../../core/jobs/jobStore.ts';
import type { Connections } from '../../../platform/connections.ts';
import { CreateMemory } from '../../../platform/createMemory.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import { DisposableStore } from '../../../platform/disposables.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import type { Log } from '../../../platform/log.ts';
import { PendingNotes } from '../../../platform/pendingNotes.ts';
import { SpendingLedger } from '../../../platform/spending.ts';
import type { TokenCounter } from '../../../platform/tokenCounter.ts';
import { UploadNotes } from '../../../platform/uploadNotes.ts';
import type { JobView } from '../jobView.ts';
import { BillWatch } from './billWatch.ts';
import { createAgain } from './createAgain.ts';
import { createJob } from './createJob.ts';
import { JobFileDiagnostics } from './file/jobFileDiagnostics.ts';
import { jobFileLenses } from './file/jobFileLens.ts';
import { jobFileSelector } from './file/openJobFile.ts';
import { estimateJobFile, runJobFile, validateJobFile } from './file/runJobFile.ts';
import { preflight } from './preflightCommand.ts';
import { offerResume, resumeUpload } from './resumeUpload.ts';
import type { CreateServices } from './services.ts';
import { SpendingReport } from './spendingReport.ts';

export type RegisterCreateServices = {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly connections: Connections;
  readonly datasets: Datasets;
  readonly jobStore: JobStore;
  readonly jobOrigins: JobOrigins;
  readonly tokens: TokenCounter;
};

/** How jobs are made: preflight, steps, job files, uploads that go on, and what it all costs. */
export function registerCreate(given: RegisterCreateServices, view: JobView): vscode.Disposable {
  const { context, log, connections } = given;
  const folder = context.globalStorageUri.fsPath;
  const { globalState } = context;
  const spending = new SpendingLedger(folder);
  const services: CreateServices = {
    ...given,
    view,
    spending,
    uploadNotes: new UploadNotes(globalState, folder),
    createMemory: new CreateMemory(globalState),
    pendingNotes: new PendingNotes(folder, spending),
  };
  const disposables = new DisposableStore();
  const diagnostics = disposables.add(new JobFileDiagnostics(connections, log));
  const report = disposables.add(new SpendingReport(services));
  const withFiles = { ...services, diagnostics };
  const commands: Readonly<Record<string, (first: unknown, second: unknown) => unknown>> = {
    [commandIds.jobsCreate]: (training, validation) => createJob(services, readUri(training), readUri(validation)),
    [commandIds.jobsCreateAgain]: (job) => createAgain(services, job),
    [commandIds.jobsPreflight]: (file) => preflight(services, file),
    [commandIds.jobsValidateFile]: (file) => validateJobFile(withFiles, file),
    [commandIds.jobsEstimateFile]: (file) => estimateJobFile(withFiles, file),
    [commandIds.jobsRunFile]: (file) => runJobFile(withFiles, file),
    [commandIds.jobsShowSpending]: () => report.show(),
    [commandIds.jobsResumeUpload]: () => resumeUpload(services),
  };
  for (const [id, run] of Object.entries(commands)) disposables.add(vscode.commands.registerCommand(id, run));
  disposables.add(new BillWatch(services));
  disposables.add(
    connections.onDidRemove((connectionId) => {
      const kept = [services.uploadNotes, services.createMemory, services.pendingNotes];
      const forgotten = kept.map((each) => each.forgetConnection(connectionId));
      Promise.all(forgotten).catch((error: unknown) => log.error('What was kept of a connection could not be forgotten', error));
    }),
  );
  disposables.add(vscode.languages.registerCodeLensProvider(jobFileSelector, jobFileLenses));
  // When the activation is over.
  const offer = setImmediate(() => {
    offerResume(services).catch((error: unknown) => log.error('Unfinished uploads could not be read', error));
  });
  disposables.add({ dispose: () => clearImmediate(offer) });
  return disposables;
}

/** Menus pass the file and then the whole selection, which is no second file. */
function readUri(value: unknown): vscode.Uri | undefined {
  return value instanceof vscode.Uri ? value : undefined;
}
