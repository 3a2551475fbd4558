import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import OpenAI from 'openai';
import { Store } from '../../src/engine/store/store.ts';
import { allEvents } from '../unit/engine/serverFixture.ts';
import { chatLines } from './chatLines.ts';
import { Random } from './random.ts';

export type KillOptions = {
  readonly kills: number;
  readonly seed: number;
  readonly threads: number;
  readonly saveEveryMs: number;
};

export type KillReport = {
  readonly kills: number;
  /** Kills among them on entering a call that writes a checkpoint or a state, or makes it durable. */
  readonly inWriting: number;
  /** Clean ends beside them. */
  readonly stops: number;
  readonly jobs: number;
  readonly resumedAt: readonly number[];
};

const epochs = 12;

/** In a call of the disk by which training is saved: in which thread, and which of them. */
type KillAt = { readonly thread: 'trainer' | 'server'; readonly call: number };

/** Calls by which each thread saves a checkpoint and a state, or a few more. */
const callsOf = { trainer: 70, server: 20 };

/**
 * Trains the same job again and again, killing the engine's process at random moments and in the middle of saving, and
 * compares every finished job with one that was never broken: weights, result file and checkpoints to the byte.
 */
export async function killAndResume(options: KillOptions): Promise<KillReport> {
  const root = await mkdtemp(join(tmpdir(), 'tunesmith-kills-'));
  try {
    const program = join(root, 'smallEngine.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'smallEngine.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const calm = join(root, 'unbroken');
    const life = live(program, calm, { ...options, saveEveryMs: 3_600_000 });
    const unbroken = await finish(life, calm, await begin(life));
    assert.deepEqual(unbroken.resumedAt, []);
    return await killLoop(program, join(root, 'broken'), options, unbroken);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

type Outcome = { readonly weights: string; readonly csv: string; readonly checkpoints: readonly number[]; readonly resumedAt: readonly number[] };

async function killLoop(program: string, folder: string, options: KillOptions, unbroken: Outcome): Promise<KillReport> {
  const random = new Random(options.seed);
  const resumedAt: number[] = [];
  let jobs = 0;
  let kills = 0;
  let stops = 0;
  let inWriting = 0;
  while (kills < options.kills) {
    const first = live(program, folder, options);
    const job = await begin(first);
    await first.kill();
    jobs += 1;
    let ended = false;
    while (kills < options.kills && !ended) {
      if (random.below(2) === 0) {
        const thread = random.pick(['trainer', 'server'] as const);
        const life = live(program, folder, options, { thread, call: 1 + random.below(callsOf[thread]) });
        ended = await life.afterEvents(Number.POSITIVE_INFINITY);
        inWriting += ended ? 0 : 1;
        kills += ended ? 0 : 1;
        await life.kill();
        continue;
      }
      const life = live(program, folder, options);
      // A fifth of the kills hit the start, the rest some events later; a moment more, to fall between two of them.
      const events = random.next() < 0.2 ? 0 : 1 + random.below(8);
      if (events > 0) {
        ended = await life.afterEvents(events);
      }
      await new Promise((resolve) => setTimeout(resolve, random.next() * (events === 0 ? 150 : 20)));
      // One in eight is asked to end, as by an upgrade, and must do so cleanly.
      if (events > 0 && random.next() < 0.125) {
        await life.stop();
        stops += 1;
      } else {
        await life.kill();
        kills += 1;
      }
    }
    const outcome = await finish(live(program, folder, options), folder, job);
    resumedAt.push(...outcome.resumedAt);
    assert.deepEqual({ ...outcome, resumedAt: [] }, unbroken, `seed ${options.seed}, kill ${kills}`);
  }
  return { kills, inWriting, stops, jobs, resumedAt };
}

async function begin(life: Life): Promise<string> {
  const openai = await life.client();
  const text = chatLines(10).map((line) => `${line}\n`).join('');
  const file = await openai.files.create({ file: await OpenAI.toFile(Buffer.from(text), 'train.jsonl'), purpose: 'fine-tune' });
  const job = await openai.fineTuning.jobs.create({
    model: 'tunesmith-tiny',
    training_file: file.id,
    seed: 11,
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: epochs, batch_size: 4 } } },
  });
  return job.id;
}

/** Waits for the job's end, ends the engine and reads what it has left. */
async function finish(life: Life, folder: string, jobId: string): Promise<Outcome> {
  const openai = await life.client();
  let job = await openai.fineTuning.jobs.retrieve(jobId);
  while (!['succeeded', 'failed', 'cancelled'].includes(job.status)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    job = await openai.fineTuning.jobs.retrieve(jobId);
  }
  assert.equal(job.status, 'succeeded', JSON.stringify(job.error));
  const csv = await (await openai.files.content(job.result_files[0] ?? '')).text();
  const checkpoints = (await openai.fineTuning.jobs.checkpoints.list(jobId)).data.map((each) => each.step_number);
  const events = await allEvents(openai, jobId, 100);
  const steps = events.filter(({ type }) => type === 'metrics').map(({ data }) => (data as { step: number }).step);
  assert.deepEqual(steps.toReversed(), steps.map((_, index) => index + 1), 'every step once, in order');
  const resumedAt = events.flatMap(({ message }) => /^Fine-tuning job resumed at step (\d+)$/.exec(message)?.[1] ?? []).map(Number);
  await life.kill();
  const store = await Store.open(folder);
  const directory = store.state.jobs.get(jobId)?.modelDirectory ?? '';
  const weights = await readFile(join(store.modelFolders.path(directory), 'model.safetensors'));
  await store.close();
  return { weights: createHash('sha256').update(weights).digest('hex'), csv, checkpoints, resumedAt: resumedAt.toReversed() };
}

type Life = {
  readonly client: () => Promise<OpenAI>;
  /** Resolves when the trainer has told so many events or the process has ended, to true if the job is at its end. */
  readonly afterEvents: (count: number) => Promise<boolean>;
  readonly kill: () => Promise<void>;
  /** Asks for a clean end. */
  readonly stop: () => Promise<void>;
};

function live(program: string, folder: string, { threads, saveEveryMs }: KillOptions, killAt?: KillAt): Life {
  const whereKilled = killAt === undefined ? [] : [killAt.thread, String(killAt.call)];
  const child: ChildProcess = spawn(process.execPath, [program, folder, String(threads), String(saveEveryMs), ...whereKilled], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let ready: (openai: OpenAI) => void = () => undefined;
  const client = new Promise<OpenAI>((resolve, reject) => {
    ready = resolve;
    void gone.then(() => reject(new Error(`The engine ended with code ${child.exitCode}`)));
  });
  // A life that is killed before it is ready is waited for by nobody.
  client.catch(() => undefined);
  const waiting: { left: number; resolve: (ended: boolean) => void }[] = [];
  let told = 0;
  let last = '';
  const look = (): void => {
    for (const one of waiting) {
      if (told >= one.left || last === 'succeeded' || child.exitCode !== null || child.signalCode !== null) {
        one.resolve(last === 'succeeded');
      }
    }
  };
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) {
        const { baseURL, apiKey } = JSON.parse(line) as { baseURL: string; apiKey: string };
        ready(new OpenAI({ baseURL, apiKey, organization: null, project: null, maxRetries: 0 }));
      } else {
        told += 1;
        last = line;
        look();
      }
    });
  }
  void gone.then(look);
  return {
    client: () => client,
    afterEvents: (left) =>
      new Promise((resolve) => {
        waiting.push({ left, resolve });
        look();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
      assert.equal(child.exitCode, 0, 'a clean end');
    },
  };
}
