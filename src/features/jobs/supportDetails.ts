import { requestIdKey } from '../../core/jobs/jobOrigin.ts';
import type { JobRecord } from '../../core/jobs/jobStore.ts';
import type { Connection } from '../../platform/connections.ts';

/**
 * What a service's support asks for first, as lines of text: ids and times in UTC, no data and no key. In English.
 * `requestId` is what the service called the answer that the job has failed.
 */
export function supportDetails({ job }: JobRecord, connection: Connection | undefined, requestId: string | undefined): string {
  const time = (seconds: number | null): string | undefined => (seconds === null || seconds === 0 ? undefined : new Date(seconds * 1_000).toISOString());
  const lines: readonly (readonly [string, string | null | undefined])[] = [
    ['Job', job.id],
    ['Service', connection?.baseURL],
    ['Organization', job.organization_id],
    ['Status', job.status],
    ['Model', job.model],
    ['Training file', job.training_file],
    ['Validation file', job.validation_file],
    ['Created', time(job.created_at)],
    ['Finished', time(job.finished_at)],
    ['Error code', job.error?.code],
    ['Error parameter', job.error?.param],
    ['Error message', job.error?.message],
    ['Request', requestId],
    ['Client request', job.metadata?.[requestIdKey]],
  ];
  return lines.flatMap(([label, value]) => (value == null || value === '' ? [] : [`${label}: ${value}\n`])).join('');
}
