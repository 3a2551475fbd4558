import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chatLine, chatLines } from '../../support/chatLines.ts';
import { allEvents, ended, eventually, startTestEngine, upload, type TestEngine } from './serverFixture.ts';

describe('a job from upload to result', () => {
  let engine: TestEngine;
  before(async () => {
    engine = await startTestEngine({ scripts: [{ epochs: 5 }] });
  });
  after(() => engine.remove());

  it('tells every field, replaces auto by numbers and keeps the last three checkpoints', async () => {
    const { openai } = engine;
    const training = await upload(openai, chatLines(12));
    const validation = await upload(openai, chatLines(2), 'valid.jsonl');
    assert.equal(training.filename, 'train.jsonl');
    assert.match(training.id, /^file-[A-Za-z0-9]{22}$/);
    const created = await openai.fineTuning.jobs.create({
      model: 'tunesmith-tiny',
      training_file: training.id,
      validation_file: validation.id,
      suffix: 'my_data-1',
      seed: 7,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 5 } } },
      metadata: { team: 'a' },
    });
    assert.match(created.id, /^ftjob-[A-Za-z0-9]{24}$/);
    assert.equal(created.status, 'validating_files');
    assert.equal(created.seed, 7);
    assert.deepEqual(created.hyperparameters, { n_epochs: 5, batch_size: 'auto', learning_rate_multiplier: 'auto' });
    const job = await ended(openai, created.id);
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error));
    assert.deepEqual(job.hyperparameters, { n_epochs: 5, batch_size: 4, learning_rate_multiplier: 1 });
    assert.deepEqual(job.method?.supervised?.hyperparameters, job.hyperparameters);
    assert.equal(job.trained_tokens, 1234);
    assert.equal(job.estimated_finish, null);
    assert.match(job.fine_tuned_model ?? '', /^ft:tunesmith-tiny:local:my_data-1:[A-Za-z0-9]{8}$/);
    assert.deepEqual(Object.keys(job).toSorted(), [
      'created_at', 'error', 'estimated_finish', 'fine_tuned_model', 'finished_at', 'hyperparameters', 'id', 'integrations',
      'metadata', 'method', 'model', 'object', 'organization_id', 'result_files', 'seed', 'status', 'trained_tokens',
      'training_file', 'user_provided_suffix', 'validation_file',
    ]);

    const request = engine.trainers.at(-1)?.request;
    assert.equal(request?.seed, 7);
    assert.equal(request?.threads, 2);
    assert.deepEqual(request?.hyperparameters, { nEpochs: 5, batchSize: 'auto', learningRateMultiplier: 'auto' });

    const checkpoints = await openai.fineTuning.jobs.checkpoints.list(created.id);
    assert.deepEqual(checkpoints.data.map((checkpoint) => checkpoint.step_number), [15, 12, 9]);
    assert.equal(checkpoints.data[0]?.fine_tuned_model_checkpoint, `${job.fine_tuned_model}:ckpt-step-15`);
    assert.match(checkpoints.data[0]?.id ?? '', /^ftckpt_[A-Za-z0-9]{24}$/);
    assert.deepEqual(await readdir(join(engine.folder, 'models', created.id, 'a1')), ['step-12', 'step-15', 'step-9']);

    const events = await allEvents(openai, created.id);
    assert.equal(new Set(events.map((event) => event.id)).size, events.length, 'paging repeats and skips nothing');
    const messages = events.map((event) => event.message).toReversed();
    assert.deepEqual(messages.slice(0, 4), [
      `Created fine-tuning job: ${created.id}`,
      `Validating training file: ${training.id} and validation file: ${validation.id}`,
      'Files validated, moving job to queued state',
      'Fine-tuning job started',
    ]);
    assert.ok(messages.includes('Checkpoint created at step 15'));
    assert.deepEqual(messages.slice(-2), [`New fine-tuned model created: ${job.fine_tuned_model}`, 'The job has successfully completed']);
    const metrics = events.filter((event) => event.type === 'metrics').toReversed();
    assert.equal(metrics.length, 15);
    assert.equal(metrics[2]?.message, 'Step 3/15: training loss=1.00, validation loss=1.33, full validation loss=1.67');
    assert.equal((metrics[0]?.data as { total_steps: number } | undefined)?.total_steps, 15);

    const result = await openai.files.retrieve(job.result_files[0] ?? '');
    assert.equal(result.purpose, 'fine-tune-results');
    const csv = (await (await openai.files.content(result.id)).text()).split('\n');
    assert.equal(csv[0], 'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy');
    assert.equal(csv[3], '3,1,0.66667,1.33333,0.5');
    assert.equal(csv.length, 17);
  });

  it('makes tuned models and checkpoints usable, deletable and trainable again', async () => {
    const { openai } = engine;
    const training = await upload(openai, chatLines(10));
    const first = await ended(openai, (await openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: training.id })).id);
    assert.match(first.fine_tuned_model ?? '', /^ft:tunesmith-tiny:local::[A-Za-z0-9]{8}$/);
    const checkpoint = `${first.fine_tuned_model}:ckpt-step-12`;
    assert.equal((await openai.models.retrieve(checkpoint)).id, checkpoint);
    const again = await openai.fineTuning.jobs.create({ model: checkpoint, training_file: training.id });
    const second = await ended(openai, again.id);
    assert.equal(second.status, 'succeeded');
    assert.equal(second.model, checkpoint);
    assert.equal(engine.trainers.at(-1)?.request?.baseModelDirectory, join(engine.folder, 'models', first.id, 'a1', 'step-12'));
    assert.deepEqual(await openai.models.delete(checkpoint), { id: checkpoint, object: 'model', deleted: true });
    await assert.rejects(openai.models.retrieve(checkpoint), { status: 404, code: 'model_not_found' });
    assert.ok(!(await readdir(join(engine.folder, 'models', first.id, 'a1'))).includes('step-12'), 'its space is free again');
    const ids = (await openai.models.list()).data.map((model) => model.id);
    assert.ok(ids.includes('tunesmith-tiny') && ids.includes(second.fine_tuned_model ?? '') && !ids.includes(checkpoint));
    await assert.rejects(openai.models.delete('tunesmith-tiny'), { status: 403 });
  });
});

describe('jobs that do not succeed', () => {
  let engine: TestEngine;
  before(async () => {
    engine = await startTestEngine();
  });
  after(() => engine.remove());

  const tuneLines = async (lines: readonly string[], validation?: readonly string[]) => {
    const { openai } = engine;
    const training = await upload(openai, lines);
    const valid = validation === undefined ? undefined : await upload(openai, validation, 'v.jsonl');
    const job = await openai.fineTuning.jobs.create({
      model: 'tunesmith-tiny',
      training_file: training.id,
      ...(valid === undefined ? {} : { validation_file: valid.id }),
    });
    return ended(openai, job.id);
  };

  const nine = chatLines(9);
  const refused: readonly (readonly [string, readonly string[], string, string])[] = [
    ['too few examples', chatLines(3), 'invalid_n_examples', 'Training file has 3 example(s), but must have at least 10 examples'],
    ['bad JSON', [...nine, '{"messages": ['], 'invalid_training_file', 'Example 10 cannot be parsed'],
    ['no role', [...nine, '{"messages": [{"content": "x"}, {"role": "assistant", "content": "y"}]}'], 'invalid_training_file', "Example 10, message 1 Discriminator 'role' is missing in value"],
    ['extra key', [chatLine().replace(/\}$/, ', "weight": 1}'), ...nine], 'invalid_file_format', 'Example 1 contains an extra "weight".'],
    ['preferences', [...nine, '{"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []}'], 'invalid_training_file', "is in the fine-tune-preference format, but the specified fine-tuning job is not using 'dpo'"],
    ['unknown role', [...nine, '{"messages": [{"role": "robot", "content": "x"}, {"role": "assistant", "content": "y"}]}'], 'invalid_training_file', "Example 10, message 1 Input tag 'robot' found using 'role'"],
    ['plain strings for parts', [...nine, '{"messages": [{"role": "user", "content": ["x"]}, {"role": "assistant", "content": "y"}]}'], 'invalid_training_file', "'str' object has no attribute 'get'"],
    ['something else from the start', ['{"text": "x"}', ...nine], 'invalid_training_file', 'Unexpected file format, expected either prompt/completion pairs or chat messages.'],
    ['no messages', [...nine, '{"text": "x"}'], 'invalid_training_file', "is missing key 'messages'"],
    ['no answer', [...nine, '{"messages": [{"role": "user", "content": "x"}]}'], 'invalid_training_file', 'at least one message from the assistant'],
  ];
  for (const [name, lines, code, message] of refused) {
    it(`refuses a file with ${name}`, async () => {
      const job = await tuneLines(lines);
      assert.equal(job.status, 'failed');
      assert.equal(job.error?.code, code);
      assert.ok(job.error?.message.includes(message), job.error?.message);
      assert.equal(job.error?.param, 'training_file');
      assert.equal(job.fine_tuned_model, null);
      const [event] = (await engine.openai.fineTuning.jobs.listEvents(job.id)).data;
      assert.equal(event?.level, 'error');
    });
  }

  it('names the validation file when that one is wrong', async () => {
    const job = await tuneLines(chatLines(10), ['[]']);
    assert.equal(job.error?.code, 'invalid_validation_file');
    assert.equal(job.error?.param, 'validation_file');
  });

  it('skips blank lines and a byte-order mark', async () => {
    const [first, ...rest] = chatLines(10);
    const job = await tuneLines([`\uFEFF${first}`, '', ...rest, '  ']);
    assert.equal(job.status, 'succeeded');
  });

  it('fails with a readable reason when the thread crashes, and goes on with the next job', async () => {
    engine.scripts.splice(0, engine.scripts.length, { crashAfter: 2 }, {});
    const job = await tuneLines(chatLines(10));
    assert.equal(job.status, 'failed');
    assert.equal(job.error?.code, 'server_error');
    assert.match(job.error?.message ?? '', /training thread stopped \(out of memory\)/);
    assert.ok(job.finished_at);
    assert.equal((await tuneLines(chatLines(10))).status, 'succeeded');
  });

  it('passes on what the trainer says', async () => {
    engine.scripts.splice(0, engine.scripts.length, { failWith: { code: 'invalid_training_file', message: 'Nothing to learn.' } }, {});
    const job = await tuneLines(chatLines(10));
    assert.deepEqual(job.error, { code: 'invalid_training_file', message: 'Nothing to learn.', param: null });
  });
});

describe('cancelling', () => {
  it('ends a running and a queued job at once, in any state only once, and lets the next one run', async () => {
    const engine = await startTestEngine({ scripts: [{ hold: true, deaf: true }, { hold: true }, {}] });
    try {
      const { openai } = engine;
      const file = await upload(openai, chatLines(10));
      const create = () => openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
      const running = await create();
      const queued = await create();
      const last = await create();
      await eventually(() => openai.fineTuning.jobs.retrieve(running.id), (job) => job.status === 'running');
      await eventually(() => openai.fineTuning.jobs.retrieve(last.id), (job) => job.status === 'queued');
      assert.equal((await openai.fineTuning.jobs.cancel(queued.id)).status, 'cancelled');
      const cancelled = await openai.fineTuning.jobs.cancel(running.id);
      assert.equal(cancelled.status, 'cancelled');
      assert.ok(cancelled.finished_at);
      await assert.rejects(openai.fineTuning.jobs.cancel(running.id), { status: 400 });
      await eventually(async () => engine.trainers.length, (count) => count === 2);
      assert.equal(engine.trainers[0]?.terminated, true, 'a thread that does not listen is ended');
      assert.equal(engine.trainers[1]?.request?.jobId, last.id, 'the queued one is skipped');
      assert.equal((await openai.fineTuning.jobs.retrieve(running.id)).status, 'cancelled');
      await openai.fineTuning.jobs.cancel(last.id);
      const [event] = (await openai.fineTuning.jobs.listEvents(last.id)).data;
      assert.equal(event?.message, 'Fine tuning process stopping due to job cancellation');
      assert.equal(event?.level, 'warn');
    } finally {
      await engine.remove();
    }
  });
});

describe('a restart', () => {
  it('keeps port, token and everything acknowledged, and goes on with a job from where it was saved', async () => {
    const first = await startTestEngine({ scripts: [{ holdAfter: 2 }] });
    const file = await upload(first.openai, chatLines(10));
    const job = await first.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id });
    await eventually(() => allEvents(first.openai, job.id), (events) => events[0]?.message.startsWith('Step 2/') ?? false);
    // Deleted, but the job still needs its bytes.
    await first.openai.files.delete(file.id);
    await first.close();

    const second = await startTestEngine({ folder: first.folder });
    try {
      assert.equal(second.run.address.baseURL, first.run.address.baseURL);
      assert.equal(second.run.apiKey, first.run.apiKey);
      const done = await ended(second.openai, job.id);
      assert.equal(done.status, 'succeeded', JSON.stringify(done.error));
      const messages = (await allEvents(second.openai, job.id)).map((event) => event.message);
      assert.ok(messages.includes('The engine ended while this job was running; training resumes at step 2'), messages.join('\n'));
      const checkpoints = await second.openai.fineTuning.jobs.checkpoints.list(job.id);
      assert.deepEqual(checkpoints.data.map((checkpoint) => checkpoint.step_number), [6, 3], 'no model that nobody asked for');
      const csv = await (await second.openai.files.content(done.result_files[0] ?? '')).text();
      assert.deepEqual(csv.trimEnd().split('\n').map((line) => line.split(',')[0]), ['step', '1', '2', '3', '4', '5', '6']);
      await eventually(() => readdir(join(second.folder, 'files')), (names) => !names.includes(file.id));
      await assert.rejects(second.openai.files.retrieve(file.id), { status: 404 });
    } finally {
      await second.remove();
    }
  });

  it('makes a new key when asked to', async () => {
    const first = await startTestEngine();
    await first.close();
    const second = await startTestEngine({ folder: first.folder, newKey: true });
    try {
      assert.notEqual(second.run.apiKey, first.run.apiKey);
      await assert.rejects(first.openai.models.list(), { status: 401 });
      assert.equal((await second.openai.models.list()).data[0]?.id, 'tunesmith-tiny');
    } finally {
      await second.remove();
    }
  });

  it('writes neither token nor content into its log', async () => {
    const engine = await startTestEngine();
    try {
      const secret = 'Zwiebelfisch';
      const file = await upload(engine.openai, chatLines(10).map((line) => line.replace('Answer', secret)), `${secret}.jsonl`);
      const job = await engine.openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: file.id, suffix: secret });
      const done = await ended(engine.openai, job.id);
      await engine.openai.chat.completions.create({ model: done.fine_tuned_model ?? '', messages: [{ role: 'user', content: secret }] });
      await assert.rejects(engine.openai.models.retrieve(secret));
      assert.ok(engine.log.some((line) => line.startsWith('POST /v1/chat/completions 200 ')));
      assert.ok(!engine.log.join('\n').includes(secret));
      assert.ok(!engine.log.join('\n').includes(engine.run.apiKey));
      const journal = await readFile(join(engine.folder, 'journal-1.log'), 'latin1');
      assert.ok(!journal.includes(engine.run.apiKey));
    } finally {
      await engine.remove();
    }
  });
});
