/** Tokens per second of a training step with the worker pool against one core, in turns, so that both see the same machine. */
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
import { installWorkerPool } from '../../src/engine/train/workerPool.ts';

type Setting = { readonly path: string; readonly threads: number; readonly batchSize: number };

const rounds = 6;
const stepsPerRound = 5;
const poolThreads = 2;

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'));
  try {
    const path = join(folder, 'train.jsonl');
    writeFileSync(path, shortExamples(160));
    for (const batchSize of [8, 16]) {
      const one = new Bench({ path, threads: 1, batchSize });
      const pool = new Bench({ path, threads: poolThreads, batchSize });
      // The first round compiles.
      await one.round();
      await pool.round();
      const ratios: number[] = [];
      const rates: { one: number[]; pool: number[] } = { one: [], pool: [] };
      for (let round = 0; round < rounds; round += 1) {
        const [alone, together] = [await one.round(), await pool.round()];
        rates.one.push(alone);
        rates.pool.push(together);
        ratios.push(together / alone);
      }
      await Promise.all([one.end(), pool.end()]);
      console.log(
        `batch ${String(batchSize).padStart(2)}: ${Math.round(median(rates.one))} tokens/s on one core, ` +
          `${Math.round(median(rates.pool))} with a pool of ${poolThreads}: ` +
          `${median(ratios).toFixed(2)} times as fast (wanted on two free cores: 1.5; ` +
          `rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A thread with a jax-js of its own, since the size of the pool is fixed when it is imported. */
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
  installWorkerPool(threads);
  const { defaultDevice, init } = await import('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');
  const { Stepper } = await import('../../src/engine/train/step.ts');
  const breath = (): undefined => undefined;
  const vocabulary = await learnVocabulary(path, tunesmithTiny.vocabularySize, breath);
  const examples = await readExamples(path, vocabulary, tunesmithTiny.contextLength, breath);
  const config = configOf(tunesmithTiny, vocabulary.size, 1);
  const plan = new Plan(examples, config, { nEpochs: 100, batchSize, learningRateMultiplier: 1 }, new Random(1));
  const stepper = new Stepper(config, randomParameters(config, new Random(2)));
  let step = 0;
  parentPort?.on('message', () => void round());
  async function round(): Promise<void> {
    const start = performance.now();
    let tokens = 0;
    for (let count = 0; count < stepsPerRound; count += 1) {
      step += 1;
      const batch = plan.batchAt(step);
      tokens += batch.segments.reduce((sum, segment) => sum + (segment < 0 ? 0 : 1), 0);
      await stepper.train(batch, 1e-3);
    }
    parentPort?.postMessage((1000 * tokens) / (performance.now() - start));
  }
}

/** Made-up examples about as long as those of the sample project (some 70 tokens each). */
function shortExamples(count: number): string {
  const random = new Random(9);
  const word = (): string => {
    const syllables = ['ka', 'ro', 'mi', 'tel', 'sun', 'ba', 'lor', 'ni', 've', 'dra', 'pho', 'xi'];
    return Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => syllables[Math.floor(random.next() * syllables.length)]).join('');
  };
  const words = (length: number): string => Array.from({ length }, word).join(' ');
  const lines = Array.from({ length: count }, () =>
    JSON.stringify({
      messages: [
        { role: 'system', content: 'Given a science question, provide the correct answer with a detailed explanation.' },
        { role: 'user', content: `${words(10)}?` },
        { role: 'assistant', content: `${word()} Explanation: ${words(14 + Math.floor(random.next() * 12))}.` },
      ],
    }),
  );
  return `${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (isMainThread) {
  await compare();
} else {
  await answer(workerData as Setting);
}
