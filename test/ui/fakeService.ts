import type { ServerResponse } from 'node:http';
import { json, Loopback, type Answer } from '../unit/api/loopback.ts';
import { FakeDeployments } from './fakeDeployments.ts';
import { FakeUploads } from './fakeUploads.ts';

/** How the service answers everything, or, for the last four, how it does one thing. */
export type Manner = 'well' | 'pageNotFound' | 'keyRefused' | 'overloaded' | 'losesNewJob' | 'holdsNewJob' | 'keepsNewJob' | 'answersForEver';

type Job = { readonly id: string; readonly [field: string]: unknown };

const failures: Partial<Record<Manner, Answer>> = {
  pageNotFound: (response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>'),
  keyRefused: json(401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } }),
  overloaded: json(503, { error: { message: 'Overloaded' } }),
};

/** What it calls the question about one job. */
export const requestId = 'req_0a1b2c3d4e5f';

const words = ['A ', '**slow** ', 'answer ', 'with ', '`code`. '];

/** A fine-tuning service that does as it is told, for what no real one does on demand. */
export class FakeService {
  manner: Manner = 'well';
  /** Requests for a new job. */
  created = 0;
  jobs: Job[] = [];
  /** When it last told them, in milliseconds since 1970. */
  listedAt = 0;
  /** By job id, newest first. */
  readonly events = new Map<string, readonly unknown[]>();
  readonly checkpoints = new Map<string, readonly unknown[]>();
  models: readonly Job[] = [{ id: 'base-7b', object: 'model' }];
  files: readonly Job[] = [];
  readonly uploads = new FakeUploads();
  readonly deployments = new FakeDeployments();
  /** Requests for an answer. */
  readonly chats: Readonly<Record<string, unknown>>[] = [];
  /** The job whose answer was lost. */
  lost: Job | undefined;
  readonly #loopback: Loopback;

  private constructor(loopback: Loopback) {
    this.#loopback = loopback;
  }

  static async start(): Promise<FakeService> {
    const service: FakeService = new FakeService(await Loopback.listen((response, seen) => service.#answer(response, seen)));
    return service;
  }

  get baseURL(): string {
    return this.#loopback.baseURL;
  }

  async stop(): Promise<void> {
    await this.#loopback[Symbol.asyncDispose]();
  }

  async #answer(response: ServerResponse, seen: Parameters<Answer>[1]): Promise<void> {
    const say = (body: unknown): unknown => json(200, body)(response, seen);
    const failure = failures[this.manner];
    const path = seen.path.replace(/^\/v1|\?.*$/g, '');
    const jobPath = /^\/fine_tuning\/jobs\/([^/]+)(\/.+)?$/.exec(path);
    if (failure !== undefined) await failure(response, seen);
    else if (seen.method === 'DELETE') this.#delete(path, say);
    else if (path === '/models') say(listOf(this.models));
    else if (path.startsWith('/v0/models')) this.deployments.answer(response, seen, path);
    else if (path.startsWith('/uploads')) await this.uploads.answer(response, seen, path);
    else if (path === '/files' && seen.method === 'GET') say(listOf(this.files));
    else if (path.startsWith('/files')) say(this.files.find(({ id }) => path === `/files/${id}`) ?? { id: 'file-1', object: 'file', bytes: 1, filename: 'f', purpose: 'fine-tune' });
    else if (path === '/fine_tuning/jobs' && seen.method === 'POST') this.#create(response, seen);
    else if (path === '/fine_tuning/jobs') {
      say(this.#page(new URL(seen.path, 'http://service').searchParams));
      this.listedAt = Date.now();
    }
    else if (path === '/chat/completions') this.#stream(response, seen);
    else if (jobPath?.[2] !== undefined && seen.method === 'POST') say(this.#move(jobPath[1] ?? '', jobPath[2].slice(1)));
    else if (jobPath?.[2] === '/events') say(listOf(this.events.get(jobPath[1] ?? '') ?? []));
    else if (jobPath?.[2] === '/checkpoints') say(listOf(this.checkpoints.get(jobPath[1] ?? '') ?? []));
    else if (jobPath?.[2] !== undefined) say(listOf([]));
    else await json(200, this.jobs.find(({ id }) => id === jobPath?.[1]), { 'x-request-id': requestId })(response, seen);
  }

  #page(query: URLSearchParams): unknown {
    const start = this.jobs.findIndex(({ id }) => id === query.get('after')) + 1;
    const data = this.jobs.slice(start, start + Number(query.get('limit') ?? 20));
    return { object: 'list', data, has_more: start + data.length < this.jobs.length };
  }

  #move(jobId: string, verb: string): Job | undefined {
    const status = { pause: 'paused', resume: 'queued', cancel: 'cancelled' }[verb];
    this.jobs = this.jobs.map((job) => (job.id === jobId && status !== undefined ? { ...job, status } : job));
    return this.jobs.find(({ id }) => id === jobId);
  }

  #delete(path: string, say: (body: unknown) => unknown): void {
    const id = decodeURIComponent(path.split('/').at(-1) ?? '');
    this.models = this.models.filter((model) => model.id !== id);
    this.files = this.files.filter((file) => file.id !== id);
    say({ id, object: 'model', deleted: true });
  }

  #create(response: ServerResponse, seen: Parameters<Answer>[1]): void {
    this.created += 1;
    const request = JSON.parse(seen.body.toString('utf8')) as Readonly<Record<string, unknown>>;
    const id = `ftjob-fake${this.created}`;
    const created = { id, created_at: Math.floor(Date.now() / 1000), user_provided_suffix: request['suffix'] };
    const job = { ...request, ...created, object: 'fine_tuning.job', status: 'queued' };
    if (this.manner === 'losesNewJob') {
      this.lost = job;
      response.destroy();
      return;
    }
    if (this.manner === 'holdsNewJob') {
      // Neither answered nor listed yet.
      this.lost = job;
      return;
    }
    this.jobs.unshift(job);
    // The job is there, and nobody is told.
    if (this.manner === 'keepsNewJob') return;
    void json(200, job)(response, seen);
  }

  #stream(response: ServerResponse, { body }: Parameters<Answer>[1]): void {
    this.chats.push(JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const timer = setInterval(() => {
      const end = this.manner !== 'answersForEver' && sent >= words.length;
      const choice = end ? { index: 0, delta: {}, finish_reason: 'stop' } : { index: 0, delta: { content: words[sent % words.length] } };
      response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] })}\n\n`);
      sent += 1;
      if (!end) return;
      clearInterval(timer);
      response.end('data: [DONE]\n\n');
    }, 50);
    response.on('close', () => clearInterval(timer));
  }
}

function listOf(data: readonly unknown[]): unknown {
  return { object: 'list', data, has_more: false };
}
