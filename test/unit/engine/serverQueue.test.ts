import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type OpenAI from 'openai';
import type { RunOptions } from '../../../src/engine/run.ts';
import { workerThread } from '../../../src/engine/server/thread.ts';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { ended, eventually, startTestEngine, stepsTold, upload, type TestEngine, type TrainerScript } from './serverFixture.ts';

type EngineOptions = Partial<RunOptions> & { readonly scripts?: TrainerScript[] };

async function withEngine(options: EngineOptions, test: (engine: TestEngine) => Promise<void>): Promise<void> {
  const engine = await startTestEngine(options);
  try {
    await test(engine);
  } finally {
    await engine.remove();
  }
}

type JobRequest = Partial<OpenAI.FineTuning.JobCreateParams>;

async function createJob({ openai }: TestEngine, fields: JobRequest = {}, lines = chatLines(10)): Promise<string> {
  const file = fields.training_file ?? (await upload(openai, lines)).id;
  return (await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', ...fields, training_file: file })).id;
}

async function failure(engine: TestEngine, jobId: string): Promise<string> {
  const job = await ended(engine.openai, jobId);
  assert.equal(job.status, 'failed');
  assert.equal(job.fine_tuned_model, null);
  const models = (await engine.openai.models.list()).data.filter(({ id }) => id.startsWith('ft:'));
  assert.deepEqual(models, [], 'no model of a job that failed');
  return job.error?.message ?? '';
}

describe('jobs and training', () => {
  it('row 71: a run that cannot become good fails with its reason, and leaves no model', () =>
    withEngine({}, async (engine) => {
      const diverged = { code: 'training_diverged', message: 'The training loss became NaN at step 1.' };
      engine.scripts.splice(0, 1, { epochs: 1, stepsPerEpoch: 2, crashAfter: 1 }, { failAfter: 1, failWith: diverged }, {});
      assert.match(await failure(engine, await createJob(engine)), /training thread stopped/);
      assert.equal(await failure(engine, await createJob(engine)), diverged.message);
      const empty = (await upload(engine.openai, [''])).id;
      assert.match(await failure(engine, await createJob(engine, { validation_file: empty })), /Validation file has 0 example\(s\)/);
    }));

  it('row 72: a thread that throws, exits or runs out of memory, its own or that of WebAssembly, fails its job, and the engine goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-threads-'));
    try {
      const programs = [
        ["throw new Error('it threw')", /it threw/],
        ['process.exit(3)', /code 3/],
        ['new WebAssembly.Memory({ initial: 65536, maximum: 65536 }).grow(1)', /WebAssembly\.Memory/],
        ["const all = []; for (;;) all.push('x'.repeat(1000) + all.length)", /memory limit/],
      ] as const;
      const paths = await Promise.all(
        programs.map(async ([text], index) => {
          const path = join(folder, `thread${index}.cjs`);
          await writeFile(path, `require('node:worker_threads').parentPort.once('message', () => { ${text} })`);
          return path;
        }),
      );
      let started = 0;
      const startTrainer: RunOptions['startTrainer'] = () => {
        started += 1;
        const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 };
        return workerThread<never, never>(paths[started - 1] ?? '', { resourceLimits: limits })();
      };
      await withEngine({ startTrainer }, async (engine) => {
        for (const [, reason] of programs) {
          assert.match(await failure(engine, await createJob(engine)), reason);
        }
        assert.equal((await engine.openai.models.list()).data[0]?.id, 'tunesmith-tiny');
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('row 99: a program of its threads that is missing is named with what to do, by a job and by a chat', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tunesmith-threads-'));
    try {
      const startTrainer: RunOptions['startTrainer'] = workerThread(join(folder, 'trainerThread.js'));
      const told = /trainerThread\.js or one that it needs, is missing; a virus scanner may have removed it\. Install Tunesmith again/;
      await withEngine({ startTrainer }, async (engine) => {
        assert.match(await failure(engine, await createJob(engine)), told);
      });
      const startGenerator: RunOptions['startGenerator'] = workerThread(join(folder, 'generatorThread.js'));
      await withEngine({ startGenerator }, async (engine) => {
        const model = (await ended(engine.openai, await createJob(engine))).fine_tuned_model ?? '';
        const asking = engine.openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] });
        await assert.rejects(asking, { status: 500, code: 'generator_stopped', message: /generatorThread\.js.*Install Tunesmith again/ });
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('row 73: hyperparameters out of range are refused, naming the field', () =>
    withEngine({}, async (engine) => {
      const training_file = (await upload(engine.openai, chatLines(10))).id;
      const bad = [
        ...[0, -1, 1e6].map((n_epochs) => ({ n_epochs })),
        ...[0, -1, 1e6].map((batch_size) => ({ batch_size })),
        ...[0, -1, 1e30].map((learning_rate_multiplier) => ({ learning_rate_multiplier })),
      ];
      for (const hyperparameters of bad) {
        const param = `method.supervised.hyperparameters.${Object.keys(hyperparameters)[0]}`;
        const method = { type: 'supervised', supervised: { hyperparameters } } as const;
        await assert.rejects(createJob(engine, { training_file, method }), { status: 400, param }, JSON.stringify(hyperparameters));
      }
      assert.equal((await engine.openai.fineTuning.jobs.list()).data.length, 0);
    }));

  it("row 74: a suffix that would break a model's name is refused; the same one twice makes two names", () =>
    withEngine({}, async (engine) => {
      const training_file = (await upload(engine.openai, chatLines(10))).id;
      for (const suffix of ['a/b', 'a:b', '😀', 'x'.repeat(65), '', '..', 'a\nb']) {
        await assert.rejects(createJob(engine, { training_file, suffix }), { status: 400, param: 'suffix' }, suffix);
      }
      const twins = [await createJob(engine, { training_file, suffix: 'same' }), await createJob(engine, { training_file, suffix: 'same' })];
      const names = await Promise.all(twins.map(async (id) => (await ended(engine.openai, id)).fine_tuned_model ?? ''));
      assert.notEqual(names[0], names[1]);
      for (const name of names) {
        assert.match(name, /^ft:tunesmith-tiny:local:same:[A-Za-z0-9]{8}$/);
      }
    }));

  it('row 75: takes 1,000 jobs, and one more when there is room; each is still there after a restart', () =>
    withEngine({ scripts: [{ hold: true }] }, async (engine) => {
      const training_file = (await upload(engine.openai, chatLines(10))).id;
      const ids: string[] = [];
      while (ids.length < 1_000) {
        ids.push(...(await Promise.all(Array.from({ length: 25 }, () => createJob(engine, { training_file })))));
      }
      await assert.rejects(createJob(engine, { training_file }), { status: 429 });
      await engine.openai.fineTuning.jobs.cancel(ids[0] ?? '');
      ids.push(await createJob(engine, { training_file }));
      const listed: string[] = [];
      for await (const job of engine.openai.fineTuning.jobs.list({ limit: 100 })) listed.push(job.id);
      assert.deepEqual(listed.toSorted(), ids.toSorted());
      await engine.close();
      const next = await startTestEngine({ folder: engine.folder, scripts: [{ hold: true }] });
      const again: string[] = [];
      for await (const job of next.openai.fineTuning.jobs.list({ limit: 100 })) again.push(job.id);
      assert.deepEqual(again, listed);
      await next.close();
    }));

  it('row 75: a model that a job needs cannot be deleted, and a file that it needs stays readable for it', () =>
    withEngine({ scripts: [{}, { hold: true }, {}] }, async (engine) => {
      const { openai } = engine;
      const first = await ended(openai, await createJob(engine));
      const model = first.fine_tuned_model ?? '';
      const training_file = (await upload(openai, chatLines(10))).id;
      const running = await createJob(engine, { training_file, model });
      const queued = await createJob(engine, { training_file, model });
      await eventually(() => openai.fineTuning.jobs.retrieve(queued), ({ status }) => status === 'queued');
      await assert.rejects(openai.models.delete(model), { status: 409, code: 'model_in_use' });
      await openai.files.delete(training_file);
      await eventually(async () => engine.trainers[1], (trainer) => trainer !== undefined);
      engine.trainers[1]?.release();
      assert.equal((await ended(openai, running)).status, 'succeeded');
      assert.equal((await ended(openai, queued)).status, 'succeeded');
      assert.equal((await openai.models.delete(model)).deleted, true);
    }));

  it('row 76: a night asleep in the middle of a job leaves no estimate in the past, and no order upset', () => {
    let asleep = 0;
    const now = (): number => Math.floor(Date.now() / 1000) + asleep;
    return withEngine({ now, idleSeconds: 60, scripts: [{ holdAfter: 3 }, {}] }, async (engine) => {
      const { openai } = engine;
      const first = await createJob(engine);
      await eventually(() => stepsTold(openai, first), (steps) => steps.length === 3);
      asleep = 8 * 3600;
      const { estimated_finish: finish, status } = await openai.fineTuning.jobs.retrieve(first);
      assert.equal(status, 'running');
      assert.ok(finish !== null && finish !== undefined && finish >= now() && finish <= now() + 100, String(finish));
      engine.trainers[0]?.release();
      const done = await ended(openai, first);
      assert.equal(done.status, 'succeeded');
      assert.ok((done.finished_at ?? 0) >= done.created_at + asleep);
      assert.deepEqual(await stepsTold(openai, first), [1, 2, 3, 4, 5, 6]);
      asleep = -10 * 365 * 86_400;
      const second = await createJob(engine);
      assert.equal((await ended(openai, second)).status, 'succeeded');
      assert.deepEqual((await openai.fineTuning.jobs.list()).data.map(({ id }) => id), [second, first]);
    });
  });

  it('row 78: the estimate follows a machine that becomes ten times slower', () =>
    withEngine({ scripts: [{ holdAfter: 3, secondsLeft: (step) => (step < 3 ? 100 : 1_000) }] }, async (engine) => {
      const { openai } = engine;
      const id = await createJob(engine, {}, [...chatLines(9), chatLine()]);
      const finish = await eventually(
        async () => ((await openai.fineTuning.jobs.retrieve(id)).estimated_finish ?? 0) - Date.now() / 1000,
        (seconds) => seconds > 900,
      );
      assert.ok(finish <= 1_001, String(finish));
      engine.trainers[0]?.release();
      assert.equal((await ended(openai, id)).estimated_finish, null);
    }));
});
