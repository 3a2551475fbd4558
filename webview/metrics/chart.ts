import uPlot from 'uplot';
import type { MetricPoint } from '../../src/core/metrics/points.ts';
import { smooth } from '../../src/core/metrics/smoothing.ts';
import type { Theme } from '../shared/theme.ts';
import { lossRange, shareRange, stepIncrements } from './axes.ts';
import { drawCheckpoints, drawMarkers } from './chartMarks.ts';
import { chartSeries, type ChartKind, type MeasureFormat, type SeriesSpec } from './series.ts';
import { clampZoom, scaleAround, type Zoom } from './zoom.ts';

export type ChartView = {
  readonly smoothing: number;
  readonly log: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly checkpoints: readonly number[];
};

export type ChartEvents = {
  readonly onZoom: (zoom: Zoom | null) => void;
  /** Index of the point under the cursor, null when it left. */
  readonly onCursor: (index: number | null) => void;
};

const syncKey = 'metrics';

/**
 * One uPlot chart. Each measure has two lines of the same colour and dash: the raw values and, while smoothing is
 * on, the average in front of them. A change of look builds the chart anew; new points only replace its data.
 */
export class LineChart {
  readonly element: HTMLElement;
  readonly #kind: ChartKind;
  readonly #format: MeasureFormat;
  readonly #events: ChartEvents;
  #plot: uPlot | undefined;
  #points: readonly MetricPoint[] = [];
  #view: ChartView = { smoothing: 0, log: false, hidden: new Set(), checkpoints: [] };
  #theme: Theme;
  #zoom: Zoom | null = null;
  /** What the present plot was built for. */
  #look = '';
  readonly #resizing: ResizeObserver;

  constructor(kind: ChartKind, theme: Theme, format: MeasureFormat, events: ChartEvents) {
    this.#kind = kind;
    this.#format = format;
    this.#events = events;
    this.#theme = theme;
    this.element = document.createElement('div');
    this.element.className = 'plot';
    this.#resizing = new ResizeObserver(() => this.#resize());
    this.#resizing.observe(this.element);
  }

  show(points: readonly MetricPoint[], view: ChartView, theme: Theme): void {
    const sameTheme = this.#theme === theme;
    this.#points = points;
    this.#view = view;
    this.#theme = theme;
    const look = JSON.stringify([view.log, view.smoothing > 0, [...view.hidden], this.#specs.map((spec) => this.#isPale(spec))]);
    const sameLook = sameTheme && look === this.#look;
    this.#look = look;
    if (this.#plot !== undefined && sameLook) this.#replaceData(this.#plot);
    else this.#build();
  }

  setZoom(zoom: Zoom | null): void {
    this.#zoom = zoom;
    if (this.#plot !== undefined) this.#replaceData(this.#plot);
  }

  /** Puts the cursor on a point, as the keyboard does. */
  setCursor(index: number | null): void {
    const plot = this.#plot;
    const step = index === null ? undefined : this.#points[index]?.step;
    if (plot === undefined) return;
    if (step === undefined) plot.setCursor({ left: -10, top: -10 });
    else plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.over.clientHeight / 2 });
  }

  /** The steps that are in sight. */
  get range(): Zoom {
    const first = this.#points[0]?.step ?? 0;
    const last = this.#points.at(-1)?.step ?? 1;
    return this.#zoom ?? { min: first, max: Math.max(last, first + 1) };
  }

  dispose(): void {
    this.#resizing.disconnect();
    this.#plot?.destroy();
    this.element.remove();
  }

  #replaceData(plot: uPlot): void {
    plot.batch(() => {
      plot.setData(this.#toData(), false);
      plot.setScale('x', this.range);
    });
  }

  #build(): void {
    const had = this.#plot?.cursor.idx ?? null;
    this.#plot?.destroy();
    this.#plot = undefined;
    if (this.element.clientWidth === 0) return;
    this.#plot = new uPlot(this.#toOptions(), this.#toData(), this.element);
    this.#replaceData(this.#plot);
    if (had !== null) this.setCursor(had);
  }

  #resize(): void {
    if (this.#plot === undefined) this.#build();
    else if (this.element.clientWidth > 0) this.#plot.setSize(this.#size());
  }

  #size(): { width: number; height: number } {
    const width = this.element.clientWidth;
    return { width, height: Math.round(Math.min(340, Math.max(200, width * 0.5))) };
  }

  get #specs(): readonly SeriesSpec[] {
    return chartSeries[this.#kind];
  }

  /**
   * Validation batches differ so much from each other that their line, and its average, would cover everything else:
   * where the whole file is measured too, that line is the one to read.
   */
  #isSecondary(spec: SeriesSpec): boolean {
    const [, batches, whole] = this.#specs;
    if (spec !== batches || whole === undefined) return false;
    return this.#points.filter((point) => point[whole.measure] !== undefined).length > 2;
  }

  /** Raw values stand back behind their average. */
  #isPale(spec: SeriesSpec): boolean {
    return this.#isSecondary(spec) || this.#isAveraged(spec);
  }

  #isAveraged(spec: SeriesSpec): boolean {
    return spec.smoothed && this.#view.smoothing > 0 && !this.#isSecondary(spec);
  }

  #toData(): uPlot.AlignedData {
    const steps = this.#points.map((point) => point.step);
    const lines: (number | null)[][] = [];
    for (const spec of this.#specs) {
      const { measure } = spec;
      const values = this.#points.map((point) => {
        const value = point[measure];
        // A logarithm has no place for zero; the control says so.
        return value === undefined || (this.#view.log && value <= 0) ? null : value;
      });
      lines.push(values, this.#isAveraged(spec) ? smooth(values, this.#view.smoothing) : values.map(() => null));
    }
    return [steps, ...lines];
  }

  #toOptions(): uPlot.Options {
    const theme = this.#theme;
    const axis = {
      stroke: theme.muted,
      font: theme.font,
      grid: { stroke: theme.grid, width: 1 },
      ticks: { stroke: theme.grid, width: 1, size: 4 },
    };
    const lines = this.#specs.flatMap((spec): uPlot.Series[] => {
      const stroke = theme.color(spec.color);
      const show = !this.#view.hidden.has(spec.measure);
      const common = { stroke, spanGaps: true, points: { show: false } };
      const dash = [...spec.dash];
      const pale = this.#isPale(spec);
      const width = spec.smoothed ? 1.6 : 2;
      return [
        pale ? { ...common, show, width: 1, alpha: theme.highContrast || this.#isSecondary(spec) ? 0.45 : 0.3 } : { ...common, show, dash, width },
        { ...common, show: show && this.#isAveraged(spec), dash, width: 2 },
      ];
    });
    return {
      ...this.#size(),
      series: [{}, ...lines],
      legend: { show: false },
      padding: [10, 12, 0, 0],
      scales: {
        x: { time: false },
        y: this.#view.log ? { distr: 3, log: 10 } : { range: this.#kind === 'accuracy' ? shareRange : lossRange },
      },
      axes: [
        { ...axis, size: 28, space: 60, incrs: stepIncrements, values: (_plot, splits) => splits.map((step) => this.#format.step(step)) },
        {
          ...axis,
          size: 52,
          space: this.#view.log ? 24 : 32,
          values: (_plot, splits) => splits.map((value) => (value === null ? '' : this.#format.axis(this.#kind, value))),
        },
      ],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        sync: { key: syncKey, setSeries: false, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
        bind: { dblclick: () => () => (this.#events.onZoom(null), null) },
        points: { size: 7 },
        y: false,
      },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      hooks: {
        ready: [(plot) => this.#listenToWheel(plot)],
        setSelect: [(plot) => this.#zoomToSelection(plot)],
        setCursor: [(plot) => this.#events.onCursor(plot.cursor.idx ?? null)],
        drawAxes: [(plot) => drawCheckpoints(plot, this.#view.checkpoints, this.#theme.muted)],
        drawSeries: [(plot, index) => this.#drawMarkers(plot, index)],
      },
    };
  }

  #zoomToSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const zoom = { min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onZoom(this.#clamp(zoom));
  }

  /** Only with Ctrl or Cmd, which is also what a pinch sends: the plain wheel scrolls the page. Shift moves sideways. */
  #listenToWheel(plot: uPlot): void {
    const turn = (event: WheelEvent): void => {
      const { min, max } = this.range;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const centre = plot.posToVal(event.offsetX, 'x');
        this.#events.onZoom(this.#clamp(scaleAround(this.range, centre, event.deltaY > 0 ? 1.25 : 0.8)));
      } else if (event.shiftKey && this.#zoom !== null) {
        event.preventDefault();
        const shift = Math.sign(event.deltaY || event.deltaX) * (max - min) * 0.1;
        this.#events.onZoom(this.#clamp({ min: min + shift, max: max + shift }));
      }
    };
    plot.over.addEventListener('wheel', turn, { passive: false });
  }

  #clamp(zoom: Zoom): Zoom | null {
    return clampZoom(zoom, this.#points);
  }

  /** Zooms about the cursor, or the middle, as the keyboard does. */
  zoomBy(factor: number, index: number | null): void {
    const { min, max } = this.range;
    const centre = (index === null ? undefined : this.#points[index]?.step) ?? (min + max) / 2;
    this.#events.onZoom(this.#clamp(scaleAround(this.range, centre, factor)));
  }

  #drawMarkers(plot: uPlot, index: number): void {
    const spec = this.#specs[Math.floor((index - 1) / 2)];
    if (spec === undefined || plot.series[index]?.show !== true) return;
    // The markers sit on the line that stands out.
    const isAverage = index % 2 === 0;
    if (this.#isAveraged(spec) !== isAverage) return;
    const space = this.#isPale(spec) && !isAverage ? 4 * spec.markerSpace : spec.markerSpace;
    drawMarkers(plot, index, spec.marker, this.#theme.color(spec.color), space);
  }
}
