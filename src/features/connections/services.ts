import type { JobStore } from '../../core/jobs/jobStore.ts';
import type { Connections } from '../../platform/connections.ts';
import type { EngineProcess } from '../../platform/engineProcess.ts';
import type { Log } from '../../platform/log.ts';

export type ConnectionsServices = {
  readonly log: Log;
  readonly connections: Connections;
  readonly engine: EngineProcess;
  readonly jobStore: JobStore;
};
