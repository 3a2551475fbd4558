import type * as vscode from 'vscode';
import { requestIdKey } from '../../core/jobs/jobOrigin.ts';
import { DisposableStore } from '../../platform/disposables.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import { registerCreate, type RegisterCreateServices } from './create/index.ts';
import { FinishedNotices } from './finishedNotices.ts';
import { registerJobCommands } from './jobCommands.ts';
import { JobView } from './jobView.ts';

type JobsServices = RegisterCreateServices & { readonly jobWatcher: JobWatcher };

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
  disposables.add(registerCreate(services, view));
  jobWatcher.start();
  return disposables;
}
