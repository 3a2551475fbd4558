import * as vscode from 'vscode';
import { commandIds } from '../../contributions.ts';
import { requestIdKey } from '../../core/jobs/jobOrigin.ts';
import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { Datasets } from '../../platform/datasets.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';
import { createJob } from './create/createJob.ts';
import { FinishedNotices } from './finishedNotices.ts';
import { registerJobCommands } from './jobCommands.ts';
import { JobView } from './jobView.ts';

type JobsServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly jobStore: JobStore;
  readonly jobWatcher: JobWatcher;
  readonly jobOrigins: JobOrigins;
  readonly datasets: Datasets;
};

/** The job tree, what can be done with jobs, how one is created, and the word that one has ended. */
export function registerJobs(services: JobsServices): vscode.Disposable {
  const { jobStore, jobOrigins, jobWatcher } = services;
  const disposables = new DisposableStore();
  disposables.add(
    jobStore.onDidChange((change) => {
      if (change.kind !== 'listChanged') return;
      for (const jobId of change.added) {
        const ref = { connectionId: change.connectionId, jobId };
        void jobOrigins.adopt(ref, jobStore.get(ref)?.job.metadata?.[requestIdKey]);
      }
    }),
  );
  disposables.add(new FinishedNotices(services));
  const view = disposables.add(new JobView(services));
  disposables.add(registerJobCommands(services, view));
  disposables.add(
    vscode.commands.registerCommand(commandIds.jobsCreate, (training: unknown, validation: unknown) =>
      createJob(services, view, readUri(training), readUri(validation)),
    ),
  );
  jobWatcher.start();
  return disposables;
}

/** Menus pass the file and then the whole selection, which is no second file. */
function readUri(value: unknown): vscode.Uri | undefined {
  return value instanceof vscode.Uri ? value : undefined;
}
