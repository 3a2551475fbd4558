import { isTerminal } from '../core/jobs/jobStatus.ts';
import { ServiceError, type Service } from '../core/providers/port.ts';
import type { WireEvent, WireJob } from '../core/providers/wire.ts';
import { realSystem } from '../disk/system.ts';
import type { CliIo } from './io.ts';

const pageSize = 100;
/** So many questions in a row may stay without an answer before following is given up. */
const patience = 20;
const maxDelayMs = 60_000;

/** Writes the job's events as they come, and resolves to the job at its end. @throws ServiceError */
export async function followJob(service: Service, created: WireJob, pollMs: number, io: CliIo): Promise<WireJob> {
  const { signal } = io;
  const told = new Set<string>();
  let failures = 0;
  for (let job = created; ; ) {
    let delay = pollMs;
    try {
      // The job first: whatever belongs to its end is then among the events.
      ({ job } = await service.retrieveJob(job.id, signal));
      for (const event of await newEvents(service, job.id, told, signal)) {
        io.stderr(`${event.message}\n`);
      }
      if (isTerminal(job)) {
        return job;
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!(error instanceof ServiceError) || !mayPass(error) || failures > patience) {
        throw error;
      }
      delay = Math.min(maxDelayMs, (error.facts.retryAfter ?? 0) * 1000 || pollMs * 2 ** Math.min(failures, 6));
    }
    await realSystem.sleep(delay, signal);
  }
}

function mayPass({ facts }: ServiceError): boolean {
  return ['unreachable', 'cutOff', 'serverFault', 'rateLimited'].includes(facts.kind);
}

/** Events that were not told yet, oldest first. */
async function newEvents(
  service: Service,
  jobId: string,
  told: Set<string>,
  signal: AbortSignal,
): Promise<readonly WireEvent[]> {
  const found: WireEvent[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await service.listEvents(jobId, { limit: pageSize, ...(after === undefined ? {} : { after }) }, signal);
    const fresh = page.data.filter((event) => !told.has(event.id));
    found.push(...fresh);
    after = page.data.at(-1)?.id;
    if (!page.has_more || fresh.length < page.data.length || after === undefined) {
      break;
    }
  }
  for (const event of found) {
    told.add(event.id);
  }
  return found.toReversed();
}
