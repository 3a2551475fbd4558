import { cp, lstat, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { CheckedFetch } from '../../support/openApi.ts';
import { runEngine, type EngineRun, type RunOptions } from '../../../src/engine/run.ts';
import type { Thread } from '../../../src/engine/server/thread.ts';
import type { GenerateRequest, GeneratorCommand, GeneratorEvent, TrainerCommand, TrainerEvent, TrainRequest } from '../../../src/protocol/training.ts';

/** What a scripted trainer does; each `go` lets it take one more step. */
export type TrainerScript = {
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Ends the thread after this step, as a crash would. */
  readonly crashAfter?: number;
  /** Fails after `failAfter`, or at the end. */
  readonly failWith?: { readonly code: string; readonly message: string };
  readonly failAfter?: number;
  /** Waits for `release` before the first step. */
  readonly hold?: boolean;
  /** Waits for `release` after this step. */
  readonly holdAfter?: number;
  /** What it says of the time left after a step; 100 if absent. */
  readonly secondsLeft?: (step: number) => number;
  /** Saves after every so many steps. */
  readonly saveEvery?: number;
  /** Ignores 'cancel' and 'pause', as a thread inside a compilation does. */
  readonly deaf?: boolean;
};

/** A trainer that writes files where a real one writes weights; everything else is as the contract says. */
class ScriptedTrainer implements Thread<TrainerCommand, TrainerEvent> {
  readonly script: TrainerScript;
  request: TrainRequest | undefined;
  terminated = false;
  release: () => void = () => undefined;
  readonly #held: Promise<void>;
  #cancelled = false;
  #pausing = false;
  #onEvent: (event: TrainerEvent) => void = () => undefined;
  #onEnd: (reason: string) => void = () => undefined;

  constructor(script: TrainerScript) {
    this.script = script;
    const holds = script.hold === true || script.holdAfter !== undefined;
    this.#held = holds ? new Promise((resolve) => { this.release = resolve; }) : Promise.resolve();
  }

  post(command: TrainerCommand): void {
    if (command.kind === 'cancel') {
      this.#cancelled = this.script.deaf !== true;
      this.release();
    } else if (command.kind === 'pause') {
      this.#pausing = this.script.deaf !== true;
      if (this.#pausing) this.release();
    } else {
      this.request = command;
      void this.#train(command);
    }
  }

  onEvent(listener: (event: TrainerEvent) => void): void {
    this.#onEvent = listener;
  }

  onEnd(listener: (reason: string) => void): void {
    this.#onEnd = listener;
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  async #train(request: TrainRequest): Promise<void> {
    const { jobId } = request;
    const { epochs = 2, stepsPerEpoch = 3, saveEvery = Infinity } = this.script;
    const totalSteps = epochs * stepsPerEpoch;
    const emit = (event: TrainerEvent): void => {
      if (!this.terminated) this.#onEvent(event);
    };
    const trained = await stepsOfState(request.resumeFrom).catch(() => undefined);
    if (trained === undefined) {
      emit({ kind: 'failed', jobId, code: 'server_error', message: 'The state cannot be read.' });
      return;
    }
    emit({
      kind: 'started',
      jobId,
      hyperparameters: { nEpochs: epochs, batchSize: 4, learningRateMultiplier: 1 },
      totalSteps,
      stepsPerEpoch,
      parameters: 1000,
      contextLength: 64,
      vocabularySize: 300,
      truncatedExamples: 1,
    });
    if (this.script.hold === true) await this.#held;
    let directory = '';
    for (let step = trained.length + 1; step <= totalSteps; step += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#cancelled) {
        emit({ kind: 'cancelled', jobId });
        return;
      }
      trained.push(step);
      const epochEnd = step % stepsPerEpoch === 0;
      const metrics = {
        step,
        train_loss: 3 / step,
        train_mean_token_accuracy: 1 - 1 / step,
        ...(request.validationPath === null ? {} : { valid_loss: 4 / step, valid_mean_token_accuracy: 0.5 }),
        ...(request.validationPath !== null && epochEnd ? { full_valid_loss: 5 / step, full_valid_mean_token_accuracy: 0.4 } : {}),
      };
      emit({ kind: 'step', jobId, metrics, secondsLeft: step === 1 ? null : (this.script.secondsLeft?.(step) ?? 100) });
      if (step === this.script.holdAfter) await this.#held;
      const pausing = this.#pausing && step < totalSteps;
      if (epochEnd || pausing) {
        directory = join(request.outputDirectory, `step-${step}`);
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, 'weights'), `weights of steps ${trained.join(' ')}`);
        emit({ kind: 'checkpoint', jobId, step, epoch: Math.floor(step / stepsPerEpoch), directory, metrics });
      }
      if (pausing || (step % saveEvery === 0 && step < totalSteps)) {
        const state = join(request.outputDirectory, `state-${step}`);
        await mkdir(state, { recursive: true });
        await writeFile(join(state, 'steps'), JSON.stringify(trained));
        emit({ kind: 'saved', jobId, step, directory: state });
      }
      if (pausing) {
        emit({ kind: 'paused', jobId, step });
        return;
      }
      if (step === this.script.failAfter) break;
      if (step === this.script.crashAfter) {
        this.#onEnd('out of memory');
        return;
      }
    }
    if (this.script.failWith !== undefined) {
      emit({ kind: 'failed', jobId, ...this.script.failWith });
      return;
    }
    emit({ kind: 'succeeded', jobId, trainedTokens: 1234, directory });
  }
}

/** The steps whose work a state holds. */
async function stepsOfState(directory: string | null): Promise<number[]> {
  return directory === null ? [] : (JSON.parse(await readFile(join(directory, 'steps'), 'utf8')) as number[]);
}

/**
 * A generator that repeats what it is given word by word, once for each choice; `endless` goes on for 100,000 words.
 * Tokens, where they are asked for, are the words.
 */
class EchoGenerator implements Thread<GeneratorCommand, GeneratorEvent> {
  readonly requests: GenerateRequest[] = [];
  readonly stopped: string[] = [];
  readonly shares: number[] = [];
  /** Requests that are held. */
  readonly paused = new Set<string>();
  /** Words of all requests so far. */
  words = 0;
  terminated = false;
  #onEvent: (event: GeneratorEvent) => void = () => undefined;
  #onEnd: (reason: string) => void = () => undefined;

  post(command: GeneratorCommand): void {
    switch (command.kind) {
      case 'generate':
        this.requests.push(command);
        void this.#answer(command);
        return;
      case 'stop':
        this.stopped.push(command.id);
        return;
      case 'pause':
        this.paused.add(command.id);
        return;
      case 'resume':
        this.paused.delete(command.id);
        return;
      case 'share':
        this.shares.push(command.share);
    }
  }

  onEvent(listener: (event: GeneratorEvent) => void): void {
    this.#onEvent = listener;
  }

  onEnd(listener: (reason: string) => void): void {
    this.#onEnd = listener;
  }

  async terminate(): Promise<void> {
    this.terminated = true;
  }

  async #answer({ id, prompt, choices, topLogprobs }: GenerateRequest): Promise<void> {
    const text = prompt.kind === 'chat' ? (prompt.messages.at(-1)?.content ?? '') : prompt.kind === 'text' ? prompt.text : prompt.tokens.join(' ');
    if (text === 'crash') {
      this.#onEvent({ kind: 'text', id, choice: 0, text: 'half', tokens: null });
      this.#onEnd('it threw');
      return;
    }
    if (text === 'fail') {
      this.#onEvent({ kind: 'failed', id, fault: 'engine', code: 'model_unreadable', param: null, message: 'The weights cannot be read.' });
      return;
    }
    if (text === 'too long') {
      this.#onEvent({ kind: 'failed', id, fault: 'request', code: 'context_length_exceeded', param: 'messages', message: 'Too long.' });
      return;
    }
    const words = text === 'endless' ? Array.from({ length: 100_000 }, () => 'on ') : text.split(/(?<= )/);
    let sent = 0;
    for (let choice = 0; choice < choices && !this.stopped.includes(id); choice += 1) {
      for (const word of words) {
        do {
          await new Promise((resolve) => setImmediate(resolve));
        } while (this.paused.has(id) && !this.stopped.includes(id) && !this.terminated);
        if (this.stopped.includes(id) || this.terminated) {
          break;
        }
        const told = { text: word, bytes: [...Buffer.from(word)], logprob: -0.5 };
        const tokens = topLogprobs === null ? null : [{ ...told, top: Array.from({ length: topLogprobs }, () => told), offset: 0 }];
        this.#onEvent({ kind: 'text', id, choice, text: word, tokens });
        sent += 1;
        this.words += 1;
      }
      this.#onEvent({ kind: 'choice', id, choice, finishReason: 'stop' });
    }
    const promptTokens = prompt.kind === 'chat' ? prompt.messages.length : 1;
    this.#onEvent({ kind: 'end', id, promptTokens, completionTokens: sent });
  }
}

export type TestEngine = {
  readonly run: EngineRun;
  readonly folder: string;
  readonly openai: OpenAI;
  /** Looks at every answer that `openai` gets; others may ask through it too. */
  readonly answers: CheckedFetch;
  readonly log: string[];
  readonly trainers: ScriptedTrainer[];
  readonly generators: EchoGenerator[];
  /** Scripts of the next trainers, in order; the last one is used again. */
  readonly scripts: TrainerScript[];
  /** Ends the engine and keeps its folder. */
  close(): Promise<void>;
  /** Ends the engine; returns a folder as a kill would have left it. Only while nothing is written. */
  kill(): Promise<string>;
  /** Ends it for good. Fails if an answer broke the contract. */
  remove(): Promise<void>;
};

export async function startTestEngine(
  options: Partial<RunOptions> & { readonly folder?: string; readonly scripts?: TrainerScript[] } = {},
): Promise<TestEngine> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tunesmith-engine-')));
  const log: string[] = [];
  const trainers: ScriptedTrainer[] = [];
  const generators: EchoGenerator[] = [];
  const scripts = options.scripts ?? [{}];
  const run = await runEngine({
    dataFolder: folder,
    version: '1.2.3',
    threads: 2,
    idleSeconds: 0,
    startTrainer: () => {
      const trainer = new ScriptedTrainer((scripts.length > 1 ? scripts.shift() : scripts[0]) ?? {});
      trainers.push(trainer);
      return trainer;
    },
    startGenerator: () => {
      const generator = new EchoGenerator();
      generators.push(generator);
      return generator;
    },
    log: (line) => log.push(line),
    ...options,
  });
  const answers = new CheckedFetch();
  const openai = new OpenAI({
    fetch: answers.fetch,
    apiKey: run.apiKey,
    baseURL: run.address.baseURL,
    organization: null,
    project: null,
    maxRetries: 0,
  });
  const remove = async (): Promise<void> => {
    await run.close();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    run,
    folder,
    openai,
    answers,
    log,
    trainers,
    generators,
    scripts,
    close: () => run.close(),
    kill: async () => {
      const copy = await mkdtemp(join(tmpdir(), 'tunesmith-engine-'));
      await cp(folder, copy, { recursive: true, filter: async (path) => !(await lstat(path)).isSocket() });
      await remove();
      return copy;
    },
    remove: async () => {
      await run.close();
      await rm(folder, { recursive: true, force: true });
      await answers.assertClean();
    },
  };
}

export async function upload(openai: OpenAI, lines: readonly string[], name = 'train.jsonl'): Promise<OpenAI.FileObject> {
  const file = await OpenAI.toFile(Buffer.from(lines.map((line) => `${line}\n`).join('')), name);
  return openai.files.create({ file, purpose: 'fine-tune' });
}

/** Asks until `until` holds. */
export async function eventually<T>(ask: () => Promise<T>, until: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await ask();
    if (until(value)) return value;
    if (tries > 1000) throw new Error(`It never came to that: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Newest first, over several pages. */
export async function allEvents(openai: OpenAI, jobId: string, pageSize = 4): Promise<OpenAI.FineTuning.FineTuningJobEvent[]> {
  const events = [];
  for await (const event of openai.fineTuning.jobs.listEvents(jobId, { limit: pageSize })) {
    events.push(event);
  }
  return events;
}

/** The steps that the events tell of, oldest first. */
export async function stepsTold(openai: OpenAI, jobId: string): Promise<number[]> {
  const events = (await allEvents(openai, jobId)).toReversed().filter((event) => event.type === 'metrics');
  return events.map((event) => (event.data as { step: number }).step);
}

export async function ended(openai: OpenAI, jobId: string): Promise<OpenAI.FineTuning.FineTuningJob> {
  return eventually(
    () => openai.fineTuning.jobs.retrieve(jobId),
    (job) => ['succeeded', 'failed', 'cancelled'].includes(job.status),
  );
}
