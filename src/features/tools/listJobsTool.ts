import { isTerminal } from '../../core/jobs/jobStatus.ts';
import { jobProgress } from '../../core/jobs/jobProgress.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import { jobFailureTexts } from '../../messages/jobFailures.ts';
import { explainError } from '../../platform/errorReport.ts';
import type { ToolServices } from './index.ts';
import { readConnection, type Tool } from './tool.ts';

const usualLimit = 20;
const maxLimit = 100;

/** The jobs of a connection, as they are now. */
export function listJobsTool({ connections, jobStore, jobWatcher }: ToolServices): Tool {
  return {
    name: 'tunesmith_list_jobs',
    run: async (input) => {
      const connection = readConnection(connections, input);
      await jobWatcher.refresh(connection.id);
      const state = jobWatcher.state(connection.id);
      const records = jobStore.list(connection.id);
      if (state?.kind === 'failed' && records.length === 0) throw state.error;
      const status = input['status'];
      const wanted = typeof status === 'string' && status !== '' ? records.filter(({ job }) => job.status === status) : records;
      const limit = typeof input['limit'] === 'number' ? Math.min(maxLimit, Math.max(1, Math.floor(input['limit']))) : usualLimit;
      return {
        connection: connection.id,
        ...(state?.kind === 'failed' ? { notUpToDate: explainError(state.error) } : {}),
        ...(state?.kind === 'nothing' ? { note: 'This connection has no key or has never stored anything.' } : {}),
        jobs: wanted.slice(0, limit).map(toRow),
        more: wanted.length > limit || state?.hasMore === true,
      };
    },
  };
}

function toRow(record: JobRecord): Readonly<Record<string, unknown>> {
  const { job } = record;
  const progress = isTerminal(job) ? undefined : jobProgress(record);
  return {
    id: job.id,
    status: job.status,
    createdAt: new Date(job.created_at * 1_000).toISOString(),
    ...(job.user_provided_suffix === null ? {} : { suffix: job.user_provided_suffix }),
    baseModel: job.model,
    trainingFile: job.training_file,
    ...(job.fine_tuned_model === null ? {} : { tunedModel: job.fine_tuned_model }),
    ...(progress === undefined ? {} : { step: progress.step, totalSteps: progress.totalSteps, trainLoss: progress.trainLoss }),
    ...(job.status === 'failed' ? { failure: jobFailureTexts(job.error) } : {}),
  };
}
