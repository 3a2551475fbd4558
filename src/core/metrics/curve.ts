import { firstDifference, measures, type Measure, type MetricPoint } from './points.ts';

export type Sample = { readonly step: number; readonly value: number };

/** The values of one measure in step order, with what is asked of them answered in constant time. */
export class Track {
  readonly #samples: Sample[] = [];
  /** Sum of the values before each sample, and up to the last. */
  readonly #sums: number[] = [0];
  /** The earliest lowest and highest sample so far, at each sample. */
  readonly #lows: Sample[] = [];
  readonly #highs: Sample[] = [];

  get length(): number {
    return this.#samples.length;
  }

  /** Negative indices count from the end. */
  at(index: number): Sample | undefined {
    return this.#samples.at(index);
  }

  get lowest(): Sample | undefined {
    return this.#lows.at(-1);
  }

  get highest(): Sample | undefined {
    return this.#highs.at(-1);
  }

  /** Mean of the samples from index `from` up to `to`, which is not counted. */
  mean(from: number, to: number): number {
    return ((this.#sums[to] ?? 0) - (this.#sums[from] ?? 0)) / (to - from);
  }

  add(sample: Sample): void {
    const { lowest = sample, highest = sample } = this;
    this.#samples.push(sample);
    this.#sums.push((this.#sums.at(-1) ?? 0) + sample.value);
    this.#lows.push(sample.value < lowest.value ? sample : lowest);
    this.#highs.push(sample.value > highest.value ? sample : highest);
  }

  /** Takes away the samples of a step and all later ones. */
  cut(step: number): void {
    let length = this.#samples.length;
    while (length > 0 && (this.#samples[length - 1]?.step ?? 0) >= step) length -= 1;
    this.#samples.length = length;
    this.#sums.length = length + 1;
    this.#lows.length = length;
    this.#highs.length = length;
  }
}

/** The points of a run with a track for each measure. An update costs as much as it changes. */
export class Curve {
  readonly #tracks: { readonly [M in Measure]: Track };
  #points: readonly MetricPoint[] = [];
  #diverged: number | undefined;

  constructor(points: readonly MetricPoint[] = []) {
    this.#tracks = Object.fromEntries(measures.map((measure) => [measure, new Track()])) as Record<Measure, Track>;
    this.update(points);
  }

  /** Ascending by step. */
  get points(): readonly MetricPoint[] {
    return this.#points;
  }

  /** The first step whose loss was no number. */
  get diverged(): number | undefined {
    return this.#diverged;
  }

  track(measure: Measure): Track {
    return this.#tracks[measure];
  }

  /** Takes other points, ascending by step; those it has already, as the same objects, cost a comparison. */
  update(points: readonly MetricPoint[]): void {
    if (points === this.#points) return;
    const from = firstDifference(this.#points, points);
    const cut = Math.min(this.#points[from]?.step ?? Infinity, points[from]?.step ?? Infinity);
    for (const measure of measures) this.#tracks[measure].cut(cut);
    if (this.#diverged !== undefined && this.#diverged >= cut) this.#diverged = undefined;
    for (let index = from; index < points.length; index += 1) {
      const point = points[index];
      if (point !== undefined) this.#add(point);
    }
    this.#points = points;
  }

  #add(point: MetricPoint): void {
    const { step } = point;
    for (const measure of measures) {
      const value = point[measure];
      if (value !== undefined) this.#tracks[measure].add({ step, value });
    }
    if (point.diverged) this.#diverged ??= step;
  }
}
