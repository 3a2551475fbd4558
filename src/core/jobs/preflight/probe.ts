import { ServiceError, type Service } from '../../providers/port.ts';
import type { WireJob } from '../../providers/wire.ts';

/** What cheap questions to a service tell before a job: nothing is uploaded, nothing costs. */
export type Probe = {
  /** The newest jobs, for what similar ones took. */
  readonly jobs: readonly WireJob[];
  /** Why jobs cannot be listed; undefined if they can. */
  readonly refusal: ServiceError | undefined;
  readonly model: ProbedModel;
};

export type ProbedModel =
  /** `shutdown`: YYYY-MM-DD, where the service tells. */
  | { readonly kind: 'known'; readonly shutdown: string | undefined }
  | { readonly kind: 'unknown' }
  /** The service could not be asked, or does not tell of single models. */
  | { readonly kind: 'untold' };

const newest = 100;

/** Lists jobs and looks the model up, side by side. @throws what is no ServiceError */
export async function probeService(service: Service, model: string, signal: AbortSignal): Promise<Probe> {
  const [listed, found] = await Promise.all([listJobs(service, signal), lookUp(service, model, signal)]);
  return { ...listed, model: found };
}

async function listJobs(service: Service, signal: AbortSignal): Promise<Pick<Probe, 'jobs' | 'refusal'>> {
  try {
    return { jobs: (await service.listJobs({ limit: newest }, signal)).data, refusal: undefined };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.facts.kind === 'cancelled') throw error;
    return { jobs: [], refusal: error };
  }
}

async function lookUp(service: Service, model: string, signal: AbortSignal): Promise<ProbedModel> {
  try {
    const { shutdown_date: shutdown } = await service.retrieveModel(model, signal);
    return { kind: 'known', shutdown: isDate(shutdown) ? shutdown : undefined };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.facts.kind === 'cancelled') throw error;
    // Many services have no route for one model: only those that say so mean the model.
    const { kind, code } = error.facts;
    return { kind: kind === 'notFound' && code === 'model_not_found' ? 'unknown' : 'untold' };
  }
}

function isDate(value: string | null | undefined): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
}
