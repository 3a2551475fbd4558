import type { WireJob } from '../../core/providers/wire.ts';
import type { StoredJob } from '../store/changes.ts';
import { notFound } from './apiError.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';
import { parseJobRequest } from './jobRequest.ts';
import { pageOf } from './page.ts';
import { jobOfRequest, requestOf } from './repeatedRequest.ts';

const maxLimit = 10_000;

export async function createJob(engine: Engine, call: Call): Promise<Answer> {
  const { state } = engine.store;
  const request = requestOf(call);
  // Asked before the rest is looked at: its files may be gone by now.
  const earlier = jobOfRequest(state, request);
  const job = earlier ?? (await engine.jobs.create(parseJobRequest(call.body, state, engine.expiryNow()), request));
  return json(toWire(engine, job));
}

/** Newest first. `metadata[key]=value` keeps jobs that have all of these pairs, `metadata=null` those without any. */
export async function listJobs(engine: Engine, call: Call): Promise<Answer> {
  const keep = metadataFilter(call.query);
  const jobs = [...engine.store.state.jobs.values()].toReversed().filter((job) => keep(job.wire.metadata));
  const page = pageOf(jobs, (job) => job.wire.id, call.query, { defaultLimit: 20, maxLimit });
  return json({ object: 'list', data: page.data.map((job) => toWire(engine, job)), has_more: page.hasMore });
}

export async function retrieveJob(engine: Engine, call: Call): Promise<Answer> {
  return json(toWire(engine, knownJob(engine, call)));
}

export async function cancelJob(engine: Engine, call: Call): Promise<Answer> {
  await engine.jobs.cancel(knownJob(engine, call).wire.id);
  return json(toWire(engine, knownJob(engine, call)));
}

export async function pauseJob(engine: Engine, call: Call): Promise<Answer> {
  await engine.jobs.pause(knownJob(engine, call).wire.id);
  return json(toWire(engine, knownJob(engine, call)));
}

export async function resumeJob(engine: Engine, call: Call): Promise<Answer> {
  await engine.jobs.resume(knownJob(engine, call).wire.id);
  return json(toWire(engine, knownJob(engine, call)));
}

/** Newest first. */
export async function listEvents(engine: Engine, call: Call): Promise<Answer> {
  const events = engine.store.state.events(knownJob(engine, call).wire.id).toReversed();
  const page = pageOf(events, ({ id }) => id, call.query, { defaultLimit: 20, maxLimit });
  return json({ object: 'list', data: page.data, has_more: page.hasMore });
}

/** Newest first. */
export async function listCheckpoints(engine: Engine, call: Call): Promise<Answer> {
  const checkpoints = engine.store.state.checkpoints(knownJob(engine, call).wire.id).toReversed();
  const page = pageOf(checkpoints, ({ wire }) => wire.id, call.query, { defaultLimit: 10, maxLimit });
  return json({
    object: 'list',
    data: page.data.map(({ wire }) => wire),
    first_id: page.firstId,
    last_id: page.lastId,
    has_more: page.hasMore,
  });
}

function knownJob(engine: Engine, call: Call): StoredJob {
  const id = param(call, 'fine_tuning_job_id');
  const job = engine.store.state.jobs.get(id);
  if (job === undefined) {
    throw notFound('fine-tuning job', id, 'fine_tuning_job_id');
  }
  return job;
}

function toWire(engine: Engine, job: StoredJob): WireJob {
  return { ...job.wire, estimated_finish: engine.jobs.estimatedFinish(job) };
}

function metadataFilter(query: URLSearchParams): (metadata: WireJob['metadata']) => boolean {
  const wanted: (readonly [string, string])[] = [];
  for (const [name, value] of query) {
    const key = /^metadata\[(.*)\]$/s.exec(name)?.[1];
    if (key !== undefined) {
      wanted.push([key, value]);
    }
  }
  // The SDK writes null as nothing, other clients as the word.
  const withoutAny = ['null', ''].includes(query.get('metadata') ?? 'absent');
  return (metadata) =>
    (!withoutAny || metadata === null || Object.keys(metadata).length === 0) &&
    wanted.every(([key, value]) => metadata !== null && Object.hasOwn(metadata, key) && metadata[key] === value);
}
