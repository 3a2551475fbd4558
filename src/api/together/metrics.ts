import type { StepMetrics } from '../../core/providers/wire.ts';
import { isFields, toFields, toList, toNumber } from '../fields.ts';

/**
 * The service's names of measures, `train/` for a step and `eval/` for an evaluation of the validation file, as ours.
 * Source: its pages on training metrics (2026). What is not here (rates, norms) draws no curve.
 */
const measures: ReadonlyMap<string, Exclude<keyof StepMetrics, 'step' | 'total_steps'>> = new Map([
  ['train/loss', 'train_loss'],
  ['train/accuracy', 'train_mean_token_accuracy'],
  ['train/mean_token_accuracy', 'train_mean_token_accuracy'],
  ['eval/loss', 'full_valid_loss'],
  ['eval/accuracy', 'full_valid_mean_token_accuracy'],
  ['eval/mean_token_accuracy', 'full_valid_mean_token_accuracy'],
]);

/** Steps, ascending; a step and an evaluation after it may be two entries with one number. */
export function parseTogetherMetrics(value: unknown): readonly StepMetrics[] {
  const steps: StepMetrics[] = [];
  for (const entry of toList(toFields(value, 'list of metrics')['metrics'])) {
    const step = isFields(entry) ? toStep(entry) : undefined;
    if (step !== undefined) steps.push(step);
  }
  return steps.toSorted((a, b) => a.step - b.step);
}

function toStep(entry: Readonly<Record<string, unknown>>): StepMetrics | undefined {
  const step = ['train/global_step', 'eval/global_step', 'global_step', 'step'].map((name) => toNumber(entry[name])).find(isNumber);
  if (step === undefined || !Number.isSafeInteger(step) || step < 0) return undefined;
  const values: Partial<Record<keyof StepMetrics, number>> = {};
  for (const [name, value] of Object.entries(entry)) {
    const measure = measures.get(name);
    const number = toNumber(value);
    if (measure !== undefined && number !== null) values[measure] = number;
  }
  return Object.keys(values).length === 0 ? undefined : { ...values, step };
}

function isNumber(value: number | null): value is number {
  return value !== null;
}
