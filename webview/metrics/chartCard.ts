import type { MetricPoint } from '../../src/core/metrics/points.ts';
import type { MetricsStrings } from '../../src/protocol/metrics.ts';
import { fill, h } from '../shared/dom.ts';
import type { Theme } from '../shared/theme.ts';
import { LineChart, type ChartEvents, type ChartView } from './chart.ts';
import { createSwatch } from './markers.ts';
import { chartSeries, type ChartKind, type MeasureFormat, type SeriesSpec } from './series.ts';
import type { Zoom } from './zoom.ts';

type CardEvents = ChartEvents & { readonly onToggle: (measure: string) => void };

/** A chart with its title, the readout that is also its legend, and the keyboard's way through the points. */
export class ChartCard {
  readonly element: HTMLElement;
  readonly #kind: ChartKind;
  readonly #strings: MetricsStrings;
  readonly #format: MeasureFormat;
  readonly #events: CardEvents;
  readonly #chart: LineChart;
  readonly #frame: HTMLElement;
  readonly #where: HTMLElement;
  readonly #legend: HTMLElement;
  readonly #spoken: HTMLElement;
  readonly #values = new Map<string, HTMLElement>();
  #points: readonly MetricPoint[] = [];
  #hidden: ReadonlySet<string> = new Set();
  #legendLook = '';
  #index: number | null = null;

  constructor(kind: ChartKind, strings: MetricsStrings, format: MeasureFormat, theme: Theme, events: CardEvents) {
    this.#kind = kind;
    this.#strings = strings;
    this.#format = format;
    this.#events = events;
    this.#chart = new LineChart(kind, theme, format, events);
    this.#where = h('span', { class: 'muted where' });
    this.#legend = h('div', { class: 'legend' });
    this.#spoken = h('div', { class: 'visually-hidden', 'aria-live': 'polite' });
    this.#frame = h('div', { class: 'frame', tabindex: 0, role: 'application', 'aria-description': strings.chartHelp }, this.#chart.element);
    this.#frame.addEventListener('keydown', (event) => this.#onKey(event));
    this.element = h(
      'section',
      { class: 'card chart', 'data-chart': kind },
      h('div', { class: 'card-head' }, h('h2', {}, strings[kind]), this.#where),
      this.#frame,
      this.#legend,
      this.#spoken,
    );
  }

  show(points: readonly MetricPoint[], view: ChartView, theme: Theme): void {
    this.#points = points;
    this.#hidden = view.hidden;
    const specs = this.#present();
    this.#chart.show(points, view, theme);
    this.#buildLegend(specs, theme);
    this.#frame.setAttribute('aria-label', this.#summary(specs));
    this.showCursor(this.#index);
  }

  setZoom(zoom: Zoom | null): void {
    this.#chart.setZoom(zoom);
  }

  /** Shows the values at a point, or the latest ones. */
  showCursor(index: number | null): void {
    this.#index = index !== null && index < this.#points.length ? index : null;
    const at = this.#index ?? this.#points.length - 1;
    const step = this.#points[at]?.step;
    const place = step === undefined ? '' : fill(this.#strings.atStep, this.#format.step(step));
    this.#where.textContent = this.#index === null && place !== '' ? `${this.#strings.latest}: ${place}` : place;
    for (const { measure } of this.#present()) {
      const element = this.#values.get(measure);
      if (element !== undefined) element.textContent = this.#valueAt(at, measure);
    }
  }

  dispose(): void {
    this.#chart.dispose();
    this.element.remove();
  }

  #present(): readonly SeriesSpec[] {
    return chartSeries[this.#kind].filter(({ measure }) => this.#points.some((point) => point[measure] !== undefined));
  }

  /** Validation is measured now and then: its last value up to here, with its step if that is another one. */
  #valueAt(index: number, measure: SeriesSpec['measure']): string {
    for (let i = index; i >= 0; i--) {
      const point = this.#points[i];
      const value = point?.[measure];
      if (point === undefined || value === undefined) continue;
      const text = this.#format.value(measure, value);
      return i === index ? text : `${text} (${fill(this.#strings.atStep, this.#format.step(point.step))})`;
    }
    return this.#strings.noValue;
  }

  #buildLegend(specs: readonly SeriesSpec[], theme: Theme): void {
    const colors = specs.map((spec) => theme.color(spec.color));
    const look = JSON.stringify([specs.map((spec) => spec.measure), colors, [...this.#hidden]]);
    if (look === this.#legendLook) return;
    this.#legendLook = look;
    this.#values.clear();
    const entries = specs.map((spec) => {
      const value = h('span', { class: 'value' });
      this.#values.set(spec.measure, value);
      const shown = !this.#hidden.has(spec.measure);
      const swatch = createSwatch(theme.color(spec.color), spec.dash, spec.marker);
      const entry = h(
        'button',
        { class: shown ? 'entry' : 'entry off', type: 'button', 'aria-pressed': shown ? 'true' : 'false', 'data-measure': spec.measure },
        swatch,
        h('span', {}, this.#strings[spec.label]),
        value,
      );
      entry.addEventListener('click', () => this.#events.onToggle(spec.measure));
      return entry;
    });
    const focused = document.activeElement?.getAttribute('data-measure');
    this.#legend.replaceChildren(...entries);
    entries.find((entry) => focused !== null && entry.dataset['measure'] === focused)?.focus();
  }

  #summary(specs: readonly SeriesSpec[]): string {
    const latest = specs.map(({ measure, label }) => `${this.#strings[label]} ${this.#valueAt(this.#points.length - 1, measure)}`);
    const [first, last] = [this.#points[0]?.step ?? 0, this.#points.at(-1)?.step ?? 0];
    const range = fill(this.#strings.chartSummary, this.#strings[this.#kind], this.#format.step(first), this.#format.step(last));
    return [range, ...latest].join('. ');
  }

  #onKey(event: KeyboardEvent): void {
    const last = this.#points.length - 1;
    if (last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const index = this.#index ?? last;
    const stride = event.shiftKey ? 10 : 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: index - stride,
      ArrowRight: index + stride,
      Home: 0,
      End: last,
    };
    const target = moves[event.key];
    if (target !== undefined) this.#moveTo(Math.min(last, Math.max(0, target)));
    else if (event.key === '+' || event.key === '=') this.#chart.zoomBy(0.8, this.#index);
    else if (event.key === '-') this.#chart.zoomBy(1.25, this.#index);
    else if (event.key === '0' || event.key === 'Escape') this.#events.onZoom(null);
    else return;
    event.preventDefault();
  }

  #moveTo(index: number): void {
    this.#chart.setCursor(index);
    this.#events.onCursor(index);
    const step = this.#points[index]?.step ?? 0;
    const values = this.#present().map(({ measure, label }) => `${this.#strings[label]} ${this.#valueAt(index, measure)}`);
    this.#spoken.textContent = [fill(this.#strings.atStep, this.#format.step(step)), ...values].join(', ');
  }
}
