import { ServiceError, type PageQuery, type RetrievedJob, type Service } from '../../../src/core/providers/port.ts';
import type {
  JobCreateRequest,
  WireCheckpoint,
  WireEvent,
  WireJob,
  WirePage,
} from '../../../src/core/providers/wire.ts';

/** A service whose lists a test writes; it pages as services do and notes what it was asked. */
export class ScriptedService implements Service {
  /** Newest first. */
  jobs: WireJob[] = [];
  /** By job id, newest first. */
  readonly events = new Map<string, WireEvent[]>();
  readonly checkpoints = new Map<string, WireCheckpoint[]>();
  /** What it calls a question about one job. */
  requestId: string | undefined;
  readonly asked: string[] = [];
  /** Called before each answer; throws to fail the call. */
  onAsk: (call: string) => void = () => {};
  onCreate: () => WireJob = () => {
    throw new Error('This test creates nothing');
  };

  async listJobs(query: PageQuery, signal: AbortSignal): Promise<WirePage<WireJob>> {
    await this.#note(`jobs${after(query)}`, signal);
    return slicePage(this.jobs, query, 20);
  }

  async retrieveJob(jobId: string, signal: AbortSignal): Promise<RetrievedJob> {
    await this.#note(`job ${jobId}`, signal);
    const job = this.jobs.find((each) => each.id === jobId);
    if (job === undefined) throw new ServiceError('No such job', { kind: 'notFound', status: 404 });
    return this.requestId === undefined ? { job } : { job, requestId: this.requestId };
  }

  async listEvents(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireEvent>> {
    await this.#note(`events ${jobId}${after(query)}`, signal);
    return slicePage(this.events.get(jobId) ?? [], query, 20);
  }

  async listCheckpoints(jobId: string, query: PageQuery, signal: AbortSignal): Promise<WirePage<WireCheckpoint>> {
    await this.#note(`checkpoints ${jobId}${after(query)}`, signal);
    return slicePage(this.checkpoints.get(jobId) ?? [], query, 10);
  }

  async createJob(_request: JobCreateRequest, signal: AbortSignal): Promise<WireJob> {
    await this.#note('create', signal);
    return this.onCreate();
  }

  cancelJob(): never {
    throw new Error('Polling never cancels');
  }

  pauseJob(): never {
    throw new Error('Polling never pauses');
  }

  resumeJob(): never {
    throw new Error('Polling never resumes');
  }

  listFiles(): never {
    throw new Error('Polling reads no files');
  }

  deleteFile(): never {
    throw new Error('Polling deletes nothing');
  }

  retrieveModel(): never {
    throw new Error('Polling reads no models');
  }

  deleteModel(): never {
    throw new Error('Polling deletes nothing');
  }

  uploadFile(): never {
    throw new Error('Polling never uploads');
  }

  retrieveFile(): never {
    throw new Error('Polling reads no files');
  }

  fileContent(): never {
    throw new Error('Polling reads no files');
  }

  listModels(): never {
    throw new Error('Polling reads no models');
  }

  streamChat(): never {
    throw new Error('Polling never chats');
  }

  async #note(call: string, signal: AbortSignal): Promise<void> {
    this.asked.push(call);
    await Promise.resolve();
    if (signal.aborted) throw new ServiceError('Cancelled', { kind: 'cancelled' });
    this.onAsk(call);
  }
}

function after(query: PageQuery): string {
  return query.after === undefined ? '' : ` after ${query.after}`;
}

function slicePage<T extends { readonly id: string }>(all: readonly T[], query: PageQuery, limit: number): WirePage<T> {
  const start = query.after === undefined ? 0 : all.findIndex((each) => each.id === query.after) + 1;
  const data = all.slice(start, start + (query.limit ?? limit));
  return { object: 'list', data, has_more: start + data.length < all.length };
}
