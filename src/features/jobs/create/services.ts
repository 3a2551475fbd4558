import type { JobStore } from '../../../core/jobs/jobStore.ts';
import type { Connections } from '../../../platform/connections.ts';
import type { CreateMemory } from '../../../platform/createMemory.ts';
import type { Datasets } from '../../../platform/datasets.ts';
import type { JobOrigins } from '../../../platform/jobOrigins.ts';
import type { Log } from '../../../platform/log.ts';
import type { PendingNotes } from '../../../platform/pendingNotes.ts';
import type { SpendingLedger } from '../../../platform/spending.ts';
import type { TokenCounter } from '../../../platform/tokenCounter.ts';
import type { UploadNotes } from '../../../platform/uploadNotes.ts';
import type { JobView } from '../jobView.ts';

/** What the creation of jobs is made with. */
export type CreateServices = {
  readonly log: Log;
  readonly connections: Pick<Connections, 'current' | 'get' | 'all' | 'service' | 'peek' | 'onDidChange'>;
  readonly datasets: Datasets;
  readonly jobStore: JobStore;
  readonly jobOrigins: JobOrigins;
  readonly tokens: Pick<TokenCounter, 'count'>;
  readonly spending: SpendingLedger;
  readonly uploadNotes: UploadNotes;
  readonly createMemory: CreateMemory;
  readonly pendingNotes: PendingNotes;
  readonly view: Pick<JobView, 'reveal'>;
};
