import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { DeployedModels } from '../../platform/deployedModels.ts';
import type { EngineProcess } from '../../platform/engineProcess.ts';
import type { JobOrigins } from '../../platform/jobOrigins.ts';
import type { JobWatcher } from '../../platform/jobWatcher.ts';
import type { Log } from '../../platform/log.ts';

export type ConnectionsServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly engine: EngineProcess;
  readonly jobStore: JobStore;
  /** What is remembered of jobs, which goes with their connection. */
  readonly jobOrigins: Pick<JobOrigins, 'forgetConnection'>;
  readonly deployed: Pick<DeployedModels, 'forgetConnection'>;
  readonly jobWatcher: Pick<JobWatcher, 'unfinished'>;
};
