import { defaultDevice, init } from '@jax-js/jax';
import { join } from 'node:path';
import type { StepMetrics } from '../../core/providers/wire.ts';
import type { TrainerEvent, TrainRequest } from '../../protocol/training.ts';
import { configOf, tunesmithTiny, type BaseModel } from '../model/config.ts';
import { loadModel, saveModel, type Model } from '../model/modelFolder.ts';
import { countParameters, randomParameters } from '../model/parameters.ts';
import { Random } from '../model/random.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { learnVocabulary, readExamples, type Breath, type Examples } from './examples.ts';
import { Plan } from './plan.ts';
import { Cancelled, TrainingProblem } from './problem.ts';
import { learningRateShare, resolveHyperparameters } from './schedule.ts';
import { Stepper, type Measure } from './step.ts';
import { Validation } from './validation.ts';

/** Streams of the seed. */
const weightStream = 0;
const orderStream = 1;
const turnMs = 50;

type Emit = (event: TrainerEvent) => void;

/**
 * Works one job from the files to the tuned model, reporting by events. `signal` cancels it between two steps.
 * Installs nothing: a pool of threads must be there before this module is imported (workerPool.ts).
 * @throws Cancelled, TrainingProblem, or what reading and writing files throws
 */
export async function train(
  request: TrainRequest,
  emit: Emit,
  signal: AbortSignal,
  base: BaseModel = tunesmithTiny,
): Promise<void> {
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
  const plan = new Plan(examples, config, hyperparameters, random.fork(orderStream));
  const validation = validationExamples?.trainedTokens
    ? new Validation(validationExamples, config, hyperparameters.batchSize)
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

  const stepper = new Stepper(config, model.parameters);
  try {
    const directory = await runSteps(
      { request, emit, breath, model, peak: start.learningRate * hyperparameters.learningRateMultiplier },
      { stepper, plan, validation },
    );
    // Billed by OpenAI in the same way: every token of the (cut) examples, trained or context, once per epoch.
    const trainedTokens = examples.tokens.length * hyperparameters.nEpochs;
    emit({ kind: 'succeeded', jobId, trainedTokens, directory });
  } finally {
    stepper.dispose();
  }
}

/** Where training starts: a tuned model with its vocabulary, or a vocabulary learned from the training file. */
type StartingPoint = {
  readonly model: Model | undefined;
  readonly vocabulary: Vocabulary;
  readonly learningRate: number;
};

async function startingPoint(request: TrainRequest, base: BaseModel, breath: Breath): Promise<StartingPoint> {
  const { learningRate, vocabularySize } = base;
  if (request.baseModelDirectory !== null) {
    const model = await loadModel(request.baseModelDirectory);
    return { model, vocabulary: model.vocabulary, learningRate: learningRate.continued };
  }
  const vocabulary = await learnVocabulary(request.trainingPath, vocabularySize, breath);
  return { model: undefined, vocabulary, learningRate: learningRate.fromScratch };
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
  readonly emit: Emit;
  readonly breath: Breath;
  readonly model: Model;
  /** Highest learning rate of the schedule. */
  readonly peak: number;
};

type Work = {
  readonly stepper: Stepper;
  readonly plan: Plan;
  readonly validation: Validation | undefined;
};

/** Returns the folder of the last checkpoint, which is the tuned model. */
async function runSteps(run: Run, work: Work): Promise<string> {
  const { request, emit, breath } = run;
  const { jobId } = request;
  const { stepper, plan, validation } = work;
  const clock = new Clock(plan.totalSteps);
  let directory = '';
  for (let step = 1; step <= plan.totalSteps; step += 1) {
    await breath();
    const metrics = await trainStep(run, work, step);
    const secondsLeft = clock.tick(step);
    if (step % plan.stepsPerEpoch !== 0) {
      emit({ kind: 'step', jobId, metrics, secondsLeft });
      continue;
    }
    const full = await validation?.full(stepper, breath);
    const atEnd: StepMetrics = full
      ? { ...metrics, full_valid_loss: full.loss, full_valid_mean_token_accuracy: full.accuracy }
      : metrics;
    emit({ kind: 'step', jobId, metrics: atEnd, secondsLeft });
    directory = join(request.outputDirectory, `step-${step}`);
    await saveModel(directory, { ...run.model, parameters: await stepper.weights() });
    emit({ kind: 'checkpoint', jobId, step, epoch: step / plan.stepsPerEpoch, directory, metrics: atEnd });
  }
  return directory;
}

async function trainStep(run: Run, work: Work, step: number): Promise<StepMetrics> {
  const { stepper, plan, validation } = work;
  const measure = await stepper.train(plan.batchAt(step), run.peak * learningRateShare(step, plan.totalSteps));
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
  const valid = await validation.rolling(stepper);
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

  constructor(totalSteps: number) {
    this.#totalSteps = totalSteps;
  }

  /** Seconds until the last step at the present speed; null in the first three steps. */
  tick(step: number): number | null {
    this.#ends.push(performance.now());
    if (this.#ends.length > 30) {
      this.#ends.shift();
    }
    const first = this.#ends[0] as number;
    const last = this.#ends.at(-1) as number;
    return step <= 3 ? null : (((last - first) / (this.#ends.length - 1)) * (this.#totalSteps - step)) / 1000;
  }
}
