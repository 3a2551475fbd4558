import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chatLines } from '../../support/chatLines.ts';
import { allEvents, ended, eventually, startTestEngine, stepsTold, upload, type TestEngine, type TrainerScript } from './serverFixture.ts';

const sixSteps = [1, 2, 3, 4, 5, 6];

/** An engine whose only job stands still after the step of `script.holdAfter`, and that job. */
async function holdingEngine(script: TrainerScript & { readonly holdAfter: number }): Promise<{ engine: TestEngine; id: string }> {
  const engine = await startTestEngine({ scripts: [script] });
  const file = await upload(engine.openai, chatLines(10));
  const { id } = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
  await eventually(() => stepsTold(engine.openai, id), (steps) => steps.length === script.holdAfter);
  return { engine, id };
}

/** Kills the engine of `script` where it stands, lets `change` spoil its folder, and ends its job in the next. */
async function finishAfterKill(
  script: TrainerScript & { readonly holdAfter: number },
  change: (folder: string, id: string) => Promise<void> = async () => undefined,
  next: TrainerScript = {},
) {
  const { engine, id } = await holdingEngine(script);
  const seen = await allEvents(engine.openai, id);
  const folder = await engine.kill();
  await change(folder, id);
  const second = await startTestEngine({ folder, scripts: [next] });
  try {
    const job = await ended(second.openai, id);
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error));
    const events = await allEvents(second.openai, id);
    for (const event of seen) {
      assert.deepEqual(events.find(({ id: other }) => other === event.id), event, 'what was told once stays true');
    }
    assert.deepEqual(await stepsTold(second.openai, id), sixSteps, 'every step once');
    const checkpoints = (await second.openai.fineTuning.jobs.checkpoints.list(id)).data.map((each) => each.step_number);
    assert.deepEqual(checkpoints, [6, 3]);
    const csv = await (await second.openai.files.content(job.result_files[0] ?? '')).text();
    assert.equal(csv.trimEnd().split('\n').length, 7);
    // The space is freed after the job is told to have ended.
    const folders = await eventually(() => readdir(join(folder, 'models', id), { recursive: true }), (names) => !names.some((name) => /state/.test(name)));
    const attempts = second.trainers.map(({ request }) => request?.resumeFrom ?? null);
    const weights = await readFile(join(folder, 'models', id, folders.find((name) => /^a[2-9].step-6.weights$/.test(name)) ?? ''), 'utf8');
    assert.equal(weights, 'weights of steps 1 2 3 4 5 6');
    const warnings = events.filter((event) => event.level === 'warn' && !event.message.includes('context')).map((event) => event.message).toReversed();
    return { warnings, attempts, messages: events.map((event) => event.message).toReversed() };
  } finally {
    await second.remove();
  }
}

describe('a job after the engine was killed', () => {
  it('goes on from the last saved state, and tells every step once', async () => {
    const { warnings, attempts, messages } = await finishAfterKill({ saveEvery: 2, holdAfter: 5 });
    assert.deepEqual(warnings, ['The engine ended while this job was running; training resumes at step 4']);
    assert.match(attempts[0] ?? '', /[/\\]a1[/\\]state-4$/);
    assert.equal(messages.filter((message) => message.startsWith('Training 1000 parameters')).length, 1);
    assert.ok(messages.includes('Fine-tuning job resumed at step 4'));
  });

  it('begins again from the start if nothing was saved, without telling anything twice', async () => {
    const { warnings, attempts } = await finishAfterKill({ holdAfter: 4 });
    assert.deepEqual(warnings, ['The engine ended while this job was running; nothing was saved yet, so training begins again from the start']);
    assert.deepEqual(attempts, [null]);
  });

  it('begins again from the start if what was saved is gone or damaged', async () => {
    const state = (folder: string, id: string) => join(folder, 'models', id, 'a1', 'state-4');
    const gone = await finishAfterKill({ saveEvery: 2, holdAfter: 5 }, (folder, id) => rm(state(folder, id), { recursive: true }));
    assert.deepEqual(gone.warnings.at(-1), 'What was saved at step 4 is no longer there; training begins again from the start');
    const broken = await finishAfterKill({ saveEvery: 2, holdAfter: 5 }, (folder, id) => writeFile(join(state(folder, id), 'steps'), '{'));
    assert.deepEqual(broken.warnings.at(-1), 'What was saved at step 4 was damaged on the disk; training begins again from the start');
    assert.deepEqual(broken.attempts, [null]);
  });

  it('row 70: goes on from the earlier state when the kill left a half-written checkpoint and state', async () => {
    const { warnings } = await finishAfterKill({ saveEvery: 2, holdAfter: 5 }, async (folder, id) => {
      const folders = join(folder, 'models', id, 'a1');
      await writeFile(join(folders, '.step-6.tmp'), 'half');
      await writeFile(join(folders, 'state-6'), 'half');
    });
    assert.deepEqual(warnings, ['The engine ended while this job was running; training resumes at step 4']);
  });

  it('is paused if it was about to be', async () => {
    const { engine, id } = await holdingEngine({ saveEvery: 1, holdAfter: 2, deaf: true });
    await engine.openai.fineTuning.jobs.pause(id);
    const folder = await engine.kill();
    const second = await startTestEngine({ folder });
    try {
      assert.equal((await second.openai.fineTuning.jobs.retrieve(id)).status, 'paused');
      await second.openai.fineTuning.jobs.resume(id);
      assert.equal((await ended(second.openai, id)).status, 'succeeded');
      assert.deepEqual(await stepsTold(second.openai, id), sixSteps);
    } finally {
      await second.remove();
    }
  });

  it('keeps one saved state, and frees the space of the earlier ones', async () => {
    const { engine, id } = await holdingEngine({ saveEvery: 1, holdAfter: 5 });
    try {
      await eventually(
        () => readdir(join(engine.folder, 'models', id, 'a1')),
        (names) => names.filter((name) => name.startsWith('state-')).join() === 'state-4',
      );
    } finally {
      await engine.remove();
    }
  });
});

describe('an engine that ends while a job runs', () => {
  it('waits at most five seconds for a trainer that does not listen, and loses only what was not saved', async () => {
    const { engine, id } = await holdingEngine({ saveEvery: 1, holdAfter: 4, deaf: true });
    await engine.close();
    const second = await startTestEngine({ folder: engine.folder });
    try {
      assert.equal((await ended(second.openai, id)).status, 'succeeded');
      assert.match(second.trainers[0]?.request?.resumeFrom ?? '', /state-3$/);
      assert.deepEqual(await stepsTold(second.openai, id), sixSteps);
    } finally {
      await second.remove();
    }
  });

  it('row 77: is replaced by a newer version while two clients look on, and both see one truth', async () => {
    const { engine, id } = await holdingEngine({ holdAfter: 4 });
    const { run } = engine;
    await fetch(new URL('/tunesmith/shutdown', run.address.baseURL), { method: 'POST', headers: { authorization: `Bearer ${run.apiKey}` } });
    await run.closed;
    const second = await startTestEngine({ folder: engine.folder, version: '1.2.4' });
    try {
      // The address and the key of before are still good.
      await ended(engine.openai, id);
      const views = await Promise.all([engine.openai, second.openai].map(async (openai) => [await openai.fineTuning.jobs.retrieve(id), await allEvents(openai, id)]));
      assert.deepEqual(views[0], views[1]);
      assert.deepEqual(await stepsTold(engine.openai, id), sixSteps);
    } finally {
      await second.remove();
    }
  });
});
