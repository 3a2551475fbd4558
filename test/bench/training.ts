/** Tokens per second of a training step shared by threads against one thread, in turns, so that both see the same machine. */
import { defaultDevice, init } from '@jax-js/jax';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { configOf, tunesmithTiny } from '../../src/engine/model/config.ts';
import { randomParameters } from '../../src/engine/model/parameters.ts';
import { Random } from '../../src/engine/model/random.ts';
import { learnVocabulary, readExamples } from '../../src/engine/train/examples.ts';
import { Plan } from '../../src/engine/train/plan.ts';
import { DataParallel } from '../../src/engine/train/dataParallel.ts';
import { median, shortExamples } from './shortExamples.ts';

type Setting = { readonly path: string; readonly threads: number; readonly batchSize: number };

const rounds = 12;
const stepsPerRound = 5;
const threads = 2;

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'));
  try {
    const path = join(folder, 'train.jsonl');
    writeFileSync(path, shortExamples(160));
    for (const batchSize of [8, 16]) {
      const one = new Bench({ path, threads: 1, batchSize });
      const both = new Bench({ path, threads, batchSize });
      // The first round compiles.
      await one.round();
      await both.round();
      const ratios: number[] = [];
      const work: { one: number[]; both: number[] } = { one: [], both: [] };
      const rates: { one: number[]; both: number[] } = { one: [], both: [] };
      for (let round = 0; round < rounds; round += 1) {
        const alone = await processorTime(() => one.round());
        const together = await processorTime(() => both.round());
        work.one.push(alone.milliseconds);
        work.both.push(together.milliseconds);
        rates.one.push(alone.value);
        rates.both.push(together.value);
        ratios.push(together.value / alone.value);
      }
      const onFreeCores = (threads * median(work.one)) / median(work.both);
      await Promise.all([one.end(), both.end()]);
      console.log(
        `batch ${String(batchSize).padStart(2)}: ${Math.round(median(rates.one))} tokens/s on one core, ` +
          `${Math.round(median(rates.both))} with ${threads} threads: ` +
          `${median(ratios).toFixed(2)} times as fast (wanted on two free cores: 1.5; ` +
          `rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}; ` +
          `by processor time at most ${onFreeCores.toFixed(2)}, whatever else the machine does)`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the whole process computed meanwhile: the other trainings wait for their turn. */
async function processorTime<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly milliseconds: number }> {
  const start = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(start);
  return { value, milliseconds: (user + system) / 1000 };
}

/** A training in a thread of its own, so that the two share nothing. */
class Bench {
  readonly #thread: Worker;

  constructor(setting: Setting) {
    this.#thread = new Worker(new URL(import.meta.url), { workerData: setting });
  }

  /** Tokens per second over some steps. */
  async round(): Promise<number> {
    const answered = once(this.#thread, 'message');
    this.#thread.postMessage('round');
    const [rate] = (await answered) as [number];
    return rate;
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

async function answer({ path, threads, batchSize }: Setting): Promise<void> {
  await init('wasm');
  defaultDevice('wasm');
  const breath = (): undefined => undefined;
  const vocabulary = await learnVocabulary(path, tunesmithTiny.vocabularySize, breath);
  const examples = await readExamples(path, vocabulary, tunesmithTiny.contextLength, breath);
  const config = configOf(tunesmithTiny, vocabulary.size, 1);
  const plan = new Plan(examples, config, { nEpochs: 100, batchSize, learningRateMultiplier: 1 }, new Random(1), threads);
  const program = new URL('../../src/engine/trainerThread.ts', import.meta.url);
  const start = { parameters: randomParameters(config, new Random(2)) };
  const model = new DataParallel(config, start, threads, (replica) => new Worker(program, { workerData: replica }));
  let step = 0;
  parentPort?.on('message', () => void round());
  async function round(): Promise<void> {
    const start = performance.now();
    let tokens = 0;
    for (let count = 0; count < stepsPerRound; count += 1) {
      step += 1;
      const shards = plan.batchAt(step);
      tokens += shards.reduce((sum, { segments }) => sum + segments.reduce((count, segment) => count + (segment < 0 ? 0 : 1), 0), 0);
      await model.train(shards, 1e-3);
    }
    parentPort?.postMessage((1000 * tokens) / (performance.now() - start));
  }
}

if (isMainThread) {
  await compare();
} else {
  await answer(workerData as Setting);
}
