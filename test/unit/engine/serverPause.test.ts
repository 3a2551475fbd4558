import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chatLines } from '../../support/chatLines.ts';
import { allEvents, ended, eventually, startTestEngine, stepsTold, upload, type TestEngine, type TrainerScript } from './serverFixture.ts';

async function withEngine(scripts: TrainerScript[], test: (engine: TestEngine) => Promise<void>): Promise<void> {
  const engine = await startTestEngine({ scripts });
  try {
    await test(engine);
  } finally {
    await engine.remove();
  }
}

async function createJob({ openai }: TestEngine): Promise<string> {
  const file = await upload(openai, chatLines(10));
  return (await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id })).id;
}

const status = (engine: TestEngine, id: string, wanted: string) =>
  eventually(() => engine.openai.fineTuning.jobs.retrieve(id), (job) => job.status === wanted);

/** Lets the trainer of a job go on; the job is told to be running before its trainer is there. */
async function release(engine: TestEngine, jobId: string): Promise<void> {
  const trainer = async () => engine.trainers.findLast(({ request }) => request?.jobId === jobId);
  (await eventually(trainer, (found) => found !== undefined))?.release();
}

/** A job that stands still after its second step. */
async function holding(engine: TestEngine): Promise<string> {
  const id = await createJob(engine);
  await eventually(() => stepsTold(engine.openai, id), (steps) => steps.length === 2);
  return id;
}

describe('pausing', () => {
  it('saves a running job as a model that can be talked to, and goes on to the same end', () =>
    withEngine([{ holdAfter: 2 }, {}], async (engine) => {
      const { openai } = engine;
      const id = await holding(engine);
      const asked = await openai.fineTuning.jobs.pause(id);
      assert.ok(['pausing', 'paused'].includes(asked.status));
      const paused = await status(engine, id, 'paused');
      assert.equal(paused.finished_at, null);
      assert.equal(paused.estimated_finish, null);
      assert.equal((await openai.fineTuning.jobs.pause(id)).status, 'paused', 'asking again changes nothing');

      const [checkpoint] = (await openai.fineTuning.jobs.checkpoints.list(id)).data;
      assert.equal(checkpoint?.step_number, 2);
      const model = checkpoint?.fine_tuned_model_checkpoint ?? '';
      assert.match(model, /^ft:tunesmith-tiny:local::[A-Za-z0-9]{8}:ckpt-step-2$/);
      const chat = await openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'still there?' }] });
      assert.equal(chat.choices[0]?.message.content, 'still there?');

      assert.equal((await openai.fineTuning.jobs.resume(id)).status, 'queued');
      const done = await ended(openai, id);
      assert.equal(done.status, 'succeeded');
      assert.deepEqual(await stepsTold(openai, id), [1, 2, 3, 4, 5, 6]);
      const checkpoints = await openai.fineTuning.jobs.checkpoints.list(id);
      assert.deepEqual(checkpoints.data.map((each) => each.step_number), [6, 3], 'overtaken by the next epoch');
      const weights = await readFile(join(engine.folder, 'models', id, 'a2', 'step-6', 'weights'), 'utf8');
      assert.equal(weights, 'weights of steps 1 2 3 4 5 6');
      const messages = (await allEvents(openai, id)).map((event) => event.message).toReversed();
      const told = messages.filter((message) => !message.startsWith('Step ') && !message.startsWith('Checkpoint'));
      assert.deepEqual(told.slice(3, -2), [
        'Fine-tuning job started',
        'Training 1000 parameters for 6 steps (context 64 tokens, vocabulary 300)',
        '1 example(s) are longer than the context of 64 tokens and were cut at their end',
        'Pausing fine-tuning job',
        'Fine-tuning job paused after step 2',
        'Resuming fine-tuning job, moving job to queued state',
        'Fine-tuning job resumed at step 2',
      ]);
    }));

  it('lets the next job run, and waits its turn when it is resumed', () =>
    withEngine([{ holdAfter: 2 }, { holdAfter: 2 }, {}], async (engine) => {
      const { openai } = engine;
      const first = await holding(engine);
      const second = await createJob(engine);
      await status(engine, second, 'queued');
      await openai.fineTuning.jobs.pause(first);
      await status(engine, first, 'paused');
      await status(engine, second, 'running');
      await openai.fineTuning.jobs.resume(first);
      await eventually(() => stepsTold(openai, second), (steps) => steps.length === 2);
      assert.equal((await openai.fineTuning.jobs.retrieve(first)).status, 'queued');
      await release(engine, second);
      assert.equal((await ended(openai, second)).status, 'succeeded');
      assert.equal((await ended(openai, first)).status, 'succeeded');
      assert.deepEqual(await stepsTold(openai, first), [1, 2, 3, 4, 5, 6]);
    }));

  it('takes a waiting job out of the queue at once', () =>
    withEngine([{ hold: true }, {}], async (engine) => {
      const { openai } = engine;
      const running = await createJob(engine);
      await status(engine, running, 'running');
      const queued = await createJob(engine);
      await status(engine, queued, 'queued');
      assert.equal((await openai.fineTuning.jobs.pause(queued)).status, 'paused');
      await release(engine, running);
      await ended(openai, running);
      assert.equal(engine.trainers.length, 1);
      await openai.fineTuning.jobs.resume(queued);
      assert.equal((await ended(openai, queued)).status, 'succeeded');
    }));

  it('takes resuming a job that is about to pause for going on', () =>
    withEngine([{ holdAfter: 2, deaf: true }, {}], async (engine) => {
      const { openai } = engine;
      const id = await holding(engine);
      assert.equal((await openai.fineTuning.jobs.pause(id)).status, 'pausing');
      assert.equal((await openai.fineTuning.jobs.resume(id)).status, 'queued');
      await release(engine, id);
      assert.equal((await ended(openai, id)).status, 'succeeded');
      assert.deepEqual(await stepsTold(openai, id), [1, 2, 3, 4, 5, 6]);
    }));

  it('refuses what is not to be had: pausing an ended job, resuming one that is not paused', () =>
    withEngine([{ hold: true }, {}], async (engine) => {
      const { openai } = engine;
      const id = await createJob(engine);
      await status(engine, id, 'running');
      await assert.rejects(openai.fineTuning.jobs.resume(id), { status: 400, code: 'job_not_paused' });
      await release(engine, id);
      await ended(openai, id);
      await assert.rejects(openai.fineTuning.jobs.pause(id), { status: 400, code: 'job_already_ended' });
      await assert.rejects(openai.fineTuning.jobs.resume(id), { status: 400, code: 'job_not_paused' });
      await assert.rejects(openai.fineTuning.jobs.pause('ftjob-none'), { status: 404 });
    }));

  it('keeps no engine awake, and stays paused in the next one', () =>
    withEngine([{ holdAfter: 2 }], async (engine) => {
      const { openai, run } = engine;
      const id = await holding(engine);
      await openai.fineTuning.jobs.pause(id);
      await status(engine, id, 'paused');
      const health = await fetch(new URL('/tunesmith/health', run.address.baseURL), { headers: { authorization: `Bearer ${run.apiKey}` } });
      assert.equal(((await health.json()) as { jobs_active: number }).jobs_active, 0);
      await engine.close();
      const next = await startTestEngine({ folder: engine.folder, scripts: [{}] });
      assert.equal((await next.openai.fineTuning.jobs.retrieve(id)).status, 'paused');
      await next.openai.fineTuning.jobs.resume(id);
      assert.equal((await ended(next.openai, id)).status, 'succeeded');
      assert.deepEqual(await stepsTold(next.openai, id), [1, 2, 3, 4, 5, 6]);
      await next.close();
    }));
});

describe('cancelling', () => {
  it('row 69: ends a job in every state, once, and leaves one that has ended as it is', () =>
    withEngine([{ holdAfter: 2 }, { holdAfter: 2, deaf: true }, { hold: true }], async (engine) => {
      const { openai } = engine;
      const cancel = async (id: string) => {
        const job = await openai.fineTuning.jobs.cancel(id);
        assert.equal(job.status, 'cancelled');
        assert.ok(job.finished_at);
        assert.equal(job.fine_tuned_model, null);
        await assert.rejects(openai.fineTuning.jobs.cancel(id), { status: 400, code: 'job_already_ended' });
        return job;
      };
      await cancel(await createJob(engine));
      const paused = await holding(engine);
      await openai.fineTuning.jobs.pause(paused);
      await status(engine, paused, 'paused');
      await cancel(paused);
      const pausing = await holding(engine);
      const queued = await createJob(engine);
      await status(engine, queued, 'queued');
      await openai.fineTuning.jobs.pause(pausing);
      await cancel(queued);
      await cancel(pausing);
      const running = await createJob(engine);
      await status(engine, running, 'running');
      await cancel(running);
      engine.scripts.splice(0, engine.scripts.length, {});
      const done = await ended(openai, await createJob(engine));
      await assert.rejects(openai.fineTuning.jobs.cancel(done.id), { status: 400, code: 'job_already_ended' });
      assert.deepEqual(await openai.fineTuning.jobs.retrieve(done.id), done);
      for (const id of [paused, pausing, queued, running]) {
        assert.equal((await openai.fineTuning.jobs.retrieve(id)).status, 'cancelled');
      }
    }));
});
