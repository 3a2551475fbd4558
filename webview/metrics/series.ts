import type { Measure, MetricPoint } from '../../src/core/metrics/points.ts';
import type { MetricsStrings } from '../../src/protocol/metrics.ts';

export type Marker = 'circle' | 'square' | 'diamond';

/** How one measure is drawn. Dash and marker tell the lines apart where colour does not. */
export type SeriesSpec = {
  readonly measure: Measure;
  readonly label: keyof MetricsStrings;
  readonly color: string;
  readonly dash: readonly number[];
  readonly marker: Marker;
  /** Least distance of two markers in pixels; a line of many points is told by its dash. */
  readonly markerSpace: number;
  readonly smoothed: boolean;
};

const train = { color: '--vscode-charts-blue', dash: [], marker: 'circle', markerSpace: 56, smoothed: true } as const;
const valid = { color: '--vscode-charts-orange', dash: [6, 3], marker: 'square', markerSpace: 14, smoothed: true } as const;
const full = { color: '--vscode-charts-purple', dash: [2, 3], marker: 'diamond', markerSpace: 10, smoothed: false } as const;

export type ChartKind = 'loss' | 'accuracy' | 'reward';

export const chartSeries: Readonly<Record<ChartKind, readonly SeriesSpec[]>> = {
  loss: [
    { measure: 'trainLoss', label: 'trainLoss', ...train },
    { measure: 'validLoss', label: 'validLoss', ...valid },
    { measure: 'fullValidLoss', label: 'fullValidLoss', ...full },
  ],
  accuracy: [
    { measure: 'trainAccuracy', label: 'trainAccuracy', ...train },
    { measure: 'validAccuracy', label: 'validAccuracy', ...valid },
    { measure: 'fullValidAccuracy', label: 'fullValidAccuracy', ...full },
  ],
  reward: [
    { measure: 'trainReward', label: 'trainReward', ...train },
    { measure: 'validReward', label: 'validReward', ...valid },
    { measure: 'fullValidReward', label: 'fullValidReward', ...full },
  ],
};

/** The charts worth showing: loss and accuracy unless the run is measured by reward alone. */
export function pickCharts(points: readonly MetricPoint[]): readonly ChartKind[] {
  const has = (kind: ChartKind): boolean =>
    chartSeries[kind].some(({ measure }) => points.some((point) => point[measure] !== undefined));
  if (has('reward')) return (['reward', 'loss', 'accuracy'] as const).filter(has);
  return ['loss', 'accuracy'];
}

/** Values with enough digits to be told apart, in the reader's language. */
export class MeasureFormat {
  readonly #loss: Intl.NumberFormat;
  readonly #share: Intl.NumberFormat;
  readonly #axisShare: Intl.NumberFormat;
  readonly #integer: Intl.NumberFormat;
  readonly #axis: Intl.NumberFormat;

  constructor(locale: string) {
    this.#loss = new Intl.NumberFormat(locale, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
    this.#share = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#axisShare = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
    this.#integer = new Intl.NumberFormat(locale);
    this.#axis = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
  }

  value(measure: Measure, value: number): string {
    return measure.endsWith('Accuracy') ? this.#share.format(value) : this.#loss.format(value);
  }

  axis(kind: ChartKind, value: number): string {
    return kind === 'accuracy' ? this.#axisShare.format(value) : this.#axis.format(value);
  }

  step(step: number): string {
    return this.#integer.format(step);
  }
}
