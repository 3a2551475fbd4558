/**
 * What the engine's server adds to the time until the first token of a chat, against the generator called directly;
 * and what a training job and 20 streaming chats leave each other. The engine is a process of its own, as it always is.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { Generator } from '../../src/engine/generate/generator.ts';
import type { GenerateRequest, GeneratorEvent } from '../../src/protocol/training.ts';
import { median, shortExamples } from './shortExamples.ts';

const askRounds = 100;
const shareRounds = 6;
const windowMs = 6_000;
const settleMs = 1_500;
const chats = 20;

const folder = await mkdtemp(join(tmpdir(), 'tunesmith-bench-'));
const { openai, engine } = await startEngine(join(folder, 'data'));
async function startEngine(data: string): Promise<{ readonly openai: OpenAI; readonly engine: ChildProcess }> {
  const cli = join(import.meta.dirname, '../../src/cli.ts');
  const engine = spawn(process.execPath, [...process.execArgv, cli, 'engine', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(engine.stdout.setEncoding('utf8'), 'data')) as [string];
  const { baseURL, apiKey } = JSON.parse(line) as { readonly baseURL: string; readonly apiKey: string };
  return { openai: new OpenAI({ baseURL, apiKey, maxRetries: 0 }), engine };
}

async function tune(fileId: string, epochs: number): Promise<{ readonly model: string; readonly tokensPerStep: number }> {
  let job = await begin(fileId, epochs);
  for (; job.finished_at === null; await sleep(200)) job = await openai.fineTuning.jobs.retrieve(job.id);
  if (job.fine_tuned_model === null) throw new Error(job.error?.message ?? job.status);
  return { model: job.fine_tuned_model, tokensPerStep: (job.trained_tokens ?? 0) / (await stepOf(job.id)) };
}

function begin(fileId: string, epochs: number): Promise<OpenAI.FineTuning.FineTuningJob> {
  const method = { type: 'supervised', supervised: { hyperparameters: { n_epochs: epochs, batch_size: 8 } } } as const;
  return openai.fineTuning.jobs.create({ model: 'tunesmith-tiny', training_file: fileId, seed: 1, method });
}

/** The step that the job has come to. */
async function stepOf(jobId: string): Promise<number> {
  const { data } = await openai.fineTuning.jobs.listEvents(jobId, { limit: 20 });
  const steps = data.map((event) => (event.data as { readonly step?: number } | null)?.step ?? 0);
  return Math.max(0, ...steps);
}

type Question = readonly { readonly role: 'system' | 'user'; readonly content: string }[];

/** In turns, the same question to the generator in this process and to the engine, through the SDK. */
async function firstToken(model: string, question: Question): Promise<void> {
  const directory = await weightsBelow(join(folder, 'data'));
  const direct: number[] = [];
  const served: number[] = [];
  const differences: number[] = [];
  for (let round = -20; round < askRounds; round += 1) {
    const alone = await timeDirect(directory, question);
    const through = await timeServed(model, question);
    // The first rounds warm both up.
    if (round >= 0) {
      direct.push(alone);
      served.push(through);
      differences.push(through - alone);
    }
  }
  console.log(
    `time to the first token: ${median(direct).toFixed(2)} ms from the generator, ${median(served).toFixed(2)} ms from the engine, ` +
      `${median(differences).toFixed(2)} ms more at the median of ${askRounds} pairs (wanted: under 5)`,
  );
}

let generating: GenerateRequest | undefined;
let onFirst: () => void = () => undefined;
const generator = new Generator((event: GeneratorEvent) => {
  if (event.kind === 'text') onFirst();
});

async function timeDirect(modelDirectory: string, messages: Question): Promise<number> {
  generating ??= {
    kind: 'generate',
    id: 'direct',
    modelDirectory,
    prompt: { kind: 'chat', messages },
    choices: 1,
    echo: false,
    ...{ temperature: 0, topP: 1, maxTokens: 2, seed: null, stop: [], presencePenalty: 0, frequencyPenalty: 0 },
    ...{ logitBias: [], topLogprobs: null },
  };
  const start = performance.now();
  let first = 0;
  onFirst = () => {
    first ||= performance.now() - start;
  };
  await generator.generate(generating);
  return first;
}

async function timeServed(model: string, messages: Question): Promise<number> {
  const start = performance.now();
  let first = 0;
  const stream = await openai.chat.completions.create({ model, messages: [...messages], temperature: 0, max_tokens: 2, stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) first ||= performance.now() - start;
  }
  return first;
}

async function weightsBelow(data: string): Promise<string> {
  const names = await readdir(data, { recursive: true });
  const name = names.filter((path) => path.endsWith('config.json')).toSorted().at(-1);
  if (name === undefined) throw new Error('The job has left no weights');
  return join(data, dirname(name));
}

/** Seconds of the processor that each thread of the engine has used so far, by name; only where the system tells them. */
async function processorTimes(): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, number>();
  const tasks = `/proc/${engine.pid}/task`;
  for (const task of await readdir(tasks).catch((): string[] => [])) {
    // A thread may end meanwhile.
    const stat = await readFile(`${tasks}/${task}/stat`, 'utf8').catch(() => '');
    const fields = /^\d+ \((.*)\) (.*)$/s.exec(stat);
    if (fields === null) continue;
    const [user, system] = (fields[2] ?? '').split(' ').slice(11, 13).map(Number);
    const name = Number(task) === engine.pid ? 'server' : (fields[1] ?? '');
    used.set(name, (used.get(name) ?? 0) + ((user ?? 0) + (system ?? 0)) / 100);
  }
  return used;
}

/** Windows without chats and with them in turns, while one job trains; then the chats alone. */
async function trainingBesideChats(fileId: string, model: string, question: Question, tokensPerStep: number): Promise<void> {
  const job = await begin(fileId, 50);
  while ((await stepOf(job.id)) < 5) await sleep(200);
  const alone: number[] = [];
  const beside: number[] = [];
  const ratios: number[] = [];
  const talk: number[] = [];
  const cores = new Map<string, number[]>([['server', []], ['generator', []], ['trainer', []]]);
  for (let round = 0; round < shareRounds; round += 1) {
    const without = await speed(job.id);
    const talking = startChats(model, question);
    await sleep(settleMs);
    const before = talking.pieces();
    const start = performance.now();
    const used = await processorTimes();
    const together = await speed(job.id);
    const now = await processorTimes();
    const seconds = (performance.now() - start) / 1000;
    talk.push((talking.pieces() - before) / seconds);
    for (const [name, all] of cores) all.push(((now.get(name) ?? 0) - (used.get(name) ?? 0)) / seconds);
    await talking.end();
    alone.push(without);
    beside.push(together);
    ratios.push(together / without);
  }
  const { status } = await openai.fineTuning.jobs.retrieve(job.id);
  if (status !== 'running') throw new Error(`The job was ${status} before the measurement had ended`);
  await openai.fineTuning.jobs.cancel(job.id);
  await sleep(settleMs);
  const talking = startChats(model, question);
  await sleep(settleMs);
  const before = talking.pieces();
  await sleep(windowMs);
  const free = (1000 * (talking.pieces() - before)) / windowMs;
  await talking.end();
  const tokens = (steps: readonly number[]): number => Math.round(median(steps) * tokensPerStep);
  console.log(
    `training: ${tokens(alone)} trained tokens/s alone, ${tokens(beside)} while ${chats} chats stream: ` +
      `${median(ratios).toFixed(2)} of its speed (wanted: at least 0.7; rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
  );
  const part = (name: string): string => median(cores.get(name) ?? [0]).toFixed(2);
  console.log(
    `cores used meanwhile: ${part('generator')} by the chats' thread and ${part('server')} by the server (wanted: at most 0.3 together), ` +
      `${part('trainer')} by the training`,
  );
  console.log(`${chats} chats together: ${Math.round(free)} tokens/s alone, ${Math.round(median(talk))} while the job trains`);
}

/** Steps per second over one window. */
async function speed(jobId: string): Promise<number> {
  const [start, first] = [performance.now(), await stepOf(jobId)];
  await sleep(windowMs);
  const [end, last] = [performance.now(), await stepOf(jobId)];
  return (1000 * (last - first)) / (end - start);
}

/** Chats that ask again as soon as they are answered. Nearly every token is one piece of text. */
function startChats(model: string, question: Question): { readonly pieces: () => number; readonly end: () => Promise<void> } {
  const stop = new AbortController();
  let pieces = 0;
  const chat = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const stream = await openai.chat.completions.create(
        { model, messages: [...question], temperature: 1, max_tokens: 300, stream: true },
        { signal: stop.signal },
      );
      for await (const chunk of stream) {
        pieces += chunk.choices[0]?.delta.content ? 1 : 0;
      }
    }
  };
  const all = Promise.allSettled(Array.from({ length: chats }, chat));
  return {
    pieces: () => pieces,
    end: async () => {
      stop.abort();
      await all;
    },
  };
}

try {
  const lines = shortExamples(480);
  const file = await openai.files.create({ file: await OpenAI.toFile(Buffer.from(lines), 'train.jsonl'), purpose: 'fine-tune' });
  const job = await tune(file.id, 1);
  const { messages } = JSON.parse(lines.split('\n')[0] ?? '') as { readonly messages: readonly { role: 'system' | 'user'; content: string }[] };
  const question = messages.slice(0, 2);
  await firstToken(job.model, question);
  await trainingBesideChats(file.id, job.model, question, job.tokensPerStep);
} finally {
  const ended = once(engine, 'exit');
  engine.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true });
}
