import type { Curve, Sample } from './curve.ts';
import { isLoss, measures, type Measure } from './points.ts';

type MeasureSummary = {
  readonly count: number;
  readonly first: Sample;
  readonly final: Sample;
  readonly min: Sample;
  readonly max: Sample;
  /** The lowest loss, or the highest accuracy or reward; the earliest of equals. */
  readonly best: Sample;
};

/** First, last, extreme and best value of every measure that has one. */
export function summarize(curve: Curve): { readonly [M in Measure]?: MeasureSummary } {
  const summary: { [M in Measure]?: MeasureSummary } = {};
  for (const measure of measures) {
    const track = curve.track(measure);
    const first = track.at(0);
    const final = track.at(-1);
    const { lowest: min, highest: max, length: count } = track;
    if (first === undefined || final === undefined || min === undefined || max === undefined) continue;
    summary[measure] = { count, first, final, min, max, best: isLoss(measure) ? min : max };
  }
  return summary;
}
