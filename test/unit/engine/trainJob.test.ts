import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { tunesmithTiny } from '../../../src/engine/model/config.ts';
import { loadModel } from '../../../src/engine/model/modelFolder.ts';
import { Cancelled, TrainingProblem } from '../../../src/engine/train/problem.ts';
import type { ReplicaStart } from '../../../src/engine/train/replicaThread.ts';
import { train } from '../../../src/engine/train/trainer.ts';
import type { TrainerEvent, TrainRequest } from '../../../src/protocol/training.ts';

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-train-'));
after(() => rm(folder, { recursive: true }));

const trainerProgram = new URL('../../../src/engine/trainerThread.ts', import.meta.url);

const small = { ...tunesmithTiny, width: 32, hidden: 64, layers: 1, contextLength: 64, vocabularySize: 320 };

type Message = { readonly role: string; readonly content: string; readonly weight?: number };

async function file(name: string, examples: readonly (readonly Message[])[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, examples.map((messages) => `${JSON.stringify({ messages })}\n`).join(''));
  return path;
}

const metals = ['iron', 'gold', 'zinc', 'lead', 'copper', 'silver', 'tin', 'nickel', 'cobalt', 'mercury'];
const lessons = metals.map((metal, index) => [
  { role: 'user', content: `metal number ${index}?` },
  { role: 'assistant', content: `${metal} it is` },
]);
const trainingPath = await file('train.jsonl', lessons);
const validationPath = await file('valid.jsonl', lessons.slice(0, 3).toReversed());

function request(name: string, changes: Partial<TrainRequest> = {}): TrainRequest {
  return {
    kind: 'train',
    jobId: 'job',
    trainingPath,
    validationPath: null,
    baseModelDirectory: null,
    hyperparameters: { nEpochs: 2, batchSize: 4, learningRateMultiplier: 'auto' },
    seed: 7,
    threads: 1,
    resumeFrom: null,
    outputDirectory: join(folder, name),
    ...changes,
  };
}

type RunOptions = {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainerEvent) => void;
  readonly isPausing?: () => boolean;
};

async function run(asked: TrainRequest, options: RunOptions = {}): Promise<TrainerEvent[]> {
  const { signal = new AbortController().signal, onEvent, isPausing = () => false } = options;
  const events: TrainerEvent[] = [];
  const emit = (event: TrainerEvent): void => {
    events.push(event);
    onEvent?.(event);
  };
  await train(asked, { emit, signal, isPausing, startReplica, base: small });
  return events;
}

function startReplica(start: ReplicaStart): Worker {
  return new Worker(trainerProgram, { workerData: start });
}

function kinds(events: readonly TrainerEvent[]): string {
  return events.map(({ kind }) => kind).join(' ');
}

function only<K extends TrainerEvent['kind']>(events: readonly TrainerEvent[], kind: K): Extract<TrainerEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<TrainerEvent, { kind: K }> => event.kind === kind);
}

/** The bytes of the tuned model's weights. */
async function weightsOf(events: readonly TrainerEvent[]): Promise<string> {
  const directory = only(events, 'succeeded')[0]?.directory ?? '';
  return (await readFile(join(directory, 'model.safetensors'))).toString('base64');
}

test('a job reports its start, each step, a checkpoint per epoch, and the tuned model', async () => {
  const events = await run(request('plain'));
  assert.equal(kinds(events), 'started step step step checkpoint step step step checkpoint succeeded');
  const [started] = only(events, 'started');
  assert.deepEqual(started?.hyperparameters, { nEpochs: 2, batchSize: 4, learningRateMultiplier: 1 });
  assert.equal(started?.totalSteps, 6);
  assert.equal(started?.stepsPerEpoch, 3);
  assert.equal(started?.contextLength, 64);
  assert.equal(started?.truncatedExamples, 0);
  const steps = only(events, 'step');
  assert.deepEqual(steps.map(({ metrics }) => metrics.step), [1, 2, 3, 4, 5, 6]);
  for (const { metrics } of steps) {
    assert.deepEqual(Object.keys(metrics), ['step', 'total_steps', 'train_loss', 'train_mean_token_accuracy']);
    assert.equal(metrics.total_steps, 6);
  }
  assert.equal(steps[0]?.secondsLeft, null);
  assert.equal(steps[5]?.secondsLeft, 0);
  const checkpoints = only(events, 'checkpoint');
  assert.deepEqual(checkpoints.map(({ step, epoch }) => [step, epoch]), [[3, 1], [6, 2]]);
  assert.deepEqual((await readdir(join(folder, 'plain'))).sort(), ['step-3', 'step-6']);
  const [done] = only(events, 'succeeded');
  assert.equal(done?.directory, join(folder, 'plain', 'step-6'));
  const model = await loadModel(done?.directory ?? '');
  assert.equal(model.config.turns, 1);
  // Tokens of all examples times epochs: role, text and end of each message.
  const tokens = lessons.flat().reduce((sum, { content }) => sum + 2 + model.vocabulary.encode(content).length, 0);
  assert.equal(done?.trainedTokens, 2 * tokens);
});

test('the same seed and files give the same weights, another seed others', async () => {
  const weights = await weightsOf(await run(request('seed-a')));
  assert.equal(await weightsOf(await run(request('seed-b'))), weights);
  assert.notEqual(await weightsOf(await run(request('seed-c', { seed: 8 }))), weights);
});

test('a validation file is measured at each step, and wholly at the end of each epoch', async () => {
  const events = await run(request('validated', { validationPath }));
  for (const { metrics } of only(events, 'step')) {
    assert.ok(Number.isFinite(metrics.valid_loss) && Number.isFinite(metrics.valid_mean_token_accuracy));
    assert.equal(Number.isFinite(metrics.full_valid_loss), metrics.step % 3 === 0);
    assert.equal(Number.isFinite(metrics.full_valid_mean_token_accuracy), metrics.step % 3 === 0);
  }
  assert.deepEqual(only(events, 'checkpoint')[1]?.metrics, only(events, 'step')[5]?.metrics);
  // Measuring must not change what is learned.
  assert.equal(await weightsOf(events), await weightsOf(await run(request('not-validated'))));
});

test('training goes on from a tuned model with its vocabulary and what it knows', async () => {
  const long = { nEpochs: 40, batchSize: 5, learningRateMultiplier: 'auto' } as const;
  const first = await run(request('base', { hyperparameters: long }));
  const directory = only(first, 'succeeded')[0]?.directory ?? '';
  const other = await file('other.jsonl', [
    [
      { role: 'user', content: 'metal number 3?' },
      { role: 'assistant', content: 'lead it is' },
      { role: 'user', content: 'Über?' },
      { role: 'assistant', content: 'uranium', weight: 0 },
    ],
  ]);
  const second = await run(request('tuned-again', { baseModelDirectory: directory, trainingPath: other }));
  const [base, tuned] = [await loadModel(directory), await loadModel(only(second, 'succeeded')[0]?.directory ?? '')];
  assert.deepEqual(tuned.vocabulary.merges, base.vocabulary.merges);
  assert.equal(tuned.config.turns, 2);
  assert.deepEqual({ ...tuned.config, turns: 1 }, base.config);
  const firstLoss = (events: readonly TrainerEvent[]): number => only(events, 'step')[0]?.metrics.train_loss ?? Number.NaN;
  assert.ok(firstLoss(first) > 4, String(firstLoss(first)));
  assert.ok(firstLoss(second) < 1.5, String(firstLoss(second)));
});

test('row 71: examples longer than the context are counted, and nothing left to learn is an error with its reason', async () => {
  const long = { role: 'user', content: 'why '.repeat(80) };
  const answer = { role: 'assistant', content: 'because' };
  const some = await file('some-long.jsonl', [...lessons, [long, answer]]);
  assert.equal(only(await run(request('some-long', { trainingPath: some })), 'started')[0]?.truncatedExamples, 1);
  const refused = async (name: string, examples: readonly (readonly Message[])[], reason: RegExp): Promise<void> => {
    const path = await file(name, examples);
    await assert.rejects(
      run(request(name, { trainingPath: path })),
      (error) => error instanceof TrainingProblem && error.code === 'invalid_training_file' && reason.test(error.message),
    );
  };
  await refused('all-long.jsonl', [[long, answer]], /within its first 64 tokens/);
  await refused('no-weight.jsonl', [[{ role: 'user', content: 'x' }, { ...answer, weight: 0 }]], /nothing to learn/);
  await refused('empty.jsonl', [], /no examples/);
});

test('row 71: a file smaller than a batch, and one example alone, are learned like any other', async () => {
  for (const count of [1, 3]) {
    const path = await file(`few-${count}.jsonl`, lessons.slice(0, count));
    const settings = { nEpochs: 3, batchSize: 64, learningRateMultiplier: 1 } as const;
    const events = await run(request(`few-${count}`, { trainingPath: path, hyperparameters: settings }));
    assert.equal(only(events, 'succeeded').length, 1);
    assert.equal(only(events, 'started')[0]?.totalSteps, 3);
    for (const { metrics } of only(events, 'step')) assert.ok((metrics.train_loss ?? Number.NaN) > 0);
  }
});

test('row 71: a loss that is no number ends the job and says what to do', async () => {
  const wild = { nEpochs: 20, batchSize: 2, learningRateMultiplier: 1e30 };
  await assert.rejects(
    run(request('wild', { hyperparameters: wild })),
    (error) => error instanceof TrainingProblem && error.code === 'training_diverged' && /smaller/.test(error.message),
  );
});

test('cancelling ends the job between two steps, keeping finished checkpoints', async () => {
  const controller = new AbortController();
  const events: TrainerEvent[] = [];
  const asked = request('cancelled', { hyperparameters: { nEpochs: 1000, batchSize: 4, learningRateMultiplier: 1 } });
  const onEvent = (event: TrainerEvent): void => {
    events.push(event);
    if (event.kind === 'step' && event.metrics.step === 4) {
      controller.abort();
    }
  };
  await assert.rejects(run(asked, { signal: controller.signal, onEvent }), Cancelled);
  assert.equal(only(events, 'step').length, 4);
  await loadModel(join(folder, 'cancelled', 'step-3'));
});

test('a paused job goes on to the very weights and metrics of one that was never paused', async () => {
  for (const threads of [1, 2]) {
    const settings = { threads, validationPath, hyperparameters: { nEpochs: 4, batchSize: 4, learningRateMultiplier: 1 } };
    const unbroken = await run(request(`unbroken-${threads}`, settings));
    const asked = request(`broken-${threads}`, settings);
    const parts: TrainerEvent[][] = [];
    let resumeFrom: string | null = null;
    // After steps 1 and 5 of 12, the first of an epoch and one in its midst.
    for (const pauseAt of [1, 5, 99]) {
      let step = 0;
      const onEvent = (event: TrainerEvent): void => {
        if (event.kind === 'step') step = event.metrics.step ?? 0;
      };
      const part = await run({ ...asked, resumeFrom }, { onEvent, isPausing: () => step >= pauseAt });
      parts.push(part);
      resumeFrom = only(part, 'saved').at(-1)?.directory ?? null;
    }
    assert.deepEqual(parts.map((part) => part.at(-1)?.kind), ['paused', 'paused', 'succeeded']);
    assert.deepEqual(only(parts[0] ?? [], 'paused'), [{ kind: 'paused', jobId: 'job', step: 1 }]);
    assert.match(only(parts[1] ?? [], 'saved')[0]?.directory ?? '', /state-5$/);
    await loadModel(join(folder, `broken-${threads}`, 'step-5'));
    const metrics = (events: readonly TrainerEvent[]) => only(events, 'step').map((event) => event.metrics);
    assert.deepEqual(metrics(parts.flat()), metrics(unbroken));
    assert.equal(await weightsOf(parts.flat()), await weightsOf(unbroken));
  }
});

test('what is needed to go on is saved again and again', async () => {
  const events = await run(request('saving', { saveEveryMs: 0 }));
  assert.equal(
    kinds(events),
    'started step saved step saved step checkpoint saved step saved step saved step checkpoint succeeded',
  );
});

/** Runs a job in the real thread, with the real base model. */
async function runThread(asked: TrainRequest, onEvent?: (event: TrainerEvent, thread: Worker) => void): Promise<TrainerEvent[]> {
  const thread = new Worker(trainerProgram);
  const events: TrainerEvent[] = [];
  thread.on('message', (event: TrainerEvent) => {
    events.push(event);
    onEvent?.(event, thread);
  });
  thread.postMessage(asked);
  const code = await new Promise<number>((resolve, reject) => {
    thread.once('exit', resolve);
    thread.once('error', reject);
  });
  assert.equal(code, 0);
  return events;
}

test('a thread that shares its steps ends by itself, and two runs give the same weights', async () => {
  const asked = (name: string, threads = 2): TrainRequest =>
    request(name, { threads, hyperparameters: { nEpochs: 1, batchSize: 5, learningRateMultiplier: 1 } });
  const first = await runThread(asked('thread-a'));
  assert.equal(kinds(first), 'started step step checkpoint succeeded');
  assert.equal(await weightsOf(await runThread(asked('thread-b'))), await weightsOf(first));
  const losses = (events: readonly TrainerEvent[]): number[] =>
    only(events, 'step').map(({ metrics }) => metrics.train_loss ?? Number.NaN);
  const alone = losses(await runThread(asked('thread-one', 1)));
  losses(first).forEach((loss, step) => assert.ok(Math.abs(loss - (alone[step] ?? Number.NaN)) < 1e-3));
});

test('the thread obeys cancel, and reports a file that it cannot read', async () => {
  const endless = { nEpochs: 50, batchSize: 1, learningRateMultiplier: 1 };
  const cancelled = await runThread(request('thread-c', { threads: 2, hyperparameters: endless }), (event, thread) => {
    if (event.kind === 'step') {
      thread.postMessage({ kind: 'cancel', jobId: 'another' });
    }
    if (event.kind === 'step' && event.metrics.step === 3) {
      thread.postMessage({ kind: 'cancel', jobId: 'job' });
    }
  });
  assert.deepEqual(cancelled.at(-1), { kind: 'cancelled', jobId: 'job' });
  assert.ok(only(cancelled, 'step').length < 40);
  const failed = await runThread(request('thread-d', { trainingPath: join(folder, 'absent.jsonl') }));
  const [end] = only(failed, 'failed');
  assert.equal(end?.code, 'server_error');
  assert.match(end?.message ?? '', /ENOENT/);
});
