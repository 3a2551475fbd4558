import { defaultDevice, init } from '@jax-js/jax';
import { join } from 'node:path';
import type { StepMetrics } from '../../core/providers/wire.ts';
import type { TrainerEvent, TrainRequest } from '../../protocol/training.ts';
import { configOf, tunesmithTiny, type BaseModel } from '../model/config.ts';
import { loadModel, saveModel, type Model } from '../model/modelFolder.ts';
import { countParameters, randomParameters } from '../model/parameters.ts';
import { Random } from '../model/random.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { DataParallel, type Measure, type Moments, type StartReplica } from './dataParallel.ts';
import { learnVocabulary, readExamples, type Breath, type Examples } from './examples.ts';
import { Plan } from './plan.ts';
import { Cancelled, TrainingProblem } from './problem.ts';
import { learningRateShare, resolveHyperparameters } from './schedule.ts';
import { loadState, saveState } from './trainingState.ts';
import { Validation } from './validation.ts';

/** Streams of the seed. */
const weightStream = 0;
const orderStream = 1;
const turnMs = 50;
/** A crash costs at most this much training, and a step. */
const defaultSaveEveryMs = 15_000;

type Emit = (event: TrainerEvent) => void;

/** What a run is given besides its request. */
export type TrainOptions = {
  readonly emit: Emit;
  /** Cancels between two steps. */
  readonly signal: AbortSignal;
  /** Asked after every step: true ends the run there, with everything saved to go on later. */
  readonly isPausing: () => boolean;
  readonly startReplica: StartReplica;
  readonly base?: BaseModel;
};

/**
 * Works one job from the files to the tuned model, reporting by events.
 * @throws Cancelled, TrainingProblem, or what reading and writing files throws
 */
export async function train(request: TrainRequest, options: TrainOptions): Promise<void> {
  const { emit, signal, base = tunesmithTiny } = options;
  await init('wasm');
  defaultDevice('wasm');
  const { jobId } = request;
  const breath = breathFor(signal);
  const random = new Random(request.seed);
  const start = await startingPoint(request, base, breath);
  const { vocabulary } = start;
  const contextLength = start.model?.config.contextLength ?? base.contextLength;
  const read = (path: string): Promise<Examples> => readExamples(path, vocabulary, contextLength, breath);
  const examples = await read(request.trainingPath);
  refuseNothingToLearn(examples, contextLength);
  const validationExamples = request.validationPath === null ? undefined : await read(request.validationPath);
  const model = modelToTrain(start, base, examples, random);
  const { config } = model;
  const hyperparameters = resolveHyperparameters(request.hyperparameters, base, examples.count);
  const { batchSize } = hyperparameters;
  const replicas = replicasFor(request.threads, batchSize);
  const plan = new Plan(examples, config, hyperparameters, random.fork(orderStream), replicas);
  const validation = validationExamples?.trainedTokens
    ? new Validation(validationExamples, config, batchSize, replicas)
    : undefined;

  emit({
    kind: 'started',
    jobId,
    hyperparameters,
    totalSteps: plan.totalSteps,
    stepsPerEpoch: plan.stepsPerEpoch,
    parameters: countParameters(config),
    contextLength: config.contextLength,
    vocabularySize: vocabulary.size,
    truncatedExamples: examples.truncated,
  });

  const trained = new DataParallel(config, { ...model, ...start }, replicas, options.startReplica);
  try {
    const peak = start.learningRate * hyperparameters.learningRateMultiplier;
    const directory = await runSteps({ request, options, breath, model, peak }, { trained, plan, validation });
    if (directory !== undefined) {
      // Billed by OpenAI in the same way: every token of the (cut) examples, trained or context, once per epoch.
      const trainedTokens = examples.tokens.length * hyperparameters.nEpochs;
      emit({ kind: 'succeeded', jobId, trainedTokens, directory });
    }
  } finally {
    await trained.dispose();
  }
}

/** Two examples at least for each: a replica's fixed cost per step is about that of an example. */
function replicasFor(threads: number, batchSize: number): number {
  return Math.max(1, Math.min(threads, Math.floor(batchSize / 2)));
}

/** Where training starts: a saved state or a tuned model, or a vocabulary learned from the training file. */
type StartingPoint = {
  readonly model: Model | undefined;
  readonly moments?: Moments;
  readonly vocabulary: Vocabulary;
  readonly learningRate: number;
};

async function startingPoint(request: TrainRequest, base: BaseModel, breath: Breath): Promise<StartingPoint> {
  const { vocabularySize } = base;
  const fromScratch = request.baseModelDirectory === null;
  const learningRate = fromScratch ? base.learningRate.fromScratch : base.learningRate.continued;
  if (request.resumeFrom !== null) {
    const { model, moments } = await loadState(request.resumeFrom);
    return { model, moments, vocabulary: model.vocabulary, learningRate };
  }
  if (request.baseModelDirectory !== null) {
    const model = await loadModel(request.baseModelDirectory);
    return { model, vocabulary: model.vocabulary, learningRate };
  }
  const vocabulary = await learnVocabulary(request.trainingPath, vocabularySize, breath);
  return { model: undefined, vocabulary, learningRate };
}

function modelToTrain(
  { model, vocabulary }: StartingPoint,
  base: BaseModel,
  { turns }: Examples,
  random: Random,
): Model {
  if (model !== undefined) {
    return { ...model, config: { ...model.config, turns: Math.max(turns, model.config.turns) } };
  }
  const config = configOf(base, vocabulary.size, turns);
  return { config, vocabulary, parameters: randomParameters(config, random.fork(weightStream)) };
}

function refuseNothingToLearn(examples: Examples, contextLength: number): void {
  if (examples.count === 0) {
    throw new TrainingProblem('invalid_training_file', 'The training file has no examples.');
  }
  if (examples.trainedTokens === 0) {
    throw new TrainingProblem(
      'invalid_training_file',
      `No example has an assistant message with weight 1 within its first ${contextLength} tokens: there is nothing to learn.`,
    );
  }
}

type Run = {
  readonly request: TrainRequest;
  readonly options: TrainOptions;
  readonly breath: Breath;
  readonly model: Model;
  /** Highest learning rate of the schedule. */
  readonly peak: number;
};

type Work = {
  readonly trained: DataParallel;
  readonly plan: Plan;
  readonly validation: Validation | undefined;
};

/** Returns the folder of the last checkpoint, which is the tuned model, or undefined if the run was paused. */
async function runSteps(run: Run, work: Work): Promise<string | undefined> {
  const { request, options, breath } = run;
  const { emit } = options;
  const { jobId, saveEveryMs = defaultSaveEveryMs } = request;
  const { trained, plan, validation } = work;
  const clock = new Clock(plan.totalSteps);
  let savedAt = performance.now();
  let directory = '';
  for (let step = trained.step + 1; step <= plan.totalSteps; step += 1) {
    await breath();
    const metrics = await trainStep(run, work, step);
    const secondsLeft = clock.tick(step);
    const isEpochEnd = step % plan.stepsPerEpoch === 0;
    const full = isEpochEnd ? await validation?.full(trained, breath) : undefined;
    const reached: StepMetrics = full
      ? { ...metrics, full_valid_loss: full.loss, full_valid_mean_token_accuracy: full.accuracy }
      : metrics;
    emit({ kind: 'step', jobId, metrics: reached, secondsLeft });
    const isPausing = step < plan.totalSteps && options.isPausing();
    if (isEpochEnd || isPausing) {
      directory = join(request.outputDirectory, `step-${step}`);
      await saveModel(directory, { ...run.model, parameters: trained.weights() });
      const epoch = Math.floor(step / plan.stepsPerEpoch);
      emit({ kind: 'checkpoint', jobId, step, epoch, directory, metrics: reached });
    }
    // After the checkpoint: whoever goes on from a state does not come by the step again.
    if (isPausing || (step < plan.totalSteps && performance.now() - savedAt >= saveEveryMs)) {
      const state = join(request.outputDirectory, `state-${step}`);
      await saveState(state, { model: { ...run.model, parameters: trained.weights() }, moments: trained.moments() });
      savedAt = performance.now();
      emit({ kind: 'saved', jobId, step, directory: state });
    }
    if (isPausing) {
      emit({ kind: 'paused', jobId, step });
      return undefined;
    }
  }
  return directory;
}

async function trainStep(run: Run, work: Work, step: number): Promise<StepMetrics> {
  const { trained, plan, validation } = work;
  const measure = await trained.train(plan.batchAt(step), run.peak * learningRateShare(step, plan.totalSteps));
  refuseDivergence(measure, step);
  const metrics: StepMetrics = {
    step,
    total_steps: plan.totalSteps,
    train_loss: measure.loss,
    train_mean_token_accuracy: measure.accuracy,
  };
  if (validation === undefined) {
    return metrics;
  }
  const valid = await validation.rolling(trained, step);
  return { ...metrics, valid_loss: valid.loss, valid_mean_token_accuracy: valid.accuracy };
}

function refuseDivergence({ loss }: Measure, step: number): void {
  if (!Number.isFinite(loss)) {
    throw new TrainingProblem(
      'training_diverged',
      `The training loss became ${Number.isNaN(loss) ? 'NaN' : 'infinite'} at step ${step}: the weights left the range of numbers. ` +
        'Train again with a smaller learning-rate multiplier.',
    );
  }
}

/** Lets the message loop run every `turnMs`, so that 'cancel' arrives; throws when it has. */
function breathFor(signal: AbortSignal): Breath {
  let last = performance.now();
  const check = (): void => {
    if (signal.aborted) {
      throw new Cancelled();
    }
  };
  return () => {
    check();
    if (performance.now() - last < turnMs) {
      return undefined;
    }
    return new Promise<void>((resolve) => {
      setImmediate(resolve);
    }).then(() => {
      last = performance.now();
      check();
    });
  };
}

/** Estimates the time left from the last steps; the first ones compile and say nothing. */
class Clock {
  readonly #totalSteps: number;
  readonly #ends: number[] = [];
  #ticks = 0;

  constructor(totalSteps: number) {
    this.#totalSteps = totalSteps;
  }

  /** Seconds until the last step at the present speed; null in the first three steps. */
  tick(step: number): number | null {
    this.#ticks += 1;
    this.#ends.push(performance.now());
    if (this.#ends.length > 30) {
      this.#ends.shift();
    }
    const first = this.#ends[0] as number;
    const last = this.#ends.at(-1) as number;
    return this.#ticks <= 3 ? null : (((last - first) / (this.#ends.length - 1)) * (this.#totalSteps - step)) / 1000;
  }
}
