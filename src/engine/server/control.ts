import { json, type Answer, type Call, type Engine } from './call.ts';

/** Own routes, outside the OpenAI format: what the launcher asks. */
export async function health(engine: Engine): Promise<Answer> {
  return json({
    object: 'tunesmith.health',
    version: engine.version,
    pid: process.pid,
    started_at: engine.startedAt,
    jobs_active: engine.jobs.active,
  });
}

export async function shutdown(engine: Engine, _call: Call): Promise<Answer> {
  engine.shutDown();
  return json({ object: 'tunesmith.shutdown', pid: process.pid });
}
