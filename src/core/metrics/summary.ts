import { isLoss, measures, type Measure, type MetricPoint } from './points.ts';

export type Sample = { readonly step: number; readonly value: number };

type MeasureSummary = {
  readonly count: number;
  readonly first: Sample;
  readonly final: Sample;
  readonly min: Sample;
  readonly max: Sample;
  /** The lowest loss, or the highest accuracy or reward; the earliest of equals. */
  readonly best: Sample;
};

/** The values of one measure in step order. */
export function toSamples(points: readonly MetricPoint[], measure: Measure): Sample[] {
  const samples: Sample[] = [];
  for (const point of points) {
    const value = point[measure];
    if (value !== undefined) samples.push({ step: point.step, value });
  }
  return samples;
}

/** First, last, extreme and best value of every measure that has one. */
export function summarize(points: readonly MetricPoint[]): { readonly [M in Measure]?: MeasureSummary } {
  const summary: { [M in Measure]?: MeasureSummary } = {};
  for (const measure of measures) {
    const samples = toSamples(points, measure);
    const first = samples[0];
    const final = samples.at(-1);
    if (first === undefined || final === undefined) continue;
    let min = first;
    let max = first;
    for (const sample of samples) {
      if (sample.value < min.value) min = sample;
      if (sample.value > max.value) max = sample;
    }
    summary[measure] = { count: samples.length, first, final, min, max, best: isLoss(measure) ? min : max };
  }
  return summary;
}
