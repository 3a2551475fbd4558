import type { WireCheckpoint, WireEvent } from '../providers/wire.ts';

/** What is measured at a step. `valid*`: on one validation batch; `fullValid*`: on the whole validation file. */
export const measures = [
  'trainLoss',
  'validLoss',
  'fullValidLoss',
  'trainAccuracy',
  'validAccuracy',
  'fullValidAccuracy',
  'trainReward',
  'validReward',
  'fullValidReward',
] as const;

export type Measure = (typeof measures)[number];

/** The values of one optimiser step, all finite. Losses are mean nats per token, accuracies shares from 0 to 1. */
export type MetricPoint = {
  readonly step: number;
  /** A loss of this step was not a number or infinite. */
  readonly diverged?: true;
} & { readonly [M in Measure]?: number };

/**
 * The names services give to the measures, in events, checkpoints and result files.
 * Sources: OpenAI API reference and result files of 2023 and 2024, Azure's fine-tuning tutorial (2024), Foundry's
 * reinforcement result files.
 */
const measureOfName: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ['train_loss', 'trainLoss'],
  ['training_loss', 'trainLoss'],
  ['valid_loss', 'validLoss'],
  ['validation_loss', 'validLoss'],
  ['full_valid_loss', 'fullValidLoss'],
  ['full_validation_loss', 'fullValidLoss'],
  ['train_mean_token_accuracy', 'trainAccuracy'],
  ['train_accuracy', 'trainAccuracy'],
  ['training_token_accuracy', 'trainAccuracy'],
  ['valid_mean_token_accuracy', 'validAccuracy'],
  ['valid_accuracy', 'validAccuracy'],
  ['validation_mean_token_accuracy', 'validAccuracy'],
  ['validation_token_accuracy', 'validAccuracy'],
  ['full_valid_mean_token_accuracy', 'fullValidAccuracy'],
  ['full_validation_mean_token_accuracy', 'fullValidAccuracy'],
  ['train_mean_reward', 'trainReward'],
  ['train_reward_mean', 'trainReward'],
  ['valid_mean_reward', 'validReward'],
  ['valid_reward_mean', 'validReward'],
  ['full_valid_mean_reward', 'fullValidReward'],
  ['full_valid_reward_mean', 'fullValidReward'],
]);

/** The measure that a column or field of a service stands for; undefined for names that mean something else. */
function measureNamed(name: string): Measure | undefined {
  return measureOfName.get(name.trim().toLowerCase());
}

export function isLoss(measure: Measure): boolean {
  return measure.endsWith('Loss');
}

type Cells = Iterable<readonly [name: string, value: unknown]>;

/** Named cells of one step as a point; undefined if there is no usable step or no value of ours. */
export function toPoint(step: number, cells: Cells): MetricPoint | undefined {
  if (!Number.isSafeInteger(step) || step < 0) return undefined;
  const values: { [M in Measure]?: number } = {};
  let diverged = false;
  for (const [name, value] of cells) {
    const measure = measureNamed(name);
    const number = measure === undefined ? undefined : parseNumber(value);
    if (measure === undefined || number === undefined) continue;
    if (Number.isFinite(number)) values[measure] ??= number;
    else diverged ||= isLoss(measure);
  }
  if (!diverged && Object.keys(values).length === 0) return undefined;
  return { step, ...values, ...(diverged ? { diverged: true as const } : {}) };
}

/** A number, or the text of one; NaN and infinities as Python and JavaScript write them. Empty and null: undefined. */
function parseNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return undefined;
  if (/^[+-]?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** The point of a "metrics" event, or of the numbers in the event's sentence where a service sends no data. */
export function toPointOfEvent({ data, message }: WireEvent): MetricPoint | undefined {
  return toPointFromData(data) ?? toPointFromMessage(message);
}

function toPointFromData(data: Readonly<Record<string, unknown>> | null): MetricPoint | undefined {
  const step = parseNumber(data?.['step']);
  return data === null || step === undefined ? undefined : toPoint(step, Object.entries(data));
}

const stepSentence = /^\s*step (\d+)(?:\s*\/\s*\d+)?\s*[:,]/i;

/** `Step 300/300: training loss=0.15, validation loss=0.27, full validation loss=0.40`, as OpenAI and Azure word it. */
function toPointFromMessage(message: string): MetricPoint | undefined {
  const step = stepSentence.exec(message)?.[1];
  if (step === undefined) return undefined;
  const cells: [string, string][] = [];
  for (const [, name = '', value = ''] of message.matchAll(/([a-z][a-z ]*[a-z])\s*=\s*([-+.\w]+)/gi)) {
    cells.push([name.toLowerCase().replaceAll(' ', '_'), value]);
  }
  return toPoint(Number(step), cells);
}

export function toPointsFromCheckpoints(checkpoints: readonly WireCheckpoint[]): readonly MetricPoint[] {
  const points: MetricPoint[] = [];
  for (const checkpoint of checkpoints) {
    const point = toPoint(checkpoint.step_number, Object.entries(checkpoint.metrics));
    if (point !== undefined) points.push(point);
  }
  return mergePoints(points);
}

/** One point per step, ascending; where several lists know the same cell, the later list is believed. */
export function mergePoints(...lists: readonly (readonly MetricPoint[])[]): readonly MetricPoint[] {
  return lists.map(ascending).reduce((merged, list) => {
    if (merged.length === 0) return list;
    return list.length === 0 ? merged : mergeTwo(merged, list);
  }, []);
}

/** The list itself if it is as it should be. */
function ascending(list: readonly MetricPoint[]): readonly MetricPoint[] {
  if (list.every((point, index) => index === 0 || (list[index - 1]?.step ?? 0) < point.step)) return list;
  const bySteps = new Map<number, MetricPoint>();
  for (const point of list) bySteps.set(point.step, { ...bySteps.get(point.step), ...point });
  return [...bySteps.values()].sort((a, b) => a.step - b.step);
}

/** Points that only one list has stay the same objects, which makes them quick to compare. */
function mergeTwo(a: readonly MetricPoint[], b: readonly MetricPoint[]): readonly MetricPoint[] {
  const merged: MetricPoint[] = [];
  let next = 0;
  for (const point of a) {
    for (let other = b[next]; other !== undefined && other.step < point.step; other = b[(next += 1)]) merged.push(other);
    const same = b[next];
    if (same?.step === point.step) next += 1;
    merged.push(same?.step === point.step ? { ...point, ...same } : point);
  }
  for (; next < b.length; next += 1) {
    const rest = b[next];
    if (rest !== undefined) merged.push(rest);
  }
  return merged;
}

/** Index of the first place where two lists of points differ; the length of the shorter one if one starts the other. */
export function firstDifference(a: readonly MetricPoint[], b: readonly MetricPoint[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined || !samePoint(left, right)) return i;
  }
  return shorter;
}

function samePoint(a: MetricPoint, b: MetricPoint): boolean {
  if (a === b) return true;
  return a.step === b.step && a.diverged === b.diverged && measures.every((measure) => a[measure] === b[measure]);
}
