import { ApiError } from './apiError.ts';
import { json, type Answer, type Call, type Engine } from './call.ts';
import { numberField } from './fields.ts';

/** Own routes, outside the OpenAI format: what the launcher asks. */
export async function health(engine: Engine): Promise<Answer> {
  return json({
    object: 'tunesmith.health',
    version: engine.version,
    pid: process.pid,
    started_at: engine.startedAt,
    jobs_active: engine.jobs.active,
    // `ready`, or why nothing can be changed.
    store: engine.store.status,
  });
}

/** Ends the engine; with `pid` and `started_at` only that one, since the next one has its port and key. */
export async function shutdown(engine: Engine, call: Call): Promise<Answer> {
  const whole = { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true };
  const pid = numberField(call.body, 'pid', whole) ?? process.pid;
  const startedAt = numberField(call.body, 'started_at', whole) ?? engine.startedAt;
  if (pid !== process.pid || startedAt !== engine.startedAt) {
    throw new ApiError(409, 'Another engine is meant; it has ended.', { code: 'other_engine' });
  }
  engine.shutDown();
  return json({ object: 'tunesmith.shutdown', pid: process.pid });
}
